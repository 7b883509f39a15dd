/** Something that will happen. */
export interface Event {
  /** When, in milliseconds of true time. */
  readonly at: number
  /** Which of two at the same time comes first. */
  readonly order: number
  readonly run: () => void
}

/** Events in the order in which they happen: a binary heap. */
export class EventQueue {
  readonly #heap: Event[] = []

  add(event: Event): void {
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1)
  }

  /** The next event, undefined when there is none. */
  peek(): Event | undefined {
    return this.#heap[0]
  }

  take(): Event | undefined {
    const [first] = this.#heap
    const last = this.#heap.pop()
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last
      this.#sink(0)
    }
    return first
  }

  #rise(index: number): void {
    const parent = (index - 1) >> 1
    if (index === 0 || this.#isBefore(parent, index)) return
    this.#swap(parent, index)
    this.#rise(parent)
  }

  #sink(index: number): void {
    const left = 2 * index + 1
    if (left >= this.#heap.length) return
    const child = left + 1 < this.#heap.length && this.#isBefore(left + 1, left) ? left + 1 : left
    if (this.#isBefore(index, child)) return
    this.#swap(index, child)
    this.#sink(child)
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one] as Event
    const b = this.#heap[other] as Event
    return a.at === b.at ? a.order < b.order : a.at < b.at
  }

  #swap(one: number, other: number): void {
    const event = this.#heap[one] as Event
    this.#heap[one] = this.#heap[other] as Event
    this.#heap[other] = event
  }
}
