import { describe, expect, it } from 'vitest'
import { addressKey, mintSessionId, parseAddressKey, Subjects, sessionAddress } from '../src/index.ts'
import { isSessionId } from '../src/session-id.ts'

describe('addresses and subjects', () => {
  it('an id with dots, wildcards or spaces cannot add a token to a subject, and comes back whole', () => {
    const address = { tenant: 'acme', kind: 'room', id: 'a.b *> ü' }
    const key = addressKey(address)
    expect(key.split('.')).toHaveLength(3)
    expect(key).toMatch(/^[A-Za-z0-9_=.-]+$/)
    expect(parseAddressKey(key)).toEqual(address)
  })

  it.each(['', 'a', 'a.b', 'a.b.c.d'])('refuses the key %j, which is not three tokens', (key) => {
    expect(() => parseAddressKey(key)).toThrow(RangeError)
  })

  it('a worker reads form and key off every subject that its one subscription matches', () => {
    const subjects = new Subjects('acme')
    const address = sessionAddress(mintSessionId())
    expect(subjects.parseWorker(subjects.ask('w-1-2', address))).toEqual({ form: 'ask', key: addressKey(address) })
    expect(subjects.parseWorker(subjects.tell('w-1-2', address))).toEqual({ form: 'tell', key: addressKey(address) })
    expect(subjects.ask('w-1-2', address).split('.')).toHaveLength(subjects.worker('w-1-2').split('.').length)
  })

  it.each(['', 'a.b', 'a b', '*'])('refuses the prefix %j, which would change the shape of every subject', (prefix) => {
    expect(() => new Subjects(prefix)).toThrow(RangeError)
  })
})

describe('session ids', () => {
  it('carry 256 random bits in visible ASCII and never repeat', () => {
    const ids = new Set(Array.from({ length: 1_000 }, mintSessionId))
    expect(ids.size).toBe(1_000)
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{43}$/)
  })

  it('an address shows a hash, so that nobody who reads subjects or logs can take over a session', () => {
    const id = mintSessionId()
    const address = sessionAddress(id)
    expect(address.id).toHaveLength(22)
    expect(id).not.toContain(address.id)
    expect(sessionAddress(id)).toEqual(address)
  })

  it.each(['', 'x', '../etc', 'a'.repeat(44)])(
    '%j is no session id, and is refused without asking the store',
    (text) => {
      expect(isSessionId(text)).toBe(false)
    }
  )
})
