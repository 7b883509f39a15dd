import type { Lease, Member, Membership } from '@scaled-mcp/cluster'
import type { SimulatedProcess } from '../world/simulated-process.ts'

export interface KeptMemberComponents {
  /** The process whose lease it is. */
  readonly main: SimulatedProcess
  /** The thread that keeps it. */
  readonly thread: SimulatedProcess
  /** Of the thread; it asks {@link KeptMember.isAlive}. */
  readonly membership: (isAlive: () => boolean) => Membership
  /** Whether the process can do its work. */
  readonly isAble: () => boolean
}

const STALL_MS = 10_000

/** A membership kept by a thread, as LeaseKeeper has it: the same rules without a real thread. */
export class KeptMember implements Member {
  readonly lease: Lease
  readonly lost: Promise<void>
  readonly #components: KeptMemberComponents
  readonly #membership: Membership
  readonly #pulseMs: number
  #shownAt = 0

  /** @param pulseMs how often the process shows that it lives, in milliseconds. */
  constructor(components: KeptMemberComponents, pulseMs: number) {
    const { main, thread, membership } = components
    this.#components = components
    this.#membership = membership(() => thread.clock.monotonic() - this.#shownAt < STALL_MS)
    this.#pulseMs = pulseMs
    this.lease = this.#membership.lease
    this.lost = new Promise((resolve) => {
      void this.#membership.lost.then(() => main.execute(resolve))
    })
  }

  join(): Promise<void> {
    this.#pulse()
    return this.#ask((membership) => membership.join())
  }

  drain(): Promise<void> {
    return this.#ask((membership) => membership.drain())
  }

  undrain(): Promise<void> {
    return this.#ask((membership) => membership.undrain())
  }

  offer(kinds: readonly string[]): Promise<void> {
    return this.#ask((membership) => membership.offer(kinds))
  }

  returned(): Promise<void> {
    return this.#ask((membership) => membership.returned())
  }

  leave(): Promise<void> {
    return this.#ask((membership) => membership.leave())
  }

  #pulse(): void {
    const { main, isAble } = this.#components
    if (isAble()) this.#shownAt = main.clock.monotonic()
    main.clock.after(this.#pulseMs, () => this.#pulse())
  }

  #ask(what: (membership: Membership) => Promise<void>): Promise<void> {
    const { main, thread } = this.#components
    return new Promise((resolve, reject) => {
      const answered = () => main.execute(resolve)
      const failed = (error: unknown) => main.execute(() => reject(error))
      thread.execute(() => void what(this.#membership).then(answered, failed))
    })
  }
}
