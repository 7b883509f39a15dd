import { describe, expect, it } from 'vitest'
import { readableId, recognise } from '../src/index.ts'

const jsonrpc = '2.0'

describe('recognise', () => {
  it.each([
    [{ jsonrpc, id: 1, method: 'ping' }, 'request'],
    [{ jsonrpc, id: 'a', method: 'ping', params: {} }, 'request'],
    [{ jsonrpc, method: 'notifications/initialized' }, 'notification'],
    [{ jsonrpc, id: 1, result: {} }, 'response'],
    [{ jsonrpc, id: null, error: { code: 1, message: 'x' } }, 'response']
  ])('%j is a %s', (value, kind) => {
    expect(recognise(value)).toBe(kind)
  })

  it.each([
    null,
    5,
    'text',
    [],
    {},
    { jsonrpc: '1.0', id: 1, method: 'ping' },
    { jsonrpc, id: null, method: 'ping' },
    { jsonrpc, id: 1.5, method: 'ping' },
    { jsonrpc, id: 1, method: 7 },
    { jsonrpc, id: 1, method: 'ping', params: [] },
    { jsonrpc, id: 1 },
    { jsonrpc, id: 1, result: {}, error: { code: 1, message: 'x' } },
    { jsonrpc, id: null, result: {} }
  ])('%j is not a message, so no server ever sees it', (value) => {
    expect(recognise(value)).toBe('invalid')
  })

  it('an error answer carries the id whenever it could be read', () => {
    expect(readableId({ id: 7 })).toBe(7)
    expect(readableId({ id: 'a', nonsense: true })).toBe('a')
    expect(readableId({ id: null })).toBeNull()
    expect(readableId('text')).toBeNull()
  })
})
