import { header } from '@scaled-mcp/contracts'
import type { Delivery, Mesh, Reply } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytes, fresh, type Get, text } from './mesh-under-test.ts'
import { Recorder } from './recorder.ts'

/** W1 – W6 of wire.ts. */
export function wireClaims(get: Get): void {
  let worker: Mesh
  let gateway: Mesh
  let subject: string
  let errors: Error[]

  beforeEach(async () => {
    errors = []
    subject = `mcp.worker.${fresh()}.ask`
    worker = await get().connect({ onError: (error) => errors.push(error) })
    gateway = await get().connect({ onError: (error) => errors.push(error) })
  })

  /** Serves `subject` at the worker; the gateway's next message will find it. */
  async function serve(handler: (delivery: Delivery) => void, on = subject) {
    const serving = worker.wire.serve(on, handler)
    await worker.wire.flush()
    return serving
  }

  const ask = async (body = '', timeoutMs = 5_000) =>
    text((await gateway.wire.ask(subject, { body: bytes(body) }, { timeoutMs })).body)

  const isUnserved = () =>
    ask('', 100).then(
      () => false,
      (error) => error.code === 'NoResponders'
    )

  describe('tell and ask', () => {
    test('a tell arrives with its headers and body, and offers no way to answer', async () => {
      const got: Delivery[] = []
      await serve((delivery) => got.push(delivery))
      gateway.wire.tell(subject, { headers: { [header.epoch]: '7' }, body: bytes('hello') })
      const [delivery] = await until(() => got.length > 0 && got)
      expect(delivery).toMatchObject({ subject, headers: { [header.epoch]: '7' } })
      expect(text((delivery as Delivery).body)).toBe('hello')
      expect(delivery).not.toHaveProperty('reply')
    })

    test('what one process sends arrives in the order it was sent, tells and asks alike', async () => {
      const got: string[] = []
      await serve(({ body, reply }) => {
        got.push(text(body))
        reply?.end({ body })
      })
      for (let i = 0; i < 200; i++) gateway.wire.tell(subject, { body: bytes(`${i}`) })
      await ask('last')
      expect(got).toEqual([...Array.from({ length: 200 }, (_, i) => `${i}`), 'last'])
    })

    test('200 asks in flight each get their own answer', async () => {
      await serve(({ body, reply }) => reply?.end({ body: bytes(`re ${text(body)}`) }))
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(`${i}`)))
      expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `re ${i}`))
    })

    test('a plain answer travels without headers, so the hot path pays for none', async () => {
      await serve(({ headers, reply }) => reply?.end({ body: bytes(headers === undefined ? 'none' : 'some') }))
      const answer = await gateway.wire.ask(subject, { body: bytes('') })
      expect(text(answer.body)).toBe('none')
      expect(answer.headers).toBeUndefined()
    })

    test('headers of question and answer arrive as they were given', async () => {
      const context = JSON.stringify({ name: 'Jürgen: “ok”', list: [1, 2] })
      await serve(({ headers, reply }) => reply?.end({ headers: { ...headers, [header.epoch]: '3' }, body: bytes('') }))
      const answer = await gateway.wire.ask(subject, { headers: { [header.context]: context }, body: bytes('') })
      expect(answer.headers).toMatchObject({ [header.context]: context, [header.epoch]: '3' })
    })

    test('a header value with a line break is refused, so nobody can forge another header', () => {
      const forged = { headers: { [header.context]: 'a\r\nMcp-Epoch: 9' }, body: bytes('') }
      expect(() => gateway.wire.tell(subject, forged)).toThrow(TypeError)
    })

    test('wildcards serve many subjects with one subscription', async () => {
      const prefix = fresh()
      await serve(({ subject: on, reply }) => reply?.end({ body: bytes(on) }), `${prefix}.*.tail.>`)
      const answer = await gateway.wire.ask(`${prefix}.a.tail.b.c`, { body: bytes('') })
      expect(text(answer.body)).toBe(`${prefix}.a.tail.b.c`)
      const other = gateway.wire.ask(`${prefix}.a.b.tail.c`, { body: bytes('') })
      await expect(other).rejects.toMatchObject({ code: 'NoResponders' })
    })
  })

  describe('streams', () => {
    test('the frames of a stream arrive in order, numbered, and the end is marked', async () => {
      await serve(({ reply }) => {
        for (const part of ['a', 'b', 'c']) reply?.frame({ body: bytes(part) })
        reply?.end({ body: bytes('d') })
      })
      const recorder = new Recorder()
      gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      expect(await recorder.ended).toEqual(['a', 'b', 'c', 'd'])
      expect(recorder.frames.map(({ sequence, last }) => [sequence, last])).toEqual([
        [0, false],
        [1, false],
        [2, false],
        [3, true]
      ])
    })

    test('an answer of one frame is sequence 0 and the last', async () => {
      await serve(({ reply }) => reply?.end({ body: bytes('only') }))
      const recorder = new Recorder()
      gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      await recorder.ended
      expect(recorder.frames).toMatchObject([{ sequence: 0, last: true }])
    })

    test('what is sent after the last frame is dropped', async () => {
      await serve(({ reply }) => {
        reply?.end({ body: bytes('last') })
        reply?.frame({ body: bytes('late') })
        reply?.end({ body: bytes('later') })
      })
      const recorder = new Recorder()
      gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      await recorder.ended
      await gateway.wire.flush()
      expect(recorder.frames).toHaveLength(1)
    })

    test('an ask for one frame that gets several fails, and tells the responder to stop', async () => {
      const replies: Reply[] = []
      await serve(({ reply }) => {
        if (reply) replies.push(reply)
        reply?.frame({ body: bytes('first of many') })
      })
      await expect(gateway.wire.ask(subject, { body: bytes('') })).rejects.toMatchObject({ code: 'StreamBroken' })
      await until(() => replies[0]?.signal.aborted)
    })
  })

  describe('size', () => {
    const big = 'x'.repeat(3 * 1024 * 1024)

    test('an answer larger than a packet arrives whole, with its headers', async () => {
      await serve(({ reply }) => reply?.end({ headers: { [header.epoch]: '5' }, body: bytes(big) }))
      const answer = await gateway.wire.ask(subject, { body: bytes('') })
      expect(answer.body.byteLength).toBe(big.length)
      expect(text(answer.body) === big).toBe(true)
      expect(answer.headers).toMatchObject({ [header.epoch]: '5' })
    })

    test('a large frame in the middle of a stream arrives whole and in its place', async () => {
      await serve(({ reply }) => {
        reply?.frame({ body: bytes('small') })
        reply?.frame({ body: bytes(big) })
        reply?.end({ body: bytes('end') })
      })
      const recorder = new Recorder()
      gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      expect((await recorder.ended).map((body) => body.length)).toEqual([5, big.length, 3])
    })

    test('a body of the largest size is carried, one byte more is refused before anything is sent', async () => {
      let received = 0
      await serve(({ body, reply }) => {
        received++
        reply?.end({ body: bytes(`${body.byteLength}`) })
      })
      const { maxBodyBytes } = gateway.wire
      expect(await ask('x'.repeat(maxBodyBytes))).toBe(`${maxBodyBytes}`)
      await expect(ask('x'.repeat(maxBodyBytes + 1))).rejects.toMatchObject({ code: 'PayloadTooLarge' })
      const tell = () => gateway.wire.tell(subject, { body: new Uint8Array(maxBodyBytes + 1) })
      expect(tell).toThrow(expect.objectContaining({ code: 'PayloadTooLarge' }))
      await ask('after')
      expect(received).toBe(2)
    })
  })

  describe('endings', () => {
    test('an ask that nobody serves fails at once: it did not run', async () => {
      await expect(ask('', 60_000)).rejects.toMatchObject({ code: 'NoResponders' })
    })

    test('an ask that is not answered in time fails, and its late answer is dropped', async () => {
      const replies: Reply[] = []
      await serve(({ body, reply }) => {
        if (text(body) === 'again') reply?.end({ body })
        else if (reply) replies.push(reply)
      })
      await expect(ask('', 30)).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      const late = await until(() => replies[0])
      late.end({ body: bytes('late') })
      expect(await ask('again')).toBe('again')
      expect(errors).toEqual([])
    })

    test('the earliest of several deadlines is kept, whatever order they come in', async () => {
      await serve(() => undefined)
      const order: string[] = []
      const asks = [90, 30, 60].map((ms) => ask('', ms).catch(() => order.push(`${ms}`)))
      await Promise.all(asks)
      expect(order).toEqual(['30', '60', '90'])
    })

    test('a deadline travels to the handler', async () => {
      await serve(({ headers, reply }) => reply?.end({ body: bytes(headers?.[header.deadline] ?? 'none') }))
      const deadline = Date.now() + 60_000
      const answer = await gateway.wire.ask(subject, { body: bytes('') }, { deadline })
      expect(text(answer.body)).toBe(String(deadline))
    })

    test('an asker gives up at the deadline, whatever the responder does', async () => {
      await serve(() => undefined)
      const deadline = Date.now() + 30
      const asked = gateway.wire.ask(subject, { body: bytes('') }, { deadline, timeoutMs: 60_000 })
      await expect(asked).rejects.toMatchObject({ code: 'DeadlineExceeded' })
    })

    test('a question whose deadline has passed when it arrives never reaches the handler', async () => {
      let handled = 0
      await serve(() => handled++)
      const late = { headers: { [header.deadline]: String(Date.now() - 1) }, body: bytes('') }
      await expect(gateway.wire.ask(subject, late)).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      expect(handled).toBe(0)
    })

    test('a question whose deadline has passed when it is asked is not sent', async () => {
      let handled = 0
      await serve(({ reply }) => {
        handled++
        reply?.end({ body: bytes('') })
      })
      const asked = gateway.wire.ask(subject, { body: bytes('') }, { deadline: Date.now() - 1 })
      await expect(asked).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      await ask()
      expect(handled).toBe(1)
    })

    test('a handler that throws answers with the error, and goes on serving', async () => {
      await serve(({ body, reply }) => {
        if (text(body) === 'bad') throw new Error('no\nway')
        reply?.end({ body })
      })
      const answer = await gateway.wire.ask(subject, { body: bytes('bad') })
      expect(answer.headers).toMatchObject({ [header.status]: 'error', [header.serviceErrorCode]: '500' })
      expect(errors).toMatchObject([{ message: 'no\nway' }])
      expect(await ask('good')).toBe('good')
    })

    test('a handler that throws on a tell harms nobody, and somebody is told', async () => {
      await serve(({ body, reply }) => {
        if (!reply) throw new Error('told')
        reply.end({ body })
      })
      gateway.wire.tell(subject, { body: bytes('') })
      expect(await ask('still here')).toBe('still here')
      expect(errors).toMatchObject([{ message: 'told' }])
    })

    test('a receiver that throws harms no other ask', async () => {
      await serve(({ body, reply }) => reply?.end({ body }))
      const receiver = {
        frame: () => {
          throw new Error('mine')
        },
        failed: () => undefined
      }
      gateway.wire.askStream(subject, { body: bytes('') }, receiver)
      expect(await ask('other')).toBe('other')
      expect(errors).toMatchObject([{ message: 'mine' }])
    })
  })

  describe('cancel', () => {
    test('cancelling ends the ask here with Cancelled, once, and aborts the signal there', async () => {
      const signals: AbortSignal[] = []
      await serve(({ reply }) => reply && signals.push(reply.signal))
      const recorder = new Recorder()
      const exchange = gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      await until(() => signals.length > 0)
      exchange.cancel()
      exchange.cancel()
      await expect(recorder.ended).rejects.toMatchObject({ code: 'Cancelled' })
      await until(() => signals[0]?.aborted)
      expect(recorder.failures).toHaveLength(1)
    })

    test('a signal that is first read after the cancel is aborted already', async () => {
      const replies: Reply[] = []
      await serve(({ reply }) => reply && replies.push(reply))
      const exchange = gateway.wire.askStream(subject, { body: bytes('') }, new Recorder())
      exchange.cancel()
      const probe = gateway.wire.ask(subject, { body: bytes('probe') }, { timeoutMs: 50 }).catch(() => undefined)
      await until(() => replies.length === 2) // the cancel travelled between the two
      expect(replies[0]?.signal.aborted).toBe(true)
      expect(replies[1]?.signal.aborted).toBe(false)
      await probe
    })

    test('the question carries its id to the responder, so both sides name it alike', async () => {
      const ids: string[] = []
      await serve(({ reply }) => reply && ids.push(reply.id))
      const exchange = gateway.wire.askStream(subject, { body: bytes('') }, new Recorder())
      await until(() => ids.length > 0)
      expect(ids).toEqual([exchange.id])
      exchange.cancel()
    })

    test('an AbortSignal cancels in the same way, with its reason as the cause', async () => {
      const replies: Reply[] = []
      await serve(({ reply }) => reply && replies.push(reply))
      const abort = new AbortController()
      const asked = gateway.wire.ask(subject, { body: bytes('') }, { signal: abort.signal })
      await until(() => replies.length > 0)
      abort.abort(new Error('the client left'))
      await expect(asked).rejects.toMatchObject({ code: 'Cancelled', cause: { message: 'the client left' } })
      await until(() => replies[0]?.signal.aborted)
    })

    test('an ask whose signal is aborted already is not sent', async () => {
      const asked = gateway.wire.ask(subject, { body: bytes('') }, { signal: AbortSignal.abort() })
      await expect(asked).rejects.toMatchObject({ code: 'Cancelled' })
    })

    test('frames that were under way when the asker cancelled are dropped', async () => {
      const replies: Reply[] = []
      await serve(({ reply }) => reply && replies.push(reply))
      const recorder = new Recorder()
      const exchange = gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      await until(() => replies.length > 0)
      replies[0]?.frame({ body: bytes('under way') })
      exchange.cancel()
      await worker.wire.flush()
      await gateway.wire.flush()
      expect(recorder.frames).toEqual([])
    })
  })

  describe('drain', () => {
    test('drain waits for what was received to be answered, while new asks find nobody', async () => {
      const replies: Reply[] = []
      const serving = await serve(({ body, reply }) => {
        if (reply && text(body) === 'under way') replies.push(reply)
        else reply?.end({ body })
      })
      const asked = ask('under way')
      await until(() => replies.length > 0)
      let drained = false
      const draining = serving.drain().then(() => {
        drained = true
      })
      await until(isUnserved)
      expect(drained).toBe(false)
      replies[0]?.end({ body: bytes('answered') })
      expect(await asked).toBe('answered')
      await draining
    })

    test('a served subject that is stopped is served by nobody', async () => {
      const serving = await serve(({ body, reply }) => reply?.end({ body }))
      serving.stop()
      await worker.wire.flush()
      await expect(ask()).rejects.toMatchObject({ code: 'NoResponders' })
      await serving.drain()
    })
  })

  describe('connection', () => {
    test('while disconnected every send is refused with NotDelivered, at once', async () => {
      await get().cut(gateway)
      expect(gateway.wire.connected).toBe(false)
      const notDelivered = expect.objectContaining({ code: 'NotDelivered' })
      expect(() => gateway.wire.tell(subject, { body: bytes('') })).toThrow(notDelivered)
      expect(() => gateway.wire.askStream(subject, { body: bytes('') }, new Recorder())).toThrow(notDelivered)
      await expect(ask()).rejects.toMatchObject({ code: 'NotDelivered' })
      await expect(gateway.wire.flush()).rejects.toMatchObject({ code: 'NotDelivered' })
    })

    test('what was refused while disconnected is not sent later', async () => {
      const got: string[] = []
      await serve(({ body, reply }) => {
        got.push(text(body))
        reply?.end({ body })
      })
      await get().cut(gateway)
      expect(() => gateway.wire.tell(subject, { body: bytes('refused') })).toThrow()
      await get().heal(gateway)
      await ask('after')
      expect(got).toEqual(['after'])
    })

    test('asks under way when the connection is lost fail with ConnectionLost: they may have run', async () => {
      let handled = 0
      await serve(() => handled++)
      const recorder = new Recorder()
      gateway.wire.askStream(subject, { body: bytes('') }, recorder)
      await until(() => handled > 0)
      await get().cut(gateway)
      await expect(recorder.ended).rejects.toMatchObject({ code: 'ConnectionLost' })
      await get().heal(gateway)
    })

    test('a process that comes back serves what it served before', async () => {
      await serve(({ body, reply }) => reply?.end({ body }))
      await get().cut(worker)
      await until(isUnserved)
      await get().heal(worker)
      await worker.wire.flush()
      expect(await ask('back')).toBe('back')
    })

    test('an answer that cannot be sent is refused, and can be sent after the return', async () => {
      const replies: Reply[] = []
      await serve(({ reply }) => reply && replies.push(reply))
      const asked = ask()
      await until(() => replies.length > 0)
      await get().cut(worker)
      const end = () => replies[0]?.end({ body: bytes('answer') })
      expect(end).toThrow(expect.objectContaining({ code: 'NotDelivered' }))
      await get().heal(worker)
      end()
      expect(await asked).toBe('answer')
    })

    test('listeners hear of each loss and return until they stop listening', async () => {
      const heard: boolean[] = []
      const stop = gateway.wire.onConnection((connected) => heard.push(connected))
      await get().cut(gateway)
      await get().heal(gateway)
      expect(heard).toEqual([false, true])
      stop()
      await get().cut(gateway)
      await get().heal(gateway)
      expect(heard).toEqual([false, true])
    })

    test('stopping the mesh ends what is under way, and nothing can be sent afterwards', async () => {
      await serve(() => undefined)
      const asked = ask()
      const rejected = expect(asked).rejects.toMatchObject({ code: 'ConnectionLost' })
      await gateway.stop()
      await rejected
      await gateway.stop()
      expect(() => gateway.wire.tell(subject, { body: bytes('') })).toThrow()
      expect(gateway.wire.connected).toBe(false)
    })

    test('what was told before the stop is delivered', async () => {
      const got: string[] = []
      await serve(({ body }) => got.push(text(body)))
      gateway.wire.tell(subject, { body: bytes('farewell') })
      await gateway.stop()
      await until(() => got.length > 0)
    })
  })
}
