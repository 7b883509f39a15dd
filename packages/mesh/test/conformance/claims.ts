import { describe } from 'vitest'
import { eventLogClaims } from './event-log.ts'
import type { Get } from './mesh-under-test.ts'
import { recordClaims } from './record-store.ts'
import { servicesClaims } from './services.ts'
import { wireClaims } from './wire.ts'

/** Everything that a mesh promises, whatever carries it. */
export function meshClaims(get: Get): void {
  describe('wire', () => wireClaims(get))
  describe('records', () => recordClaims(get))
  describe('event log', () => eventLogClaims(get))
  describe('services', () => servicesClaims(get))
}
