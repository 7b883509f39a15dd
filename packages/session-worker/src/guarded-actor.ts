import { Actor, type ActorContext, type Terminated } from '@scaled-mcp/actor'
import type { LeaseGate } from './lease-gate.ts'

/** The author's actor, whose turns begin only while the worker's lease is held; a turn that comes earlier waits for it. */
export function guarded(actor: Actor<unknown>, gate: LeaseGate): Actor<unknown> {
  return actor.terminated ? new GuardedWatcher(actor, gate) : new GuardedActor(actor, gate)
}

class GuardedActor extends Actor<unknown> {
  protected readonly actor: Actor<unknown>
  protected readonly gate: LeaseGate

  constructor(actor: Actor<unknown>, gate: LeaseGate) {
    super()
    this.actor = actor
    this.gate = gate
  }

  override start(context: ActorContext): void | Promise<void> {
    return this.actor.start?.(context)
  }

  override receive(message: unknown, context: ActorContext): unknown {
    if (this.gate.isOpen) return this.actor.receive(message, context)
    return this.gate.pass().then(() => this.actor.receive(message, context))
  }

  override stop(): void | Promise<void> {
    return this.actor.stop?.()
  }
}

/** One that hears of the end of others. */
class GuardedWatcher extends GuardedActor {
  override terminated(terminated: Terminated, context: ActorContext): void | Promise<void> {
    if (this.gate.isOpen) return this.actor.terminated?.(terminated, context)
    return this.gate.pass().then(() => this.actor.terminated?.(terminated, context))
  }
}
