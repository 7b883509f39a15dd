import type { Reply } from '@scaled-mcp/mesh'
import { until } from '@scaled-mcp/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { bytes, type Get, text } from './mesh-under-test.ts'
import { Pair } from './pair.ts'
import { Recorder } from './recorder.ts'

/** What a loss of connection does and does not do: W1 and W2 of wire.ts. */
export function connectionClaims(get: Get): void {
  let pair: Pair

  beforeEach(async () => {
    pair = await Pair.connect(get())
  })

  describe('connection', () => {
    test('while disconnected every send is refused with NotDelivered, at once', async () => {
      await get().cut(pair.gateway)
      expect(pair.gateway.wire.connected).toBe(false)
      const notDelivered = expect.objectContaining({ code: 'NotDelivered' })
      expect(() => pair.gateway.wire.tell(pair.subject, { body: bytes('') })).toThrow(notDelivered)
      expect(() => pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, new Recorder())).toThrow(notDelivered)
      await expect(pair.ask()).rejects.toMatchObject({ code: 'NotDelivered' })
      await expect(pair.gateway.wire.flush()).rejects.toMatchObject({ code: 'NotDelivered' })
    })

    test('what was refused while disconnected is not sent later', async () => {
      const got: string[] = []
      await pair.serve(({ body, reply }) => {
        got.push(text(body))
        reply?.end({ body })
      })
      await get().cut(pair.gateway)
      expect(() => pair.gateway.wire.tell(pair.subject, { body: bytes('refused') })).toThrow()
      await get().heal(pair.gateway)
      await pair.ask('after')
      expect(got).toEqual(['after'])
    })

    test('asks under way when the connection is lost fail with ConnectionLost: they may have run', async () => {
      let handled = 0
      await pair.serve(() => handled++)
      const recorder = new Recorder()
      pair.gateway.wire.askStream(pair.subject, { body: bytes('') }, recorder)
      await until(() => handled > 0)
      await get().cut(pair.gateway)
      await expect(recorder.ended).rejects.toMatchObject({ code: 'ConnectionLost' })
      await get().heal(pair.gateway)
    })

    test('a process that comes back serves what it served before', async () => {
      await pair.serve(({ body, reply }) => reply?.end({ body }))
      await get().cut(pair.worker)
      await until(() => pair.isUnserved())
      await get().heal(pair.worker)
      await pair.worker.wire.flush()
      expect(await pair.ask('back')).toBe('back')
    })

    test('an answer that cannot be sent is refused, and can be sent after the return', async () => {
      const replies: Reply[] = []
      await pair.serve(({ reply }) => reply && replies.push(reply))
      const asked = pair.ask()
      await until(() => replies.length > 0)
      await get().cut(pair.worker)
      const end = () => replies[0]?.end({ body: bytes('answer') })
      expect(end).toThrow(expect.objectContaining({ code: 'NotDelivered' }))
      await get().heal(pair.worker)
      end()
      expect(await asked).toBe('answer')
    })

    test('listeners hear of each loss and return until they stop listening', async () => {
      const heard: boolean[] = []
      const stop = pair.gateway.wire.onConnection((connected) => heard.push(connected))
      await get().cut(pair.gateway)
      await get().heal(pair.gateway)
      expect(heard).toEqual([false, true])
      stop()
      await get().cut(pair.gateway)
      await get().heal(pair.gateway)
      expect(heard).toEqual([false, true])
    })

    test('stopping the mesh ends what is under way, and nothing can be sent afterwards', async () => {
      await pair.serve(() => undefined)
      const asked = pair.ask()
      const rejected = expect(asked).rejects.toMatchObject({ code: 'ConnectionLost' })
      await pair.gateway.stop()
      await rejected
      await pair.gateway.stop()
      expect(() => pair.gateway.wire.tell(pair.subject, { body: bytes('') })).toThrow()
      expect(pair.gateway.wire.connected).toBe(false)
    })

    test('what was told before the stop is delivered', async () => {
      const got: string[] = []
      await pair.serve(({ body }) => got.push(text(body)))
      pair.gateway.wire.tell(pair.subject, { body: bytes('farewell') })
      await pair.gateway.stop()
      await until(() => got.length > 0)
    })
  })
}
