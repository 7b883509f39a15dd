import { expect, it } from 'vitest'
import { actorOf, type StartCluster } from './actors-under-test.ts'

/** An old build of the server next to a new one. */
export function buildsClaims(start: StartCluster): void {
  it('a worker whose server does not declare a kind is never chosen for it', async () => {
    const cluster = await start()
    const [{ id }] = await Promise.all([cluster.start(), cluster.start('no actors')])
    for (let actors = 0; actors < 10; actors++) {
      const { ref, name } = actorOf(cluster)
      await ref.ask({ do: 'answer' })
      expect(await cluster.ownerOf(name)).toBe(id)
    }
  })

  it('actors whose state an older build cannot read are hosted by a newer one, though the older has more room', async () => {
    const cluster = await start()
    const first = await cluster.start('newer')
    const actors = Array.from({ length: 10 }, () => actorOf(cluster, 'durable'))
    await Promise.all(actors.map(({ ref }) => ref.ask({ do: 'add' })))
    const [second] = await Promise.all([cluster.start('newer'), cluster.start('usual')])
    await first.leave()
    for (const { ref, name } of actors) {
      expect(await ref.ask({ do: 'add' })).toEqual({ count: 2 })
      expect(await cluster.ownerOf(name)).toBe(second.id)
    }
  })

  it('an actor whose state nobody can read waits for a worker that can', async () => {
    const cluster = await start()
    const newer = await cluster.start('newer')
    const { ref } = actorOf(cluster, 'durable')
    await ref.ask({ do: 'add' })
    await cluster.start('usual')
    await newer.leave()
    await expect(ref.ask({ do: 'add' }, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'AskTimeout' })
    const waits = ref.ask({ do: 'add' })
    await cluster.start('newer')
    expect(await waits).toEqual({ count: 2 })
  })

  it('a newer build goes on with the state that an older one has stored', async () => {
    const cluster = await start()
    const older = await cluster.start('usual')
    const { ref } = actorOf(cluster, 'durable')
    await ref.ask({ do: 'add' })
    await cluster.start('newer')
    await older.leave()
    expect(await ref.ask({ do: 'add' })).toEqual({ count: 2 })
  })
}
