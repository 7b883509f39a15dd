/**
 * Every safety mechanism that can be switched off from outside, each with the story of what it is for. A run must find
 * what follows from it, or it would not find the same mistake in the product either.
 */
import { header } from '@scaled-mcp/contracts'
import { blind, misread } from './altered-bucket.ts'
import {
  blindVerdicts,
  nobody,
  ownedBy,
  released,
  withoutAttempts,
  withoutLastEvent,
  withRecords
} from './altered-mesh.ts'
import { EternalLease, LateLease, monotonicLease, wallLease } from './careless-lease.ts'
import {
  blindLog,
  endless,
  requestless,
  sentEarly,
  unmarked,
  unreplayed,
  unsealed,
  withEvents
} from './careless-log.ts'
import { carelessSeal, carelessSettle } from './careless-store.ts'
import type { Mutation } from './mutation.ts'
import { silentReturn } from './silent-return.ts'

export const mutations = {
  'lease-always-held': { lease: (init) => new EternalLease(init) },
  'lease-from-acknowledgement': { mix: 'store', lease: (init) => new LateLease(init) },
  'lease-without-wall-clock': { mix: 'pauses', lease: monotonicLease },
  'lease-without-monotonic-clock': { mix: 'clocks', lease: wallLease },
  'own-death-ignored': { heartbeats: (members) => blind(members) },
  'silence-too-short': { toldLeaseMs: 400 },
  'verdict-blind': { mix: 'store', workerMesh: (mesh) => withRecords(mesh, { members: blindVerdicts }) },
  'owner-not-dead': { workerMesh: (mesh) => withRecords(mesh, { members: nobody }) },
  'claim-blind': { workerMesh: (mesh) => withRecords(mesh, { directory: (bucket) => blind(bucket) }) },
  'ended-is-released': {
    workerMesh: (mesh) => withRecords(mesh, { directory: (bucket) => misread(bucket, released) })
  },
  'ownership-unchecked': {
    workerMesh: (mesh) => withRecords(mesh, { directory: (bucket) => misread(bucket, ownedBy(mesh.process)) })
  },
  'state-blind': { workerMesh: (mesh) => withRecords(mesh, { state: (bucket) => blind(bucket) }) },
  'state-unsealed': { mix: 'store', workerMesh: (mesh) => withRecords(mesh, { state: carelessSeal }) },
  'state-unsettled': { mix: 'store', workerMesh: (mesh) => withRecords(mesh, { state: carelessSettle }) },
  'own-write-unrecognised': {
    mix: 'store',
    stored: ({ headers }) => void delete (headers as Record<string, string>)[header.nonce]
  },
  'return-untold': { mix: 'partitions', member: silentReturn },
  'second-attempt-as-first': { gatewayMesh: withoutAttempts },
  'once-run-twice': { deliveryClass: 'volatile' },
  'log-blind': { mix: 'store', workerMesh: (mesh) => withEvents(mesh, blindLog) },
  'log-unsealed': { mix: 'store', workerMesh: (mesh) => withEvents(mesh, unsealed) },
  'own-event-unrecognised': { mix: 'partitions', workerMesh: (mesh) => withEvents(mesh, unmarked) },
  'event-sent-early': { workerMesh: (mesh, log) => withEvents(mesh, (events) => sentEarly(events, log)) },
  'stream-not-replayed': { workerMesh: (mesh) => withEvents(mesh, unreplayed) },
  'stream-without-request': { workerMesh: (mesh) => withEvents(mesh, requestless) },
  'stream-end-overlooked': { workerMesh: (mesh) => withEvents(mesh, endless) },
  'last-event-untold': { gatewayMesh: withoutLastEvent }
} as const satisfies Record<string, Mutation>

export type MutationName = keyof typeof mutations
