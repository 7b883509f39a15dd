import { expect, it } from 'vitest'
import type { ActorContext, ActorRef, Beyond, Supervision, Termination } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const lost: Termination = { kind: 'lost', worker: 'w-1' }
const restart: Supervision = { onFailure: 'restart', restarts: { minBackoffMs: 0 } }

interface Watched {
  readonly name: string
  readonly ended: (reason: Termination) => void
}

/** Other processes, which know every room. */
class Rooms implements Beyond {
  readonly watched: Watched[] = []
  unwatched = 0

  covers(name: string): boolean {
    return name.startsWith('room/')
  }

  async actorOf<M, R>(name: string): Promise<ActorRef<M, R>> {
    return this.#ref(`found ${name}`)
  }

  getOrActivate<M, R>(kind: string, id: string): ActorRef<M, R> {
    return this.#ref(`activated ${kind}/${id}`)
  }

  refTo<M, R>(name: string): ActorRef<M, R> {
    return this.#ref(`called ${name}`)
  }

  watch(name: string, ended: Watched['ended']): () => void {
    if (name === 'room/unreachable') throw new Error('cannot watch')
    this.watched.push({ name, ended })
    return () => this.unwatched++
  }

  end(reason = lost): void {
    for (const { ended } of this.watched) ended(reason)
  }

  #ref<M, R>(name: string): ActorRef<M, R> {
    return { name, tell: () => undefined, ask: () => Promise.reject(new Error('not here')) }
  }
}

async function withRooms(makeSystem: MakeSystem, order: Order = '') {
  const beyond = new Rooms()
  const under = makeSystem({ beyond })
  const cast = new Cast()
  const start = (context: ActorContext) => (typeof order === 'function' ? void order(context) : undefined)
  const ref = await under.system.spawn<Order, unknown>('w/1', cast.maker('w', { start }), { supervision: restart })
  return { ...under, beyond, cast, ref }
}

/** What an actor says of others goes where they are. */
export function beyondClaims(makeSystem: MakeSystem): void {
  it('an actor finds, activates and answers those beyond as if they were here', async () => {
    const { ref, system } = await withRooms(makeSystem)
    const found = await ref.ask(async (context) => [
      (await context.actorOf('room/1')).name,
      context.getOrActivate('room', '2').name,
      (await context.actorOf('w/1')).name
    ])
    expect(found).toEqual(['found room/1', 'activated room/2', 'w/1'])
    expect(await ref.ask(({ sender }) => sender?.name, { sender: 'room/3' })).toBe('called room/3')
    expect(() => system.actorOf('room/1')).toThrow(expect.objectContaining({ code: 'ActorNotFound' }))
  })

  it('the end of one beyond is told once, however often it is reported', async () => {
    const { cast, beyond } = await withRooms(makeSystem, (context) => {
      context.watch('room/1')
      context.watch('room/1')
    })
    expect(beyond.watched).toHaveLength(1)
    for (let report = 0; report < 3; report++) beyond.end()
    await settled()
    beyond.end()
    await settled()
    expect(cast.told).toEqual([{ watcher: 'w', name: 'room/1', reason: lost }])
  })

  it('whoever unwatches one beyond is told nothing, even if its end waits in the mailbox', async () => {
    const { ref, cast, beyond } = await withRooms(makeSystem, (context) => context.watch('room/1'))
    await ref.ask(async (context) => {
      beyond.end()
      await settled()
      context.unwatch('room/1')
    })
    await settled()
    beyond.end()
    await settled()
    expect(cast.told).toEqual([])
  })

  it('an unwatch ends the watch beyond, so that nobody there keeps it', async () => {
    const { ref, beyond } = await withRooms(makeSystem, (context) => context.watch('room/1'))
    await ref.ask((context) => context.unwatch('room/1'))
    expect(beyond.unwatched).toBe(1)
  })

  it('a watcher that ends, or makes way, ends its watches beyond', async () => {
    const { system, clock, ref, cast, beyond } = await withRooms(makeSystem, (context) => context.watch('room/1'))
    ref.tell(new Error('thrown by the actor'))
    await settled()
    expect(beyond.unwatched).toBe(1)
    beyond.end()
    clock.advance(0)
    expect(await ref.ask('hello')).toBe('hello 2')
    expect([cast.told, beyond.watched.length]).toEqual([[], 2])
    await system.stop()
    expect(beyond.unwatched).toBe(2)
  })

  it('a watch that could not begin is none: its actor may try again, and is at rest', async () => {
    const { ref, system } = await withRooms(makeSystem)
    const attempt = (context: ActorContext) => expect(() => context.watch('room/unreachable')).toThrow('cannot watch')
    await ref.ask(attempt)
    await ref.ask(attempt)
    expect(system.isAtRest('w/1')).toBe(true)
  })
}
