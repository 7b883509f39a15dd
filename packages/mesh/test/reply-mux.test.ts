import { header } from '@scaled-mcp/contracts'
import { beforeEach, describe, expect, test } from 'vitest'
import { ReplyMux } from '../src/reply-mux.ts'
import { bytes, text } from './conformance/mesh-under-test.ts'
import { Recorder } from './conformance/recorder.ts'
import { HandClock } from './hand-clock.ts'
import { HandTransport } from './hand-transport.ts'

let transport: HandTransport
let clock: HandClock
let mux: ReplyMux
let errors: Error[]

beforeEach(() => {
  errors = []
  transport = new HandTransport()
  clock = new HandClock()
  mux = new ReplyMux({ transport, clock, onError: (error) => errors.push(error) }, 'mcp.reply.p')
})

function ask(timeoutMs?: number): Recorder {
  const recorder = new Recorder()
  mux.ask({ subject: 'q', body: bytes('') }, recorder, timeoutMs === undefined ? {} : { timeoutMs })
  return recorder
}
const codes = (recorder: Recorder) => recorder.failures.map((error) => (error as { code?: string }).code)
const frame = (sequence: string, body = '') => ({ headers: { [header.stream]: sequence }, body: bytes(body) })
const chunk = (mark: string, body: string) => ({ headers: { [header.chunk]: mark }, body: bytes(body) })

describe('what a lost connection leaves', () => {
  test('a question that never left is NotDelivered, one that did is ConnectionLost', () => {
    const left = ask()
    const stayed = ask()
    transport.lose(transport.sent.slice(1))
    expect(codes(left)).toEqual(['ConnectionLost'])
    expect(codes(stayed)).toEqual(['NotDelivered'])
  })

  test('a tell and an answer that never left end no question', () => {
    const pending = ask()
    transport.lose([
      { subject: 'tell', body: bytes('') },
      { subject: 'mcp.reply.other.1', body: bytes('') }
    ])
    expect(codes(pending)).toEqual(['ConnectionLost'])
  })

  test('a receiver that throws keeps no other from learning', () => {
    const receiver = {
      frame: () => undefined,
      failed: () => {
        throw new Error('mine')
      }
    }
    mux.ask({ subject: 'q', body: bytes('') }, receiver)
    const other = ask()
    transport.lose([])
    expect(codes(other)).toEqual(['ConnectionLost'])
    expect(errors).toMatchObject([{ message: 'mine' }])
  })

  test('a cancel while disconnected ends the ask here and sends nothing', () => {
    transport.connected = false
    const recorder = new Recorder()
    mux.ask({ subject: 'q', body: bytes('') }, recorder).cancel()
    expect(codes(recorder)).toEqual(['Cancelled'])
    expect(transport.sent).toHaveLength(1)
  })
})

describe('deadlines', () => {
  test('any number of asks holds one timer', () => {
    for (let i = 1; i <= 100; i++) ask(i * 1_000)
    expect(clock.timers.size).toBe(1)
  })

  test('each ask ends at its own deadline, not at that of the earliest', () => {
    const [first, second, never] = [ask(100), ask(200), ask()]
    clock.pass(100)
    expect([codes(first), codes(second)]).toEqual([['DeadlineExceeded'], []])
    clock.pass(100)
    expect([codes(second), codes(never)]).toEqual([['DeadlineExceeded'], []])
    expect(clock.timers.size).toBe(0)
  })

  test('an earlier deadline that comes later is still kept', () => {
    ask(5_000)
    const early = ask(50)
    clock.pass(50)
    expect(codes(early)).toEqual(['DeadlineExceeded'])
  })

  test('a deadline of days does not fire at once', () => {
    const recorder = ask(90 * 24 * 60 * 60 * 1_000)
    clock.pass(2 ** 31)
    expect(codes(recorder)).toEqual([])
  })
})

describe('a broken answer', () => {
  test('a frame that is missing ends the ask with StreamBroken, and the responder is told to stop', () => {
    const recorder = ask()
    const id = transport.sent[0]?.reply ?? ''
    transport.answer(frame('0'), id)
    transport.answer(frame('2'), id)
    expect(codes(recorder)).toEqual(['StreamBroken'])
    expect(transport.sent.at(-1)).toMatchObject({ subject: 'q', headers: { [header.cancel]: id } })
    transport.answer(frame('3 end'), id)
    expect(recorder.frames).toHaveLength(1)
  })

  test('a frame that comes twice is no second frame', () => {
    const recorder = ask()
    transport.answer(frame('0'))
    transport.answer(frame('0'))
    expect(codes(recorder)).toEqual(['StreamBroken'])
  })

  test.each([['2/3'], ['0/3'], ['3'], ['x/y'], ['1/2/3']])('a first part %s ends the ask with StreamBroken', (mark) => {
    const recorder = ask()
    transport.answer(chunk(mark, 'a'))
    expect(codes(recorder)).toEqual(['StreamBroken'])
  })

  test('a whole frame among the parts of another ends the ask with StreamBroken', () => {
    const recorder = ask()
    const id = transport.sent[0]?.reply
    transport.answer(chunk('1/2', 'a'), id)
    transport.answer({ body: bytes('whole') }, id)
    expect(codes(recorder)).toEqual(['StreamBroken'])
  })

  test('parts become one frame, under the headers of the first', () => {
    const recorder = ask()
    const id = transport.sent[0]?.reply
    transport.answer({ ...chunk('1/2', 'a'), headers: { [header.chunk]: '1/2', [header.epoch]: '4' } }, id)
    transport.answer(chunk('2/2', 'b'), id)
    expect(recorder.frames).toMatchObject([{ headers: { [header.epoch]: '4' }, sequence: 0, last: true }])
    expect(text(recorder.frames[0]?.body ?? bytes(''))).toBe('ab')
  })

  test('an answer to a question that nobody asked is dropped', () => {
    const recorder = ask()
    transport.answer({ body: bytes('') }, 'mcp.reply.p.99')
    transport.answer({ body: bytes('') }, 'mcp.reply.p.x')
    expect([recorder.frames, recorder.failures]).toEqual([[], []])
  })

  test('an answer that comes late never reaches the question that has taken the place of its own', () => {
    const former = ask(100)
    const late = transport.sent.at(-1)?.reply
    clock.pass(100)
    const next = ask()
    transport.answer({ body: bytes('late') }, late)
    expect([codes(former), next.frames]).toEqual([['DeadlineExceeded'], []])
    transport.answer({ body: bytes('its own') })
    expect(next.frames.map(({ body }) => text(body))).toEqual(['its own'])
  })
})

test('asks on an abandoned subject end, and no others', () => {
  const refused = ask()
  const other = new Recorder()
  mux.ask({ subject: 'other', body: bytes('') }, other)
  mux.abandon('q', Object.assign(new Error('denied'), { code: 'NotDelivered' }))
  expect([codes(refused), codes(other)]).toEqual([['NotDelivered'], []])
})

test('asks on a doubted subject end, but for those whose receiver listens on', () => {
  const ended = ask()
  const listening = Object.assign(new Recorder(), { doubted: () => true })
  mux.ask({ subject: 'q', body: bytes('') }, listening)
  mux.doubt('q', Object.assign(new Error('it was away'), { code: 'ConnectionLost' }))
  transport.answer({ body: bytes('after all') })
  expect([codes(ended), codes(listening)]).toEqual([['ConnectionLost'], []])
  expect(listening.frames.map(({ body }) => text(body))).toEqual(['after all'])
})
