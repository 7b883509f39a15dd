import { describe } from 'vitest'
import { beyondClaims } from './conformance/beyond.ts'
import { childrenClaims } from './conformance/children.ts'
import { deathWatchClaims } from './conformance/death-watch.ts'
import { eventStreamClaims } from './conformance/event-stream.ts'
import { freezingClaims } from './conformance/freezing.ts'
import { givingUpClaims } from './conformance/giving-up.ts'
import { kindsClaims } from './conformance/kinds.ts'
import { mailboxClaims } from './conformance/mailbox.ts'
import { messageContextClaims } from './conformance/message-context.ts'
import { postedClaims } from './conformance/posted.ts'
import { restClaims } from './conformance/rest.ts'
import { supervisionClaims } from './conformance/supervision.ts'
import { timersClaims } from './conformance/timers.ts'
import { localSystem } from './local-system.ts'

describe('what travels in one process', () => messageContextClaims(localSystem))
describe('giving up in one process', () => givingUpClaims(localSystem))
describe('mailbox in one process', () => mailboxClaims(localSystem))
describe('posted messages in one process', () => postedClaims(localSystem))
describe('kinds in one process', () => kindsClaims(localSystem))
describe('children in one process', () => childrenClaims(localSystem))
describe('supervision in one process', () => supervisionClaims(localSystem))
describe('death watch in one process', () => deathWatchClaims(localSystem))
describe('actors beyond one process', () => beyondClaims(localSystem))
describe('rest in one process', () => restClaims(localSystem))
describe('freezing in one process', () => freezingClaims(localSystem))
describe('event stream of one process', () => eventStreamClaims(localSystem))
describe('timers in one process', () => timersClaims(localSystem))
