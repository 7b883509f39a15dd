import { describe, expect, it } from 'vitest'
import { answerFigures } from '../../src/scene/answer-rules.ts'
import type { Exchange } from '../../src/scene/exchange.ts'

const fine: Exchange = {
  method: 'POST',
  sessionId: 's',
  status: 200,
  retryAfter: undefined,
  body: '',
  end: 'whole',
  answeredMs: 5,
  endedMs: 10
}
const wrongOf = (...exchanges: readonly Partial<Exchange>[]) =>
  answerFigures(exchanges.map((exchange) => ({ ...fine, ...exchange }))).wrong
const JSON_RPC_ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"late"}}'

describe('answers while workers die', () => {
  it('are counted by their status', () => {
    const { statuses } = answerFigures([fine, fine, { ...fine, status: 202 }, { ...fine, status: undefined }])
    expect(statuses).toEqual({ 200: 2, 202: 1, none: 1 })
  })

  it('W1: are wrong when a session is unknown that nobody ended, as its client has lost it', () => {
    expect(wrongOf({ status: 404 })).toEqual({ 'POST answered 404': 1 })
    expect(wrongOf({ status: 404, sessionId: undefined })).toEqual({ 'POST answered 404': 1 })
  })

  it('W1: may say that a session is unknown once its client has ended it, but not before', () => {
    const ended = { method: 'DELETE', status: 200 }
    expect(wrongOf(ended, { status: 404 })).toEqual({})
    expect(wrongOf({ status: 404 }, ended)).toEqual({ 'POST answered 404': 1 })
    expect(wrongOf(ended, { status: 404, sessionId: 'another' })).toEqual({ 'POST answered 404': 1 })
    expect(wrongOf({ ...ended, status: 503, retryAfter: '1' }, { status: 404 })).toEqual({ 'POST answered 404': 1 })
  })

  it('W2: may be 503 when they say how soon to try again', () => {
    expect(wrongOf({ status: 503, retryAfter: '1' })).toEqual({})
    expect(wrongOf({ status: 503 })).toEqual({ 'POST answered 503': 1 })
  })

  it('W2: may be 504 when a client finds its request in the body', () => {
    expect(wrongOf({ status: 504, body: JSON_RPC_ERROR })).toEqual({})
    expect(wrongOf({ status: 504 }, { status: 504, body: '{}' })).toEqual({ 'POST answered 504': 2 })
  })

  it('W2: are wrong with any other 5xx', () => {
    expect(wrongOf({ status: 500 }, { status: 502, retryAfter: '1' })).toEqual({
      'POST answered 500': 1,
      'POST answered 502': 1
    })
  })

  it('W3: are wrong when they break off, but not when their client leaves', () => {
    expect(wrongOf({ end: 'cut' })).toEqual({ 'POST answered 200 and cut short': 1 })
    expect(wrongOf({ end: 'left' })).toEqual({})
  })

  it('W3: are wrong when they take over a minute, whether or not their client was still there', () => {
    const endless = { 'POST without an end within 60 s': 1 }
    expect(wrongOf({ endedMs: 60_001 })).toEqual(endless)
    expect(wrongOf({ endedMs: 60_001, end: 'left', status: undefined, answeredMs: undefined })).toEqual(endless)
  })

  it('W3: may stay open for long when they are streams that a GET has opened', () => {
    expect(wrongOf({ method: 'GET', endedMs: 300_000 })).toEqual({})
    expect(wrongOf({ method: 'GET', endedMs: 60_001, answeredMs: undefined })).toEqual({
      'GET without an end within 60 s': 1
    })
  })
})
