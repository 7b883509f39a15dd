import { expect, it } from 'vitest'
import { type ActorsUnderTest, actorOf, anyId } from './actors-under-test.ts'
import { blocked } from './gate.ts'

const code = (code: string) => expect.objectContaining({ code })

/** What becomes of questions. */
export function askingClaims(under: ActorsUnderTest): void {
  it('an ask is answered with what the actor returned', async () => {
    const value = { list: [1, 'two', null, { three: true }] }
    expect(await actorOf(under).ref.ask({ do: 'answer', value })).toEqual(value)
  })

  it('an actor that returns nothing answers undefined', async () => {
    expect(await actorOf(under).ref.ask({ do: 'answer' })).toBeUndefined()
  })

  it('what the actor throws rejects the ask by name, message and code, and the actor goes on as it was', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'note', text: 'before' })
    const thrown = { name: 'OutOfStock', message: 'none is left', code: 'SOLD_OUT' }
    await expect(ref.ask({ do: 'throw', ...thrown })).rejects.toMatchObject(thrown)
    expect(await ref.ask({ do: 'read notes' })).toEqual(['before'])
  })

  it('what the actor throws on a tell harms nobody', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'note', text: 'before' })
    ref.tell({ do: 'throw' })
    expect(await ref.ask({ do: 'read notes' })).toEqual(['before'])
  })

  it('an ask that is not answered in time ends with AskTimeout', async () => {
    const { ref, open } = await blocked(under)
    await expect(ref.ask({ do: 'answer' }, { timeoutMs: 100 })).rejects.toThrow(code('AskTimeout'))
    await open()
  })

  it('an ask whose deadline has passed ends with AskTimeout, however long its asker would wait', async () => {
    const { ref, open } = await blocked(under)
    const deadline = Date.now() + 100
    await expect(ref.ask({ do: 'answer' }, { deadline, timeoutMs: 30_000 })).rejects.toThrow(code('AskTimeout'))
    await open()
  })

  it('an ask that its asker gives up ends with Aborted, and if it still waits it is never handled', async () => {
    const { ref, open } = await blocked(under)
    const givingUp = new AbortController()
    const given = ref.ask({ do: 'note', text: 'given up' }, { signal: givingUp.signal })
    const waits = ref.ask({ do: 'note', text: 'waits' })
    givingUp.abort(new Error('enough'))
    await expect(given).rejects.toMatchObject({ code: 'Aborted', cause: { message: 'enough' } })
    await open()
    await waits
    expect(await ref.ask({ do: 'read notes' })).toEqual(['waits'])
  })

  it('a message that waits while its asker runs out of time is never handled', async () => {
    const { ref, open } = await blocked(under)
    await expect(ref.ask({ do: 'note', text: 'too late' }, { timeoutMs: 100 })).rejects.toThrow(code('AskTimeout'))
    await open()
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
  })

  it('a running turn hears that its asker has given up, or has run out of time', async () => {
    const { ref } = actorOf(under, 'wide')
    await ref.ask({ do: 'answer' })
    const signal = AbortSignal.timeout(100)
    await expect(ref.ask({ do: 'wait for abort', note: 'given up' }, { signal })).rejects.toThrow(code('Aborted'))
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['given up'])
    const timeoutMs = 100
    await expect(ref.ask({ do: 'wait for abort', note: 'late' }, { timeoutMs })).rejects.toThrow(code('AskTimeout'))
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['given up', 'late'])
  })

  it('an ask that is given up before it is sent ends with Aborted and activates nobody', async () => {
    const id = anyId()
    const { ref, name } = actorOf(under, 'scripted', id)
    const signal = AbortSignal.abort()
    await expect(ref.ask({ do: 'answer' }, { signal })).rejects.toThrow(code('Aborted'))
    await expect(under.actors().actorOf(name)).rejects.toThrow(code('ActorNotFound'))
  })
}
