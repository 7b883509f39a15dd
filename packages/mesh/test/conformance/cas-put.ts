import { ScaledMcpError } from '@scaled-mcp/contracts'
import { expect, test } from 'vitest'
import { casPut, type WriteOutcome } from '../../src/cas-put.ts'
import type { Clock } from '../../src/clock.ts'
import type { Stream } from '../../src/stream.ts'
import { type Fate, LossyStream } from '../lossy-stream.ts'
import { bytes, fresh, text } from './mesh-under-test.ts'

/** Waits between attempts pass at once. */
const clock: Clock = {
  monotonic: () => 0,
  wall: () => 0,
  after(_ms, run) {
    const waiting = setImmediate(run)
    return { cancel: () => clearImmediate(waiting) }
  }
}

/** C1 – C4 of cas-put.ts. @param get the stream of a bucket, and what its subjects begin with. */
export function casPutClaims(get: () => { readonly stream: Stream; readonly subjects: string }): void {
  const write = (stream: Stream, body: string, { subject = '', expect: expected = 0 }) =>
    casPut({ stream, clock }, { subject, body: bytes(body), expect: expected })

  /** A subject with one message, and its sequence. */
  async function seeded() {
    const { stream, subjects } = get()
    const subject = `${subjects}t.k.${fresh()}`
    return { stream, subject, sequence: won(await write(stream, 'seed', { subject })) }
  }
  const stored = async (subject: string) => text((await get().stream.last(subject))?.body ?? bytes('none'))

  const lostOnce: Fate[] = ['acknowledgement lost']

  test('a creation whose acknowledgement was lost is recognised as won, and stored once', async () => {
    const { stream, subjects } = get()
    const subject = `${subjects}t.k.${fresh()}`
    const outcome = await write(new LossyStream(stream, lostOnce), 'mine', { subject })
    expect(outcome).toMatchObject({ outcome: 'won', revision: (await stream.last(subject))?.sequence })
    expect(await stored(subject)).toBe('mine')
  })

  test('an update whose acknowledgement was lost is recognised as won', async () => {
    const { stream, subject, sequence } = await seeded()
    const outcome = await write(new LossyStream(stream, lostOnce), 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'won', revision: (await stream.last(subject))?.sequence })
    expect(await stored(subject)).toBe('mine')
  })

  test('a request that was lost on its way is sent again under the same id and wins', async () => {
    const { stream, subject, sequence } = await seeded()
    const lossy = new LossyStream(stream, ['request lost', 'request lost'])
    expect(await write(lossy, 'mine', { subject, expect: sequence })).toMatchObject({ outcome: 'won' })
    expect(new Set(lossy.appends.map(({ id }) => id)).size).toBe(1)
    expect(lossy.appends).toHaveLength(3)
  })

  test('a writer whose request was lost while a rival wrote has lost', async () => {
    const { stream, subject, sequence } = await seeded()
    const lossy = new LossyStream(stream, [
      async () => {
        won(await write(stream, 'rival', { subject, expect: sequence }))
        throw new ScaledMcpError('ConnectionLost')
      }
    ])
    const outcome = await write(lossy, 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'lost', current: { sequence: (await stream.last(subject))?.sequence } })
    expect(await stored(subject)).toBe('rival')
  })

  test('a write that was applied and superseded before its writer knew is lost: it is not current any more', async () => {
    const { stream, subject, sequence } = await seeded()
    const lossy = new LossyStream(stream, [
      async (append) => {
        const { sequence: applied } = (await stream.append(append)) as { readonly sequence: number }
        won(await write(stream, 'rival', { subject, expect: applied }))
        throw new ScaledMcpError('ConnectionLost')
      }
    ])
    expect(await write(lossy, 'mine', { subject, expect: sequence })).toMatchObject({ outcome: 'lost' })
    expect(await stored(subject)).toBe('rival')
  })

  test('a store that is still busy with the same id is asked again', async () => {
    const { stream, subject, sequence } = await seeded()
    const busy: Fate = async () => {
      throw new ScaledMcpError('StoreUnavailable', 'duplicate message id is in process')
    }
    const outcome = await write(new LossyStream(stream, [busy, busy]), 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'won' })
  })

  test('who is refused for a write that is under way waits until it is there, and sees it (C4)', async () => {
    const { stream, subject, sequence } = await seeded()
    const underWay: Fate = async () => ({ outcome: 'conflict' })
    const stores: Fate = async () => {
      won(await write(stream, 'rival', { subject, expect: sequence }))
      return { outcome: 'conflict' }
    }
    const outcome = await write(new LossyStream(stream, [underWay, stores]), 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'lost', current: { sequence: (await stream.last(subject))?.sequence } })
    expect(await stored(subject)).toBe('rival')
  })

  test('who is refused for a write that never arrives wins (C4)', async () => {
    const { stream, subjects } = get()
    const underWay: Fate = async () => ({ outcome: 'conflict' })
    const lossy = new LossyStream(stream, [underWay, underWay])
    expect(await write(lossy, 'mine', { subject: `${subjects}t.k.${fresh()}` })).toMatchObject({ outcome: 'won' })
  })

  test('who is refused for a write of its own that is under way has won (C4)', async () => {
    const { stream, subject, sequence } = await seeded()
    const refusedBeforeStored: Fate = async (append) => {
      await stream.append(append)
      return { outcome: 'conflict' }
    }
    const lossy = new LossyStream(stream, ['request lost', refusedBeforeStored])
    expect(await write(lossy, 'mine', { subject, expect: sequence })).toMatchObject({ outcome: 'won' })
  })

  test('the answer that an id was stored before is a win only when what it stored is mine', async () => {
    const { stream, subject, sequence } = await seeded()
    const duplicate: Fate = async () => ({ outcome: 'stored', sequence, duplicate: true })
    const outcome = await write(new LossyStream(stream, [duplicate]), 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'lost', current: { sequence } })
  })

  test('when no acknowledgement ever comes, a last look settles a write that is there', async () => {
    const { stream, subject, sequence } = await seeded()
    const lost: Fate[] = ['acknowledgement lost', 'request lost', 'request lost', 'request lost', 'request lost']
    const outcome = await write(new LossyStream(stream, lost), 'mine', { subject, expect: sequence })
    expect(outcome).toMatchObject({ outcome: 'won' })
  })

  test('when nothing settles it the outcome is unknown, never lost: it may still arrive', async () => {
    const { stream, subject, sequence } = await seeded()
    const lost = Array.from({ length: 5 }, (): Fate => 'request lost')
    const outcome = await write(new LossyStream(stream, lost), 'mine', { subject, expect: sequence })
    expect(outcome).toEqual({ outcome: 'unknown' })
  })

  test('writers that expect the same sequence share an id, and first writers never do (C3)', async () => {
    const { stream, subject, sequence } = await seeded()
    const lossy = new LossyStream(stream, [])
    for (const body of ['one', 'two']) await write(lossy, body, { subject, expect: sequence })
    for (const body of ['one', 'two']) await write(lossy, body, { subject, expect: 0 })
    const [one, two, first, second] = lossy.appends.map(({ id }) => id)
    expect(one).toBe(two)
    expect(first).not.toBe(second)
  })

  test('a failure that no repetition mends is thrown at once', async () => {
    const { stream, subject, sequence } = await seeded()
    const lossy = new LossyStream(stream, [() => Promise.reject(new ScaledMcpError('ValueTooLarge'))])
    const writing = write(lossy, 'mine', { subject, expect: sequence })
    await expect(writing).rejects.toMatchObject({ code: 'ValueTooLarge' })
    expect(lossy.appends).toHaveLength(1)
  })
}

function won(outcome: WriteOutcome): number {
  if (outcome.outcome !== 'won') throw new Error(`the write is ${outcome.outcome}`)
  return outcome.revision
}
