/**
 * Freezes a message with all plain objects and arrays in it, so that whoever changes what was sent is told. Instances of
 * classes stay as they are, and nothing below what is frozen already is looked at.
 */
export function freeze(message: unknown): void {
  const found: unknown[] = [message]
  while (found.length > 0) {
    const next = found.pop()
    if (!isPlain(next) || Object.isFrozen(next)) continue
    Object.freeze(next) // before what is in it: a cycle ends here
    for (const key of Object.keys(next)) found.push(Object.getOwnPropertyDescriptor(next, key)?.value)
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
