import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import type { ActorContext, Supervision } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })

/** Resolves with the reason of the signal once it is aborted. */
function reasonOf({ signal }: ActorContext): Promise<unknown> {
  if (signal.aborted) return Promise.resolve(signal.reason)
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
}

/** What becomes of work that nobody waits for any more. */
export function givingUpClaims(makeSystem: MakeSystem): void {
  it('a question that waited for longer than its asker is never handled, so that a busy actor does no useless work', async () => {
    const { system, clock } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    const abort = new AbortController()
    const busy = ref.ask(settled)
    const asked = [ref.ask('too late', { timeoutMs: 50 }), ref.ask('aborted', { signal: abort.signal })]
    const last = ref.ask('in time')
    clock.advance(50)
    abort.abort()
    await expect(asked[0]).rejects.toThrow(code('AskTimeout'))
    await expect(asked[1]).rejects.toThrow(code('Aborted'))
    await Promise.all([busy, last])
    expect(cast.seen).toEqual(['a:start', 'a:in time'])
  })

  it('a question whose deadline has passed already is not even sent', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    const ref = await system.spawn<Order, unknown>('a/1', cast.actor('a'))
    await expect(ref.ask('too late', { deadline: 999 })).rejects.toThrow(code('AskTimeout'))
    expect(cast.seen).toEqual(['a:start'])
  })

  it('an asker that keeps its signal for long is left no listener, however its questions ended', async () => {
    const { system, clock } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'))
    const { signal } = new AbortController()
    await ref.ask('answered', { signal })
    const ended = [ref.ask(settled, { signal, timeoutMs: 50 }), ref.ask('too late', { signal, deadline: 999 })]
    clock.advance(50)
    expect((await Promise.allSettled(ended)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('a running actor learns that its asker has given up, and why', async () => {
    const { system, clock } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'), { interleave: 2 })
    const abort = new AbortController()
    const reasons: unknown[] = []
    const work = async (context: ActorContext) => void reasons.push(await reasonOf(context))
    const asked = [ref.ask(work, { timeoutMs: 50 }), ref.ask(work, { signal: abort.signal })]
    const refused = Promise.allSettled(asked)
    clock.advance(50)
    abort.abort()
    await refused
    await settled()
    expect(reasons).toEqual([code('AskTimeout'), code('Aborted')])
  })

  it('who asks for the signal after its asker has given up finds it aborted', async () => {
    const { system, clock } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'))
    let late: Promise<unknown> | undefined
    const work = (context: ActorContext) => settled().then(() => (late = reasonOf(context)))
    const asked = ref.ask(work, { timeoutMs: 50 }).catch((error) => error)
    clock.advance(50)
    expect(await asked).toEqual(code('AskTimeout'))
    await settled()
    expect(await late).toEqual(code('AskTimeout'))
  })

  it('one asker that gives up does not interrupt the question of another', async () => {
    const { system, clock } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'), { interleave: 2 })
    const work = async ({ signal }: ActorContext) => {
      const before = signal.aborted
      await settled()
      return [before, signal.aborted]
    }
    const impatient = ref.ask(work, { timeoutMs: 50 })
    const patient = ref.ask(work)
    clock.advance(50)
    await expect(impatient).rejects.toThrow(code('AskTimeout'))
    expect(await patient).toEqual([false, false])
  })

  it('an actor that is told to stop interrupts every turn that listens, asked or told', async () => {
    const { system } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'), { interleave: 3 })
    const told = new Promise((resolve) => ref.tell((context) => reasonOf(context).then(resolve)))
    const asked = [ref.ask(reasonOf), ref.ask(reasonOf, { timeoutMs: Number.POSITIVE_INFINITY })]
    await system.stopActor('a/1')
    const aborted = expect.objectContaining({ name: 'AbortError' })
    expect(await Promise.all([told, ...asked])).toEqual([aborted, aborted, aborted])
  })

  it('an instance that makes way interrupts its own turns, and the next one is not interrupted', async () => {
    const { system, clock } = makeSystem()
    const supervision: Supervision = { onFailure: 'restart', restarts: { minBackoffMs: 0 } }
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().maker('a'), { supervision, interleave: 2 })
    const interrupted = ref.ask(reasonOf)
    ref.tell(new Error('thrown by the actor'))
    expect(await interrupted).toMatchObject({ name: 'AbortError' })
    await settled()
    clock.advance(0)
    expect(await ref.ask(({ signal }) => signal.aborted)).toBe(false)
  })

  it('an asker that waits for as long as it takes is answered after a year', async () => {
    const { system, clock } = makeSystem()
    const ref = await system.spawn<Order, unknown>('a/1', new Cast().actor('a'))
    const asked = ref.ask(({ deadline }) => settled().then(() => ({ deadline })), {
      timeoutMs: Number.POSITIVE_INFINITY
    })
    clock.advance(365 * 86_400_000)
    expect(await asked).toEqual({ deadline: undefined })
  })
}
