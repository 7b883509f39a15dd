import { describe } from 'vitest'
import { activationClaims } from './activation.ts'
import type { ActorsUnderTest } from './actors-under-test.ts'
import { askingClaims } from './asking.ts'
import { deathWatchClaims } from './death-watch.ts'
import { kinClaims } from './kin.ts'
import { messageContextClaims } from './message-context.ts'
import { supervisionClaims } from './supervision.ts'
import { turnsClaims } from './turns.ts'

/** What holds wherever actors live, in one process or in many. */
export function plainClaims(under: ActorsUnderTest): void {
  describe('activation', () => activationClaims(under))
  describe('asking', () => askingClaims(under))
  describe('turns', () => turnsClaims(under))
  describe('what travels with a message', () => messageContextClaims(under))
  describe('death watch', () => deathWatchClaims(under))
  describe('supervision', () => supervisionClaims(under))
  describe('children and timers', () => kinClaims(under))
}
