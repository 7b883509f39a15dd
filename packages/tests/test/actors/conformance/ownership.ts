import { expect, it } from 'vitest'
import { actorOf, anyId, type StartCluster } from './actors-under-test.ts'
import { endsTold, endsToldUpTo } from './death-watch.ts'
import { actorOn, twoHosts } from './placing.ts'

const code = (code: string) => expect.objectContaining({ code })
const TEXTS = Array.from({ length: 40 }, (_, nth) => String(nth))

/** On which worker an actor lives, and what becomes of it when that one leaves or dies. */
export function ownershipClaims(start: StartCluster): void {
  it('many first messages at once activate one instance, though several workers could have it', async () => {
    const cluster = await start()
    await twoHosts(cluster)
    const { ref } = actorOf(cluster)
    await Promise.all(TEXTS.map((text) => ref.ask({ do: 'note', text })))
    expect(new Set((await ref.ask({ do: 'read notes' })) as string[])).toEqual(new Set(TEXTS))
  })

  it('when a worker leaves its actors go on elsewhere, and their watchers are told nothing', async () => {
    const cluster = await start()
    const { first, second, isOnFirst, isOnSecond } = await twoHosts(cluster)
    const actor = await actorOn(cluster, isOnFirst)
    await actor.ref.ask({ do: 'note', text: 'before' })
    const watcher = await actorOn(cluster, isOnSecond)
    await watcher.ref.ask({ do: 'watch', name: actor.name })
    await first.leave()
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual([]) // fields end with their time in memory
    expect(await cluster.ownerOf(actor.name)).toBe(second.id)
    expect(await endsToldUpTo(cluster, watcher)).toEqual([])
  })

  it('when a worker leaves, what runs is finished there and what waits is handled by the next owner', async () => {
    const cluster = await start()
    const { first, isOnFirst } = await twoHosts(cluster)
    const { ref } = await actorOn(cluster, isOnFirst)
    const runs = ref.ask({ do: 'sleep', ms: 800, note: 'finished' })
    const waits = ref.ask({ do: 'note', text: 'waited' })
    await ref.ask({ do: 'answer' }, { timeoutMs: 100 }).catch(() => undefined) // those before are there by now
    await first.leave()
    await Promise.all([runs, waits])
    expect(await ref.ask({ do: 'read notes' })).toEqual(['waited'])
  })

  it('a turn that does not end keeps its worker from leaving for no longer than its grace, and its asker is told', async () => {
    const cluster = await start()
    const { first, second, isOnFirst } = await twoHosts(cluster)
    const { ref, name } = await actorOn(cluster, isOnFirst, 'wide')
    const interrupted = expect(ref.ask({ do: 'sleep', ms: 60_000 })).rejects.toThrow(code('ActorMoved'))
    expect(await ref.ask({ do: 'count at once' })).toBe(2) // it runs
    await first.leave()
    await interrupted
    await ref.ask({ do: 'answer' })
    expect(await cluster.ownerOf(name)).toBe(second.id)
  })

  it('when a worker is killed each watcher is told once that the actor is lost, and with whom', async () => {
    const cluster = await start()
    const { first, isOnFirst, isOnSecond } = await twoHosts(cluster)
    const { ref, name } = await actorOn(cluster, isOnFirst)
    const watchers = [await actorOn(cluster, isOnSecond), await actorOn(cluster, isOnSecond)]
    for (const watcher of watchers) await watcher.ref.ask({ do: 'watch', name })
    await first.kill()
    const end = { name, kind: 'lost', worker: first.id }
    for (const watcher of watchers) {
      await expect.poll(() => endsTold(watcher), { timeout: 10_000 }).toEqual([end])
    }
    await ref.ask({ do: 'answer' })
    for (const watcher of watchers) expect(await endsToldUpTo(cluster, watcher)).toEqual([end])
  })

  it('what runs on a worker that is killed ends with ActorMoved and runs nowhere else; the next message does', async () => {
    const cluster = await start()
    const { first, second, isOnFirst } = await twoHosts(cluster)
    const { ref, name } = await actorOn(cluster, isOnFirst, 'wide')
    const interrupted = expect(ref.ask({ do: 'sleep', ms: 20_000, note: 'twice' })).rejects.toThrow(code('ActorMoved'))
    expect(await ref.ask({ do: 'count at once' })).toBe(2) // it runs
    await first.kill()
    await interrupted
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
    expect(await cluster.ownerOf(name)).toBe(second.id)
  })

  it('an actor whose worker is killed while it starts is not known to live, and its next message begins it', async () => {
    const cluster = await start()
    const first = await cluster.start()
    const id = anyId()
    const spawned = expect(cluster.actors().spawn('slow', id)).rejects.toThrow(code('ActorMoved'))
    await expect.poll(() => cluster.ownerOf(`slow/${id}`)).toBe(first.id)
    await first.kill()
    await cluster.start()
    await spawned
    expect(await actorOf(cluster, 'slow', id).ref.ask({ do: 'answer', value: 1 })).toBe(1)
  })

  it('a first message whose worker is killed while the actor starts ends with ActorMoved, as it may have run', async () => {
    const cluster = await start()
    const first = await cluster.start()
    const { ref, name } = actorOf(cluster, 'slow')
    const interrupted = expect(ref.ask({ do: 'note', text: 'twice' })).rejects.toThrow(code('ActorMoved'))
    await expect.poll(() => cluster.ownerOf(name)).toBe(first.id)
    await first.kill()
    await cluster.start()
    await interrupted
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
  })

  it('an actor that nobody uses leaves memory, its watchers are told nothing, and the next message brings it back', async () => {
    const cluster = await start({ passivateMs: 500 })
    await cluster.start()
    const actor = actorOf(cluster)
    await actor.ref.ask({ do: 'note', text: 'before' })
    const watcher = actorOf(cluster)
    await watcher.ref.ask({ do: 'watch', name: actor.name })
    await expect.poll(() => cluster.ownerOf(actor.name), { timeout: 10_000 }).toBeUndefined()
    expect(await endsTold(watcher)).toEqual([])
    expect(await actor.ref.ask({ do: 'read notes' })).toEqual([])
    expect(await endsToldUpTo(cluster, watcher)).toEqual([])
  })

  it('an actor with a timer, a child or somebody that it watches stays in memory', async () => {
    const cluster = await start({ passivateMs: 300 })
    await cluster.start()
    const idle = actorOf(cluster)
    const busy = [actorOf(cluster), actorOf(cluster), actorOf(cluster)] as const
    for (const { ref } of [idle, ...busy]) await ref.ask({ do: 'note', text: 'kept' })
    await busy[0].ref.ask({ do: 'set timer', ms: 30_000, order: { do: 'answer' } })
    await busy[1].ref.ask({ do: 'spawn child', name: 'c/1' })
    await busy[2].ref.ask({ do: 'watch', name: busy[0].name })
    await expect.poll(() => cluster.ownerOf(idle.name), { timeout: 10_000 }).toBeUndefined()
    for (const { ref } of busy) expect(await ref.ask({ do: 'read notes' })).toEqual(['kept'])
  })
}
