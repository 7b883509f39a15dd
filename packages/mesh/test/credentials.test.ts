import { describe, expect, test } from 'vitest'
import { parseServers } from '../src/nats/credentials.ts'

describe('server addresses', () => {
  test('secrets are taken out of the address, so that it can be logged', () => {
    expect(parseServers('nats://me:p%40ss@one:4222')).toEqual({
      servers: ['one:4222'],
      credentials: { user: 'me', password: 'p@ss' }
    })
  })

  test('a name without a password is a token, as the nats CLI has it', () => {
    expect(parseServers('nats://s3cret@one:4222').credentials).toEqual({ token: 's3cret' })
  })

  test('several addresses come as a list or separated by commas, with or without a scheme', () => {
    const expected = { servers: ['one:4222', 'two:4223'], credentials: {} }
    expect(parseServers('nats://one:4222, two:4223')).toEqual(expected)
    expect(parseServers(['nats://one:4222', 'nats://two:4223'])).toEqual(expected)
  })

  test('tls:// asks for TLS', () => {
    expect(parseServers('tls://one:4222').credentials).toEqual({ tls: {} })
  })

  test('what is no address is refused without repeating it, because it may hold a secret', () => {
    expect(() => parseServers('nats://me:pass word@')).toThrow(expect.objectContaining({ code: 'ConfigInvalid' }))
    expect(() => parseServers('nats://me:secret@:x')).not.toThrow(/secret/)
  })
})
