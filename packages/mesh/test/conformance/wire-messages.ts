import { header } from '@scaled-mcp/contracts'
import type { Delivery, Reply } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytes, fresh, type Get, text } from './mesh-under-test.ts'
import { Pair } from './pair.ts'
import { Recorder } from './recorder.ts'

/** What arrives, and how: W3 and W4 of wire.ts. */
export function messageClaims(get: Get): void {
  let pair: Pair

  beforeEach(async () => {
    pair = await Pair.connect(get())
  })

  describe('tell and ask', () => {
    test('a tell arrives with its headers and body, and offers no way to answer', async () => {
      const got: Delivery[] = []
      await pair.serve((delivery) => got.push(delivery))
      pair.gateway.wire.tell(pair.subject, { headers: { [header.epoch]: '7' }, body: bytes('hello') })
      const [delivery] = await until(() => got.length > 0 && got)
      expect(delivery).toMatchObject({ subject: pair.subject, headers: { [header.epoch]: '7' } })
      expect(text((delivery as Delivery).body)).toBe('hello')
      expect(delivery).not.toHaveProperty('reply')
    })

    test('what one process sends arrives in the order it was sent, tells and asks alike', async () => {
      const got: string[] = []
      await pair.serve(({ body, reply }) => {
        got.push(text(body))
        reply?.end({ body })
      })
      for (let i = 0; i < 200; i++) pair.gateway.wire.tell(pair.subject, { body: bytes(`${i}`) })
      await pair.ask('last')
      expect(got).toEqual([...Array.from({ length: 200 }, (_, i) => `${i}`), 'last'])
    })

    test('200 asks in flight each get their own answer', async () => {
      await pair.serve(({ body, reply }) => reply?.end({ body: bytes(`re ${text(body)}`) }))
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => pair.ask(`${i}`)))
      expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `re ${i}`))
    })

    test('a plain answer travels without headers, so the hot path pays for none', async () => {
      await pair.serve(({ headers, reply }) => reply?.end({ body: bytes(headers === undefined ? 'none' : 'some') }))
      const answer = await pair.gateway.wire.ask(pair.subject, { body: bytes('') })
      expect(text(answer.body)).toBe('none')
      expect(answer.headers).toBeUndefined()
    })

    test('headers of question and answer arrive as they were given', async () => {
      const context = JSON.stringify({ name: 'Jürgen: “ok”', list: [1, 2] })
      await pair.serve(({ headers, reply }) =>
        reply?.end({ headers: { ...headers, [header.epoch]: '3' }, body: bytes('') })
      )
      const answer = await pair.gateway.wire.ask(pair.subject, {
        headers: { [header.context]: context },
        body: bytes('')
      })
      expect(answer.headers).toMatchObject({ [header.context]: context, [header.epoch]: '3' })
    })

    test('a header value with a line break is refused, so nobody can forge another header', () => {
      const forged = { headers: { [header.context]: 'a\r\nMcp-Epoch: 9' }, body: bytes('') }
      expect(() => pair.gateway.wire.tell(pair.subject, forged)).toThrow(TypeError)
    })

    test('wildcards serve many subjects with one subscription', async () => {
      const prefix = fresh()
      await pair.serve(({ subject: on, reply }) => reply?.end({ body: bytes(on) }), `${prefix}.*.tail.>`)
      const answer = await pair.gateway.wire.ask(`${prefix}.a.tail.b.c`, { body: bytes('') })
      expect(text(answer.body)).toBe(`${prefix}.a.tail.b.c`)
      const other = pair.gateway.wire.ask(`${prefix}.a.b.tail.c`, { body: bytes('') })
      await expect(other).rejects.toMatchObject({ code: 'NoResponders' })
    })
  })

  describe('streams', () => {
    test('the frames of a stream arrive in order, numbered, and the end is marked', async () => {
      await pair.serve(({ reply }) => {
        for (const part of ['a', 'b', 'c']) reply?.frame({ body: bytes(part) })
        reply?.end({ body: bytes('d') })
      })
      const recorder = new Recorder()
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      expect(await recorder.ended).toEqual(['a', 'b', 'c', 'd'])
      expect(recorder.frames.map(({ sequence, last }) => [sequence, last])).toEqual([
        [0, false],
        [1, false],
        [2, false],
        [3, true]
      ])
    })

    test('an answer of one frame is sequence 0 and the last', async () => {
      await pair.serve(({ reply }) => reply?.end({ body: bytes('only') }))
      const recorder = new Recorder()
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      await recorder.ended
      expect(recorder.frames).toMatchObject([{ sequence: 0, last: true }])
    })

    test('what is sent after the last frame is dropped', async () => {
      await pair.serve(({ reply }) => {
        reply?.end({ body: bytes('last') })
        reply?.frame({ body: bytes('late') })
        reply?.end({ body: bytes('later') })
      })
      const recorder = new Recorder()
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      await recorder.ended
      await pair.gateway.wire.flush()
      expect(recorder.frames).toHaveLength(1)
    })

    test('an ask for one frame that gets several fails, and tells the responder to stop', async () => {
      const replies: Reply[] = []
      await pair.serve(({ reply }) => {
        if (reply) replies.push(reply)
        reply?.frame({ body: bytes('first of many') })
      })
      await expect(pair.gateway.wire.ask(pair.subject, { body: bytes('') })).rejects.toMatchObject({
        code: 'StreamBroken'
      })
      await until(() => replies[0]?.signal.aborted)
    })
  })

  describe('size', () => {
    const big = 'x'.repeat(3 * 1024 * 1024)

    test('an answer larger than a packet arrives whole, with its headers', async () => {
      await pair.serve(({ reply }) => reply?.end({ headers: { [header.epoch]: '5' }, body: bytes(big) }))
      const answer = await pair.gateway.wire.ask(pair.subject, { body: bytes('') })
      expect(answer.body.byteLength).toBe(big.length)
      expect(text(answer.body) === big).toBe(true)
      expect(answer.headers).toMatchObject({ [header.epoch]: '5' })
    })

    test('a large frame in the middle of a stream arrives whole and in its place', async () => {
      await pair.serve(({ reply }) => {
        reply?.frame({ body: bytes('small') })
        reply?.frame({ body: bytes(big) })
        reply?.end({ body: bytes('end') })
      })
      const recorder = new Recorder()
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      expect((await recorder.ended).map((body) => body.length)).toEqual([5, big.length, 3])
    })

    test('a body of the largest size is carried, one byte more is refused before anything is sent', async () => {
      let received = 0
      await pair.serve(({ body, reply }) => {
        received++
        reply?.end({ body: bytes(`${body.byteLength}`) })
      })
      const { maxBodyBytes } = pair.gateway.wire
      expect(await pair.ask('x'.repeat(maxBodyBytes))).toBe(`${maxBodyBytes}`)
      await expect(pair.ask('x'.repeat(maxBodyBytes + 1))).rejects.toMatchObject({ code: 'PayloadTooLarge' })
      const tell = () => pair.gateway.wire.tell(pair.subject, { body: new Uint8Array(maxBodyBytes + 1) })
      expect(tell).toThrow(expect.objectContaining({ code: 'PayloadTooLarge' }))
      await pair.ask('after')
      expect(received).toBe(2)
    })
  })
}
