import { systemClock } from '@scaled-mcp/actor'
import { mintSessionId, Subjects, sessionAddress } from '@scaled-mcp/contracts'
import { MemoryBroker, type Reply } from '@scaled-mcp/mesh'
import { expect, it } from 'vitest'
import { SessionStreams } from '../src/session-streams.ts'

function streamOf(isReading: () => Promise<boolean>) {
  const { events } = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() })
  const ours = { isOwner: async () => true, stale: () => undefined }
  const components = { events, isReading, ...ours, clock: systemClock, send: (send: () => void) => send() }
  const init = { address: sessionAddress(mintSessionId()), epoch: 1, isNew: true, maxBodyBytes: 1_000, isTold: true }
  return new SessionStreams(components, init).standalone
}

class Reader implements Reply {
  readonly id = 'mcp.reply.g-0000-000001.1-1'
  readonly signal = new AbortController().signal
  readonly heard: string[] = []
  isOpen = true
  isOver = false

  frame({ body }: { readonly body: Uint8Array }): void {
    if (body.length > 0) this.heard.push(Buffer.from(body).toString())
  }

  end(): void {
    this.isOver = true
  }
}

it('of two who begin to listen at the same moment one is refused, and the other hears everything (A2)', async () => {
  const stream = streamOf(async () => true)
  const [first, second] = [new Reader(), new Reader()]
  const listening = await Promise.allSettled([stream.listen(first), stream.listen(second)])
  expect(listening).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'StreamTaken' } }])
  await stream.message(Buffer.from('hello'))
  expect([first.heard, first.isOver, second.heard]).toEqual([['hello'], false, []])
})

it('one who begins to listen takes the place of another who reads no more (A2)', async () => {
  const stream = streamOf(async () => false)
  const [former, next] = [new Reader(), new Reader()]
  await stream.listen(former)
  await stream.listen(next)
  await stream.message(Buffer.from('hello'))
  expect([former.heard, former.isOver, next.heard]).toEqual([[], true, ['hello']])
})
