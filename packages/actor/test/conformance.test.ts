import { describe } from 'vitest'
import { childrenClaims } from './conformance/children.ts'
import { deathWatchClaims } from './conformance/death-watch.ts'
import { eventStreamClaims } from './conformance/event-stream.ts'
import { supervisionClaims } from './conformance/supervision.ts'
import { timersClaims } from './conformance/timers.ts'
import { localSystem } from './local-system.ts'

describe('children in one process', () => childrenClaims(localSystem))
describe('supervision in one process', () => supervisionClaims(localSystem))
describe('death watch in one process', () => deathWatchClaims(localSystem))
describe('event stream of one process', () => eventStreamClaims(localSystem))
describe('timers in one process', () => timersClaims(localSystem))
