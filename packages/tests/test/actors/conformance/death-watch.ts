import { expect, it } from 'vitest'
import type { End } from '../scripted/order.ts'
import { type ActorsUnderTest, actorOf } from './actors-under-test.ts'

type Actor = ReturnType<typeof actorOf>

/** Actors that watch another. */
export async function watchersOf(under: ActorsUnderTest, count: number, name: string): Promise<readonly Actor[]> {
  const watchers = Array.from({ length: count }, () => actorOf(under))
  await Promise.all(watchers.map(({ ref }) => ref.ask({ do: 'watch', name })))
  return watchers
}

export async function endsTold({ ref }: Actor): Promise<readonly End[]> {
  return (await ref.ask({ do: 'read ends' })) as End[]
}

/** What a watcher has been told, once it has been told of the end of another actor, which comes after all others. */
export async function endsToldUpTo(under: ActorsUnderTest, watcher: Actor): Promise<readonly End[]> {
  const last = actorOf(under)
  await last.ref.ask({ do: 'answer' })
  await watcher.ref.ask({ do: 'watch', name: last.name })
  await last.ref.ask({ do: 'stop' })
  await expect.poll(() => endsTold(watcher), { timeout: 5_000 }).toContainEqual({ name: last.name, kind: 'stopped' })
  return (await endsTold(watcher)).filter(({ name }) => name !== last.name)
}

/** Who is told of whose end. */
export function deathWatchClaims(under: ActorsUnderTest): void {
  it('each of several watchers is told once that an actor has stopped', async () => {
    const { ref, name } = actorOf(under)
    await ref.ask({ do: 'answer' })
    const watchers = await watchersOf(under, 3, name)
    await ref.ask({ do: 'stop' })
    for (const watcher of watchers) await expect.poll(() => endsTold(watcher)).toEqual([{ name, kind: 'stopped' }])
    await ref.ask({ do: 'answer' }) // another one of that name, which nobody watches
    await ref.ask({ do: 'stop' })
    for (const watcher of watchers) expect(await endsToldUpTo(under, watcher)).toHaveLength(1)
  })

  it('a watcher is told what an actor has failed with', async () => {
    const { ref, name } = actorOf(under, 'mortal')
    await ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, name)
    await expect(ref.ask({ do: 'throw', message: 'it broke' })).rejects.toThrow('it broke')
    await expect.poll(() => endsTold(watcher as Actor)).toEqual([{ name, kind: 'failed', error: 'it broke' }])
  })

  it('a watcher of an actor that does not exist is told so at once', async () => {
    const { name } = actorOf(under)
    const [watcher] = await watchersOf(under, 1, name)
    await expect.poll(() => endsTold(watcher as Actor)).toEqual([{ name, kind: 'notFound' }])
  })

  it('an actor that watches another twice is told once', async () => {
    const { ref, name } = actorOf(under)
    await ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, name)
    await (watcher as Actor).ref.ask({ do: 'watch', name })
    await ref.ask({ do: 'stop' })
    await expect.poll(() => endsTold(watcher as Actor)).toHaveLength(1)
    expect(await endsToldUpTo(under, watcher as Actor)).toHaveLength(1)
  })

  it('an actor that has ended its watch is told nothing', async () => {
    const { ref, name } = actorOf(under)
    await ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, name)
    await (watcher as Actor).ref.ask({ do: 'unwatch', name })
    await ref.ask({ do: 'stop' })
    expect(await endsToldUpTo(under, watcher as Actor)).toEqual([])
  })

  it('a failure that an actor survives is no end', async () => {
    const { ref, name } = actorOf(under)
    await ref.ask({ do: 'answer' })
    const [watcher] = await watchersOf(under, 1, name)
    await expect(ref.ask({ do: 'throw' })).rejects.toThrow()
    expect(await endsToldUpTo(under, watcher as Actor)).toEqual([])
  })
}
