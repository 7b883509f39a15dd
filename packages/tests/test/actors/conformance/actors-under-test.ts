import { randomBytes } from 'node:crypto'
import type { ActorRef } from '@scaled-mcp/actor'
import type { Actors } from '@scaled-mcp/server'
import type { Order, To } from '../scripted/order.ts'

/** On whose behalf something is sent. */
export interface Asker {
  /** Name of the actor that sends. Default: `session/asker`. */
  readonly sender?: string
  readonly principal?: string
}

/** Where actors of the kinds of `scripted/kinds.ts` live, as one who is no actor of theirs reaches them. */
export interface ActorsUnderTest {
  actors(asker?: Asker): Actors
}

/** A worker that hosts them. */
export interface HostUnderTest {
  readonly id: string
  /** Hands over what it hosts, and leaves. */
  leave(): Promise<void>
  /** Ends as by `kill -9`, with all that it hosts; resolves when the cluster knows. */
  kill(): Promise<void>
  /** Stands still, with all that it hosts, until the cluster takes it for dead. */
  pause(): Promise<void>
  /**
   * Goes on where it stood; resolves when it knows that it was taken for dead, with the id of the worker that its process
   * is then. Undefined: all workers share one process.
   */
  resume(): Promise<string | undefined>
}

export interface ClusterOptions {
  /** How long an actor may be idle before it leaves memory, in milliseconds. */
  readonly passivateMs?: number
}

/** Which build a worker runs: the usual one, the next one, and one from before there were actors. */
export type Build = 'usual' | 'newer' | 'no actors'

/** Workers, and somebody who hosts nothing and asks; it runs the usual build. */
export interface ClusterUnderTest extends ActorsUnderTest {
  /** Adds a worker. Default: of the usual build. */
  start(build?: Build): Promise<HostUnderTest>
  /** Id of the worker that owns an actor; undefined: it has none. */
  ownerOf(name: string): Promise<string | undefined>
  stop(): Promise<void>
}

export type StartCluster = (options?: ClusterOptions) => Promise<ClusterUnderTest>

/** An id that no other claim has. */
export function anyId(): string {
  return randomBytes(6).toString('hex')
}

/** A ref to an actor, and its address. */
export function actorOf(under: ActorsUnderTest, kind = 'scripted', id = anyId(), asker?: Asker) {
  const to: To = [kind, id]
  const ref: ActorRef<Order> = under.actors(asker).getOrActivate<Order>(kind, id)
  return { ref, to, id, name: `${kind}/${id}` }
}
