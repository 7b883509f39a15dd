/**
 * Lets the longest unused sessions leave this worker's memory while its heap is nearly full: V8 would end the process.
 *
 * R1  It looks only just after a major collection. At any other time the heap holds garbage as well: it may look full while
 *     little is in use, and no session that leaves makes it emptier, so that all of them would. While nothing is collected
 *     nothing is in need, either, and nothing is looked at.
 * R2  A tenth leaves at a time, the longest unused first. What that has freed is for the next collection to tell.
 * R3  Only a session in which nothing is in flight and that nobody listens to leaves.
 * R4  The log is told once per episode: when the first have left, when none can, and when it is over.
 */
import type { Logger } from '@scaled-mcp/server'
import type { Heap, HeapUse } from './heap.ts'
import type { LivingActor } from './living-actor.ts'

export interface HeapReliefComponents {
  readonly heap: Heap
  /** The sessions in memory. */
  readonly living: () => readonly LivingActor[]
  /** Gives these sessions up, unless they are in use again by then. Resolves with how many have left; never rejects. */
  readonly release: (sessions: readonly LivingActor[]) => Promise<number>
  readonly logger: Logger
}

export interface HeapReliefInit {
  /** Percent of the heap limit that may be in use after a collection. 100: it never looks. */
  readonly maxPercent: number
}

/** From a collection that leaves too much until one that leaves clearly less. */
interface Episode {
  passivated: number
  isStuckTold: boolean
}

const BATCHES = 10
/** Part of `maxPercent` below which an episode is over: a heap that swings around it makes one, not many. */
const CALM = 0.9

export class HeapRelief {
  readonly #components: HeapReliefComponents
  readonly #maxPercent: number
  #stopLooking: (() => void) | undefined
  #isReleasing = false
  #episode: Episode | undefined

  constructor(components: HeapReliefComponents, { maxPercent }: HeapReliefInit) {
    this.#components = components
    this.#maxPercent = maxPercent
  }

  start(): void {
    if (this.#maxPercent >= 100) return
    this.#stopLooking = this.#components.heap.onMajorCollection((left) => this.#look(left)) // R1
  }

  stop(): void {
    this.#stopLooking?.()
  }

  #look(left: HeapUse): void {
    if (this.#isReleasing) return // R2
    const percent = (100 * left.usedBytes) / left.limitBytes
    if (percent > this.#maxPercent) void this.#relieve(left)
    else if (percent < this.#maxPercent * CALM) this.#end(left)
  }

  async #relieve(left: HeapUse): Promise<void> {
    this.#isReleasing = true
    const passivated = await this.#components.release(this.#longestUnused())
    this.#isReleasing = false
    this.#episode ??= { passivated: 0, isStuckTold: false }
    if (passivated > 0) this.#passivated(passivated, this.#episode, left)
    else this.#stuck(this.#episode, left)
  }

  #longestUnused(): readonly LivingActor[] {
    const all = this.#components.living()
    const unused = all.filter(({ isUnused }) => isUnused) // R3
    unused.sort((a, b) => a.usedAt - b.usedAt)
    return unused.slice(0, Math.ceil(all.length / BATCHES)) // R2
  }

  #passivated(sessions: number, episode: Episode, left: HeapUse): void {
    const { logger } = this.#components
    if (episode.passivated === 0) {
      logger.warn({ ...left, sessions }, 'the heap is nearly full: unused sessions leave it')
    }
    episode.passivated += sessions
  }

  #stuck(episode: Episode, left: HeapUse): void {
    const { logger, living } = this.#components
    if (episode.isStuckTold) return
    episode.isStuckTold = true
    logger.warn({ ...left, inMemory: living().length }, 'the heap is nearly full, and no session can leave it')
  }

  #end(left: HeapUse): void {
    const { passivated: sessions } = this.#episode ?? {}
    this.#episode = undefined
    if (sessions !== undefined) this.#components.logger.info({ ...left, sessions }, 'the heap has room again')
  }
}
