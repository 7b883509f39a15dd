const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** The fingerprint of a run (FNV-1a): two runs with the same one did the same things at the same times. */
export class Trace {
  #hash = FNV_OFFSET
  #length = 0

  /** How many things were added. */
  get length(): number {
    return this.#length
  }

  get digest(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  add(text: string): void {
    this.#length++
    for (let i = 0; i < text.length; i++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), FNV_PRIME)
  }
}
