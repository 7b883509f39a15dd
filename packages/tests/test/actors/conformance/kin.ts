import { expect, it } from 'vitest'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'
import { endsTold } from './death-watch.ts'

/** What an actor has of its own: children and timers. */
export function kinClaims(under: ActorsUnderTest): void {
  it('a child answers its parent, under a name below that of the parent', async () => {
    const { ref, name } = actorOf(under)
    expect(await ref.ask({ do: 'spawn child', name: 'c/1' })).toBe(`${name}/c/1`)
    const order = { do: 'tell context' } as const
    expect(await ref.ask({ do: 'ask child', name: 'c/1', order })).toMatchObject({ sender: name })
  })

  it('children end before their parent, and both are told to stop', async () => {
    const { ref } = actorOf(under)
    const witness = actorOf(under)
    await witness.ref.ask({ do: 'answer' })
    await ref.ask({ do: 'spawn child', name: 'c/1' })
    const say = (text: string) => ({ do: 'say when you stop', to: witness.to, text }) as const
    await ref.ask({ do: 'ask child', name: 'c/1', order: say('child') })
    await ref.ask(say('parent'))
    await ref.ask({ do: 'stop' })
    await expect.poll(() => witness.ref.ask({ do: 'read notes' })).toEqual(['child', 'parent'])
  })

  it('a parent ends one child, is told so as it watches it, and the others live', async () => {
    const actor = actorOf(under)
    for (const name of ['c/1', 'c/2']) await actor.ref.ask({ do: 'spawn child', name })
    await actor.ref.ask({ do: 'watch', name: `${actor.name}/c/1` })
    await actor.ref.ask({ do: 'stop', child: 'c/1' })
    await expect.poll(() => endsTold(actor)).toEqual([{ name: `${actor.name}/c/1`, kind: 'stopped' }])
    const order = { do: 'answer', value: 'lives' } as const
    expect(await actor.ref.ask({ do: 'ask child', name: 'c/2', order })).toBe('lives')
  })

  it('an actor hears its own message after the time it said', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'set timer', ms: 100, order: { do: 'note', text: 'rung' } })
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['rung'])
  })

  it('the timers of an actor die with it, and do not reach its successor', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'set timer', ms: 100, order: { do: 'note', text: 'of the first' } })
    await ref.ask({ do: 'stop' })
    await ref.ask({ do: 'set timer', ms: 150, order: { do: 'note', text: 'of the second' } })
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['of the second'])
  })

  it('the timers of an instance that failed do not reach the one that takes its place', async () => {
    const { ref } = actorOf(under, 'restarting')
    await ref.ask({ do: 'set timer', ms: 100, order: { do: 'note', text: 'of the first' } })
    await expect(ref.ask({ do: 'throw' })).rejects.toThrow()
    await ref.ask({ do: 'set timer', ms: 150, order: { do: 'note', text: 'of the second' } })
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['of the second'])
  })
}
