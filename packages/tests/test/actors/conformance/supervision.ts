import { expect, it } from 'vitest'
import { RESTARTS } from '../scripted/kinds.ts'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'
import { endsTold, watchersOf } from './death-watch.ts'

type Actor = ReturnType<typeof actorOf>

const crash = ({ ref }: Actor) => expect(ref.ask({ do: 'throw', message: 'it broke' })).rejects.toThrow('it broke')

/** What becomes of an actor that throws. */
export function supervisionClaims(under: ActorsUnderTest): void {
  it('resume: the actor goes on with its fields as they are', async () => {
    const actor = actorOf(under)
    await actor.ref.ask({ do: 'note', text: 'before' })
    await crash(actor)
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual(['before'])
  })

  it('restart: a new instance answers under the same name, and nobody is told of an end', async () => {
    const actor = actorOf(under, 'restarting')
    await actor.ref.ask({ do: 'note', text: 'before' })
    const [watcher] = await watchersOf(under, 1, actor.name)
    await crash(actor)
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual([])
    expect(await actor.ref.ask({ do: 'count instances' })).toBe(2)
    expect(await endsTold(watcher as Actor)).toEqual([])
  })

  it('restart: messages that wait meanwhile reach the new instance in order', async () => {
    const actor = actorOf(under, 'restarting')
    await actor.ref.ask({ do: 'answer' })
    const crashed = crash(actor)
    for (const text of ['a', 'b', 'c']) actor.ref.tell({ do: 'note', text })
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual(['a', 'b', 'c'])
    await crashed
  })

  it('restart: with its budget used up the actor ends, and its watchers are told why', async () => {
    const actor = actorOf(under, 'restarting')
    await actor.ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, actor.name)
    for (let failure = 0; failure <= RESTARTS; failure++) await crash(actor)
    const error = expect.stringContaining('restarted as often as it may be')
    await expect.poll(() => endsTold(watcher as Actor)).toEqual([{ name: actor.name, kind: 'failed', error }])
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual([]) // begun anew
  })

  it('stop: the actor ends, and the next message begins it anew', async () => {
    const actor = actorOf(under, 'mortal')
    await actor.ref.ask({ do: 'note', text: 'before' })
    await crash(actor)
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual([])
  })

  it('escalate: an actor with nobody above it ends, its watchers are told why, and others live', async () => {
    const actor = actorOf(under, 'escalating')
    const other = actorOf(under, 'escalating')
    await other.ref.ask({ do: 'note', text: 'lives' })
    await actor.ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, actor.name)
    await crash(actor)
    await expect
      .poll(() => endsTold(watcher as Actor))
      .toEqual([{ name: actor.name, kind: 'failed', error: 'it broke' }])
    expect(await other.ref.ask({ do: 'read notes' })).toEqual(['lives'])
  })

  it('escalate: what a child cannot handle its parent has thrown', async () => {
    const parent = actorOf(under, 'mortal')
    await parent.ref.ask({ do: 'spawn child', name: 'c/1', onFailure: 'escalate' })
    const [watcher] = await watchersOf(under, 1, parent.name)
    const order = { do: 'throw', message: 'it broke' } as const
    await expect(parent.ref.ask({ do: 'ask child', name: 'c/1', order })).rejects.toThrow('it broke')
    await expect.poll(() => endsTold(watcher as Actor)).toMatchObject([{ name: parent.name, kind: 'failed' }])
  })
}
