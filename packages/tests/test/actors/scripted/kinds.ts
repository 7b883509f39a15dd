import type { SpawnOptions } from '@scaled-mcp/actor'
import { type ActorCreation, defineActor } from '@scaled-mcp/server'
import type { Tally } from './order.ts'
import { Scripted, type ScriptedInit } from './scripted.ts'

const kind = (options: SpawnOptions = {}, init: Omit<ScriptedInit, 'name' | 'state'> = {}) =>
  defineActor({ ...options, create: ({ name }: ActorCreation) => new Scripted({ name, ...init }) })

/** How long a `slow` one takes to start, in milliseconds. */
const START_MS = 500
/** Messages that may wait in the mailbox of a `narrow` one. */
export const NARROW = 16
/** Restarts that a `restarting` one is granted. */
export const RESTARTS = 2

/** Kinds of actors without durable state: they live in one process as well as in a cluster. */
export const plainKinds = {
  scripted: kind(),
  /** Handles three messages at once. */
  wide: kind({ interleave: 3 }),
  narrow: kind({ mailbox: NARROW }),
  gate: kind({ interleave: 10_000 }),
  shaky: kind({}, { isShaky: true }),
  slow: kind({}, { startMs: START_MS }),
  clumsy: kind({}, { throwsAtStop: true }),
  restarting: kind({
    supervision: { onFailure: 'restart', restarts: { limit: RESTARTS, minBackoffMs: 1, maxBackoffMs: 1 } }
  }),
  mortal: kind({ supervision: { onFailure: 'stop' } }),
  escalating: kind({ supervision: { onFailure: 'escalate' } })
}

/** The kind with durable state, as one build has it; handles two messages at once. @param version of the shape of its state. */
export const durableKind = (version: number) =>
  defineActor<Tally>({
    interleave: 2,
    state: { version, initial: () => ({ count: 0 }), upcast: (value) => value as Tally },
    create: ({ name, state }) => new Scripted({ name, state })
  })
