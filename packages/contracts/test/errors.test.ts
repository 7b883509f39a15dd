import { describe, expect, it } from 'vitest'
import { errorHeaders, errorOf, hasCode, header, ScaledMcpError, statusOf } from '../src/index.ts'

describe('errors between processes', () => {
  it('an error of the registry arrives as the same error', () => {
    const sent = new ScaledMcpError('DuplicateRequestId', '7')
    const arrived = errorOf(errorHeaders(sent))
    expect(arrived.code).toBe('DuplicateRequestId')
    expect(arrived.message).toBe(sent.message)
  })

  it('anything else arrives as Internal, in headers that the NATS CLI shows as an error', () => {
    const headers = errorHeaders(new TypeError('line one\nline two'))
    expect(statusOf(headers)).toBe('error')
    expect(headers[header.serviceError]).toBe('line one line two')
    expect(headers[header.serviceErrorCode]).toBe('500')
    expect(errorOf(headers).code).toBe('Internal')
  })

  it('a code that a newer process knows and this one does not arrives as Internal', () => {
    expect(errorOf({ [header.error]: 'OfTomorrow' }).code).toBe('Internal')
  })

  it('is told apart by code, also when it comes from another copy of the package', () => {
    expect(hasCode(Object.assign(new Error('x'), { code: 'NotDelivered' }), 'NotDelivered')).toBe(true)
    expect(hasCode(new Error('x'), 'NotDelivered')).toBe(false)
    expect(hasCode('NotDelivered', 'NotDelivered')).toBe(false)
  })
})
