import { type MemberRecord, SESSION_KIND } from '@scaled-mcp/contracts'
import type { MemberView } from './member-view.ts'
import type { Openings } from './openings.ts'
import { place } from './placement.ts'
import type { Addressed } from './router.ts'

export interface PlacingComponents {
  readonly members: MemberView
  readonly openings: Openings
  /** A number from 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

/** Whom one question asks to own an address that nobody owns. */
export class Placing {
  readonly #components: PlacingComponents
  /** Workers that did not take the actor. */
  #refused: ReadonlySet<string> = new Set()
  #over: (() => void) | undefined

  constructor(components: PlacingComponents) {
    this.#components = components
  }

  /** The id of a worker that can host the actor and has not refused; undefined: all have, and may be asked again. */
  choose({ address, key }: Addressed): string | undefined {
    const { members, random, openings } = this.#components
    const takers = members.up('worker').filter((one) => hosts(one, address.kind) && !this.#refused.has(one.id))
    const opening = openings.workerOf(key)
    const worker = takers.find(({ id }) => id === opening) ?? place(takers, random)
    if (!worker) this.#refused = new Set()
    else if (address.kind !== SESSION_KIND) this.#over = openings.begin(key, worker.id) // requests of a session have no order
    return worker?.id
  }

  refusedBy(worker: string): void {
    this.#refused = new Set([...this.#refused, worker])
  }

  /** The worker that was asked has answered, or will not. */
  answered(): void {
    this.#over?.()
    this.#over = undefined
  }
}

function hosts({ kinds }: MemberRecord, kind: string): boolean {
  return kind === SESSION_KIND || (kinds?.includes(kind) ?? false)
}
