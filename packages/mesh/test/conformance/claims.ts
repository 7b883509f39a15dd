import { describe } from 'vitest'
import { eventLogClaims } from './event-log.ts'
import type { Get } from './mesh-under-test.ts'
import { recordClaims } from './record-store.ts'
import { watchClaims } from './record-watch.ts'
import { servicesClaims } from './services.ts'
import { connectionClaims } from './wire-connection.ts'
import { endingClaims } from './wire-endings.ts'
import { messageClaims } from './wire-messages.ts'

/** Everything that a mesh promises, whatever carries it. */
export function meshClaims(get: Get): void {
  describe('messages', () => messageClaims(get))
  describe('endings', () => endingClaims(get))
  describe('connection', () => connectionClaims(get))
  describe('records', () => recordClaims(get))
  describe('watch', () => watchClaims(get))
  describe('event log', () => eventLogClaims(get))
  describe('services', () => servicesClaims(get))
}
