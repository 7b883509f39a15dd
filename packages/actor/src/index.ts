/**
 * Actors in one process: live objects with a name and a mailbox.
 *
 * ```ts
 * import { Actor, ActorSystem } from '@scaled-mcp/actor'
 *
 * class Counter extends Actor<{ readonly add: number }, number> {
 *   #count = 0
 *   receive(message: { readonly add: number }) {
 *     return (this.#count += message.add)
 *   }
 * }
 *
 * const system = ActorSystem.start({ onFailure: (name, error) => process.emitWarning(`${name}: ${error}`) })
 * const counter = await system.spawn('counter/1', new Counter())
 * counter.tell({ add: 1 })
 * await counter.ask({ add: 1 }) // 2
 * await system.stop()
 * ```
 */
export { Actor } from './actor.ts'
export type { ActorContext } from './actor-context.ts'
export { ActorError, type ActorErrorCode } from './actor-error.ts'
export type { ActorRef, AskOptions, TellOptions } from './actor-ref.ts'
export { ActorSystem, type ActorSystemOptions } from './actor-system.ts'
export type { Beyond } from './beyond.ts'
export { type Clock, systemClock, type Timer } from './clock.ts'
export type { Envelope, Settle } from './envelope.ts'
export type { ActorEvent, ActorEventListener } from './event-stream.ts'
export type { KindDefinition, Kinds } from './kind.ts'
export type { Lane, MessageContext } from './message-context.ts'
export type { Spawn, SpawnOptions } from './spawn-options.ts'
export type { Directive, RestartOptions, Supervision } from './supervision.ts'
export type { Terminated, Termination } from './terminated.ts'
export { VirtualClock } from './virtual-clock.ts'
