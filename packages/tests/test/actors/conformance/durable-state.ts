import { expect, it } from 'vitest'
import { actorOf, type StartCluster } from './actors-under-test.ts'
import { actorOn, isOn, twoHosts } from './placing.ts'

const code = (code: string) => expect.objectContaining({ code })
/** More than the store takes. */
const TOO_LARGE = 300 * 1024

/** What of an actor outlives its worker. */
export function durableStateClaims(start: StartCluster): void {
  it('an update that was resolved is there when the actor goes on elsewhere, as its worker has left', async () => {
    const cluster = await start()
    const { first, second, isOnFirst } = await twoHosts(cluster)
    const { ref, name } = await actorOn(cluster, isOnFirst, 'durable')
    for (const count of [1, 2]) expect(await ref.ask({ do: 'add' })).toEqual({ count })
    await first.leave()
    expect(await ref.ask({ do: 'add' })).toEqual({ count: 3 })
    expect(await cluster.ownerOf(name)).toBe(second.id)
  })

  it('every update that was resolved is there after the worker was killed, and of none more than was asked for', async () => {
    const cluster = await start()
    const { first, isOnFirst } = await twoHosts(cluster)
    const { ref } = await actorOn(cluster, isOnFirst, 'durable')
    await ref.ask({ do: 'add' })
    const outcomes: Promise<PromiseSettledResult<unknown>[]> = Promise.allSettled(
      Array.from({ length: 200 }, () => ref.ask({ do: 'add' }))
    )
    await expect.poll(() => ref.ask({ do: 'read state' })).toMatchObject({ count: expect.toSatisfy((n) => n > 1) })
    await first.kill()
    const settled = await outcomes
    const resolved = settled.filter(({ status }) => status === 'fulfilled').length
    const refused = settled.filter((outcome) => outcome.status === 'rejected' && outcome.reason.code !== 'ActorMoved')
    expect(refused.filter((outcome) => outcome.status === 'rejected' && outcome.reason.code !== 'MailboxFull')).toEqual(
      []
    )
    const { count } = (await ref.ask({ do: 'read state' })) as { readonly count: number }
    expect(count).toBeGreaterThanOrEqual(1 + resolved)
    expect(count).toBeLessThanOrEqual(1 + settled.length - refused.length)
  })

  it('an update that was resolved is there when an idle actor comes back', async () => {
    const cluster = await start({ passivateMs: 500 })
    await cluster.start()
    const { ref, name } = actorOf(cluster, 'durable')
    await ref.ask({ do: 'add' })
    await expect.poll(() => cluster.ownerOf(name), { timeout: 10_000 }).toBeUndefined()
    expect(await ref.ask({ do: 'read state' })).toEqual({ count: 1 })
  })

  it('the state of an actor that has stopped itself is gone', async () => {
    const cluster = await start()
    await cluster.start()
    const { ref } = actorOf(cluster, 'durable')
    await ref.ask({ do: 'add' })
    await ref.ask({ do: 'stop' })
    expect(await ref.ask({ do: 'read state' })).toEqual({ count: 0 })
  })

  it('a state larger than the store takes is refused with ValueTooLarge, and the actor goes on with the one before', async () => {
    const cluster = await start()
    await cluster.start()
    const { ref } = actorOf(cluster, 'durable')
    await ref.ask({ do: 'add' })
    await expect(ref.ask({ do: 'pad', bytes: TOO_LARGE })).rejects.toThrow(code('ValueTooLarge'))
    expect(await ref.ask({ do: 'read state' })).toEqual({ count: 1 })
    expect(await ref.ask({ do: 'add' })).toEqual({ count: 2 })
  })

  it('two owners never both write: whoever was taken for dead is refused', async () => {
    const cluster = await start()
    const { first, second, isOnFirst } = await twoHosts(cluster)
    const { ref, name } = await actorOn(cluster, isOnFirst, 'durable')
    await ref.ask({ do: 'add' })
    const late = expect(ref.ask({ do: 'add', ms: 2_000 })).rejects.toThrow(code('ActorMoved'))
    expect(await ref.ask({ do: 'count at once' })).toBe(2) // it runs
    await first.pause()
    expect(await ref.ask({ do: 'add' })).toEqual({ count: 2 })
    const again = await first.resume()
    await late
    const neighbour = await actorOn(cluster, isOn(again ?? second.id))
    await expect.poll(() => neighbour.ref.ask({ do: 'read refusals', name }), { timeout: 10_000 }).toHaveLength(1)
    expect(await ref.ask({ do: 'read state' })).toEqual({ count: 2 })
  })
}
