import { header } from '@scaled-mcp/contracts'
import type { Reply } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytes, type Get, text } from './mesh-under-test.ts'
import { Pair } from './pair.ts'
import { Recorder } from './recorder.ts'

/** How an ask ends, whatever happens: W2, W5 and W6 of wire.ts. */
export function endingClaims(get: Get): void {
  let pair: Pair

  beforeEach(async () => {
    pair = await Pair.connect(get())
  })

  describe('endings', () => {
    test('an ask that nobody serves fails at once: it did not run', async () => {
      await expect(pair.ask('', 60_000)).rejects.toMatchObject({ code: 'NoResponders' })
    })

    test('an ask that is not answered in time fails, and its late answer is dropped', async () => {
      const replies: Reply[] = []
      await pair.serve(({ body, reply }) => {
        if (text(body) === 'again') reply?.end({ body })
        else if (reply) replies.push(reply)
      })
      await expect(pair.ask('', 30)).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      const late = await until(() => replies[0])
      late.end({ body: bytes('late') })
      expect(await pair.ask('again')).toBe('again')
      expect(pair.errors).toEqual([])
    })

    test('the earliest of several deadlines is kept, whatever order they come in', async () => {
      await pair.serve(() => undefined)
      const order: string[] = []
      const asks = [90, 30, 60].map((ms) => pair.ask('', ms).catch(() => order.push(`${ms}`)))
      await Promise.all(asks)
      expect(order).toEqual(['30', '60', '90'])
    })

    test('a deadline travels to the handler', async () => {
      await pair.serve(({ headers, reply }) => reply?.end({ body: bytes(headers?.[header.deadline] ?? 'none') }))
      const deadline = Date.now() + 60_000
      const answer = await pair.gateway.wire.ask(pair.subject, { body: bytes('') }, { deadline })
      expect(text(answer.body)).toBe(String(deadline))
    })

    test('an asker gives up at the deadline, whatever the responder does', async () => {
      await pair.serve(() => undefined)
      const deadline = Date.now() + 30
      const asked = pair.gateway.wire.ask(pair.subject, { body: bytes('') }, { deadline, timeoutMs: 60_000 })
      await expect(asked).rejects.toMatchObject({ code: 'DeadlineExceeded' })
    })

    test('a question whose deadline has passed when it arrives never reaches the handler', async () => {
      let handled = 0
      await pair.serve(() => handled++)
      const late = { headers: { [header.deadline]: String(Date.now() - 1) }, body: bytes('') }
      await expect(pair.gateway.wire.ask(pair.subject, late)).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      expect(handled).toBe(0)
    })

    test('a question whose deadline has passed when it is asked is not sent', async () => {
      let handled = 0
      await pair.serve(({ reply }) => {
        handled++
        reply?.end({ body: bytes('') })
      })
      const asked = pair.gateway.wire.ask(pair.subject, { body: bytes('') }, { deadline: Date.now() - 1 })
      await expect(asked).rejects.toMatchObject({ code: 'DeadlineExceeded' })
      await pair.ask()
      expect(handled).toBe(1)
    })

    test('a handler that throws answers with the error, and goes on serving', async () => {
      await pair.serve(({ body, reply }) => {
        if (text(body) === 'bad') throw new Error('no\nway')
        reply?.end({ body })
      })
      const answer = await pair.gateway.wire.ask(pair.subject, { body: bytes('bad') })
      expect(answer.headers).toMatchObject({ [header.status]: 'error', [header.serviceErrorCode]: '500' })
      expect(pair.errors).toMatchObject([{ message: 'no\nway' }])
      expect(await pair.ask('good')).toBe('good')
    })

    test('a handler that throws on a tell harms nobody, and somebody is told', async () => {
      await pair.serve(({ body, reply }) => {
        if (!reply) throw new Error('told')
        reply.end({ body })
      })
      pair.gateway.wire.tell(pair.subject, { body: bytes('') })
      expect(await pair.ask('still here')).toBe('still here')
      expect(pair.errors).toMatchObject([{ message: 'told' }])
    })

    test('a receiver that throws harms no other ask', async () => {
      await pair.serve(({ body, reply }) => reply?.end({ body }))
      const receiver = {
        frame: () => {
          throw new Error('mine')
        },
        failed: () => undefined
      }
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, receiver)
      expect(await pair.ask('other')).toBe('other')
      expect(pair.errors).toMatchObject([{ message: 'mine' }])
    })
  })

  describe('cancel', () => {
    test('cancelling ends the ask here with Cancelled, once, and aborts the signal there', async () => {
      const signals: AbortSignal[] = []
      await pair.serve(({ reply }) => reply && signals.push(reply.signal))
      const recorder = new Recorder()
      const exchange = pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      await until(() => signals.length > 0)
      exchange.cancel()
      exchange.cancel()
      await expect(recorder.ended).rejects.toMatchObject({ code: 'Cancelled' })
      await until(() => signals[0]?.aborted)
      expect(recorder.failures).toHaveLength(1)
    })

    test('a signal that is first read after the cancel is aborted already', async () => {
      const replies: Reply[] = []
      await pair.serve(({ reply }) => reply && replies.push(reply))
      const exchange = pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, new Recorder())
      exchange.cancel()
      const probe = pair.gateway.wire
        .ask(pair.subject, { body: bytes('probe') }, { timeoutMs: 50 })
        .catch(() => undefined)
      await until(() => replies.length === 2) // the cancel travelled between the two
      expect(replies[0]?.signal.aborted).toBe(true)
      expect(replies[1]?.signal.aborted).toBe(false)
      await probe
    })

    test('the question carries its id to the responder, so both sides name it alike', async () => {
      const ids: string[] = []
      await pair.serve(({ reply }) => reply && ids.push(reply.id))
      const exchange = pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, new Recorder())
      await until(() => ids.length > 0)
      expect(ids).toEqual([exchange.id])
      exchange.cancel()
    })

    test('an AbortSignal cancels in the same way, with its reason as the cause', async () => {
      const replies: Reply[] = []
      await pair.serve(({ reply }) => reply && replies.push(reply))
      const abort = new AbortController()
      const asked = pair.gateway.wire.ask(pair.subject, { body: bytes('') }, { signal: abort.signal })
      await until(() => replies.length > 0)
      abort.abort(new Error('the client left'))
      await expect(asked).rejects.toMatchObject({ code: 'Cancelled', cause: { message: 'the client left' } })
      await until(() => replies[0]?.signal.aborted)
    })

    test('an ask whose signal is aborted already is not sent', async () => {
      const asked = pair.gateway.wire.ask(pair.subject, { body: bytes('') }, { signal: AbortSignal.abort() })
      await expect(asked).rejects.toMatchObject({ code: 'Cancelled' })
    })

    test('frames that were under way when the asker cancelled are dropped', async () => {
      const replies: Reply[] = []
      await pair.serve(({ reply }) => reply && replies.push(reply))
      const recorder = new Recorder()
      const exchange = pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      await until(() => replies.length > 0)
      replies[0]?.frame({ body: bytes('under way') })
      exchange.cancel()
      await pair.worker.wire.flush()
      await pair.gateway.wire.flush()
      expect(recorder.frames).toEqual([])
    })
  })

  describe('drain', () => {
    test('drain waits for what was received to be answered, while new asks find nobody', async () => {
      const replies: Reply[] = []
      const serving = await pair.serve(({ body, reply }) => {
        if (reply && text(body) === 'under way') replies.push(reply)
        else reply?.end({ body })
      })
      const asked = pair.ask('under way')
      await until(() => replies.length > 0)
      let drained = false
      const draining = serving.drain().then(() => {
        drained = true
      })
      await until(() => pair.isUnserved())
      expect(drained).toBe(false)
      replies[0]?.end({ body: bytes('answered') })
      expect(await asked).toBe('answered')
      await draining
    })

    test('a served subject that is stopped is served by nobody', async () => {
      const serving = await pair.serve(({ body, reply }) => reply?.end({ body }))
      serving.stop()
      await pair.worker.wire.flush()
      await expect(pair.ask()).rejects.toMatchObject({ code: 'NoResponders' })
      await serving.drain()
    })
  })
}
