const DEEPEST = 500

/** A place in a value that JSON cannot carry, and what stands there. */
export class NotJson extends TypeError {
  /** As in `$.items[3].price`. */
  readonly path: string

  constructor(path: string, found: string) {
    super(`${path} is ${found}`)
    this.name = 'NotJson'
    this.path = path
  }
}

/**
 * A deeply frozen copy of `value`, equal to what a JSON round trip gives.
 * @throws NotJson at the first place where the round trip would lose or change something.
 */
export function frozenJson<T>(value: T): T {
  return copy(value, '$', []) as T
}

/**
 * The JSON text of `value`; undefined has none.
 * @throws NotJson at the first place where a round trip would lose or change something.
 */
export function jsonText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (!isJson(value, 0)) frozenJson(value) // finds out where
  return JSON.stringify(value)
}

/** The quick way to know; it keeps no path. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth === DEEPEST) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], depth + 1)) return false // `every` would skip holes
    return true
  }
  if (!isPlain(value)) return false
  for (const key in value) if (!isJson((value as Record<string, unknown>)[key], depth + 1)) return false
  return true
}

function copy(value: unknown, path: string, above: readonly object[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object') throw new NotJson(path, nameOf(value))
  if (above.includes(value)) throw new NotJson(path, 'a reference to what contains it')
  if (above.length === DEEPEST) throw new NotJson(path, `nested deeper than ${DEEPEST} levels`)
  const inner = [...above, value]
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (item, i) => copy(item, `${path}[${i}]`, inner)))
  if (!isPlain(value)) throw new NotJson(path, nameOf(value))
  const entries = Object.entries(value).map(([key, item]) => [key, copy(item, `${path}.${key}`, inner)])
  return Object.freeze(Object.fromEntries(entries))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name || 'object with a prototype'}`
  if (typeof value === 'number' || value === undefined) return String(value)
  return `a ${typeof value}`
}
