import { expect, it } from 'vitest'
import { Actor, type ActorContext, type ActorRef, type KindDefinition } from '../../src/index.ts'
import { Cast, type Order, type ScriptedInit, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })
const failure = new Error('cannot start')

class Room extends Actor<string, string> {
  override receive(message: string): string {
    return `${message}!`
  }
}

/** A system with rooms, and what becomes of them. */
function withRooms(makeSystem: MakeSystem, init: ScriptedInit = {}, options: Partial<KindDefinition> = {}) {
  const cast = new Cast()
  const room: KindDefinition = { create: (id) => cast.actor(id, init), ...options }
  const under = makeSystem({ kinds: { room } })
  return { ...under, cast, room: (id: string): ActorRef<Order, unknown> => under.system.getOrActivate('room', id) }
}

/** How actors come to life by their first message. */
export function kindsClaims(makeSystem: MakeSystem): void {
  it('the first message activates the actor, and a ref alone does not', async () => {
    const { system, cast, room } = withRooms(makeSystem)
    const ref = room('1')
    expect([ref.name, system.size]).toEqual(['room/1', 0])
    expect(await ref.ask('hello')).toBe('hello 1')
    expect(await system.actorOf('room/1').ask('again')).toBe('again 1')
    expect(cast.seen).toEqual(['1:start', '1:hello', '1:again'])
  })

  it('several first messages make one actor, wait for its start, and keep their order', async () => {
    const { system, cast, room } = withRooms(makeSystem, { start: settled })
    room('1').tell('first')
    const asked = [room('1').ask('second'), room('1').ask('third')]
    expect(cast.seen).toEqual(['1:start'])
    expect(await Promise.all(asked)).toEqual(['second 1', 'third 1'])
    expect([cast.seen.slice(1), system.size]).toEqual([['1:first', '1:second', '1:third'], 1])
  })

  it('each id is an actor of its own, and knows it', async () => {
    const { system, room } = withRooms(makeSystem)
    expect(await room('1').ask(({ self }) => self.name)).toBe('room/1')
    expect(await room('2').ask(({ self }) => self.name)).toBe('room/2')
    expect(system.size).toBe(2)
  })

  it('a class is a kind', async () => {
    const { system } = makeSystem({ kinds: { room: Room } })
    expect(await system.getOrActivate<string, string>('room', '1').ask('hello')).toBe('hello!')
  })

  it('an actor activates another', async () => {
    const { room } = withRooms(makeSystem)
    const ask = (context: ActorContext) => context.ask(context.getOrActivate<Order, unknown>('room', '2'), 'hello')
    expect(await room('1').ask(ask)).toBe('hello 1')
  })

  it('when start throws, the messages that wait are refused with the error, and the next one tries again', async () => {
    const start = async (_context: ActorContext, instance: number) => {
      if (instance === 1) throw failure
    }
    const { room, failures } = withRooms(makeSystem, { start })
    const asked = [room('1').ask('first'), room('1').ask('second')].map((asked) => asked.catch((error) => error))
    expect(await Promise.all(asked)).toEqual([failure, failure])
    expect(await room('1').ask('third')).toBe('third 2')
    expect(failures).toEqual([{ name: 'room/1', error: failure }])
  })

  it('a tell that meets a start that throws is a dead letter, and onFailure is told', async () => {
    const { system, room, failures } = withRooms(makeSystem, { start: () => Promise.reject(failure) })
    const letters: unknown[] = []
    system.subscribe((event) => event.kind === 'deadLetter' && letters.push(event))
    room('1').tell('lost')
    await settled()
    expect(letters).toEqual([{ kind: 'deadLetter', name: 'room/1', message: 'lost', reason: 'ActorStopped' }])
    expect(failures).toContainEqual({ name: 'room/1', error: failure })
    expect(system.size).toBe(0)
  })

  it('what create throws, the askers are told and a teller is not: its message is a dead letter', async () => {
    const create = () => {
      throw failure
    }
    const { system, room, failures } = withRooms(makeSystem, {}, { create })
    await expect(room('1').ask('hello')).rejects.toBe(failure)
    await expect(room('1').ask('again')).rejects.toBe(failure)
    const letters: unknown[] = []
    system.subscribe((event) => event.kind === 'deadLetter' && letters.push(event.message))
    room('1').tell('lost')
    await settled()
    expect([letters, failures.at(-1)]).toEqual([['lost'], { name: 'room/1', error: failure }])
  })

  it('a message to an actor on its way out waits for the end, and activates the next one', async () => {
    const { system, cast, room } = withRooms(makeSystem, { stop: settled })
    await room('1').ask('hello')
    const stopped = system.stopActor('room/1')
    const asked = [room('1').ask('during'), room('1').ask('after')]
    await stopped
    expect(await Promise.all(asked)).toEqual(['during 2', 'after 2'])
    expect(cast.seen).toEqual(['1:start', '1:hello', '1:stop', '1:start', '1:during', '1:after'])
    expect(await system.actorOf('room/1').ask('later')).toBe('later 2')
  })

  it('the ref that an actor has of itself outlives it, as that of everybody else', async () => {
    const { system, room } = withRooms(makeSystem)
    const self = (await room('1').ask(({ self }) => self)) as ActorRef<Order>
    await system.stopActor('room/1')
    expect(await self.ask('hello')).toBe('hello 2')
  })

  it('a system that stops while one waits for the end of another begins nothing, and refuses what waits', async () => {
    const { system, cast, room } = withRooms(makeSystem, { stop: settled })
    await room('1').ask('hello')
    void system.stopActor('room/1')
    const waits = room('1')
      .ask('waits')
      .catch((error) => error)
    await system.stop()
    expect(await waits).toEqual(code('ActorStopped'))
    expect(cast.seen).toEqual(['1:start', '1:hello', '1:stop'])
    expect(() => room('1').tell('late')).toThrow(code('ActorStopped'))
    expect(system.size).toBe(0)
  })

  it('an actor that is told of its own refusals, and so activated while it ends, ends once', async () => {
    const cast = new Cast()
    const room: KindDefinition = { create: (id) => cast.actor(id) }
    const onFailure = () => system.getOrActivate<Order>('room', '1').tell('again')
    const { system } = makeSystem({ kinds: { room }, onFailure })
    const ref = system.getOrActivate<Order, unknown>('room', '1')
    await ref.ask('hello')
    ref.tell(settled)
    ref.tell('refused')
    await system.stopActor('room/1')
    await settled()
    expect(cast.seen).toEqual(['1:start', '1:hello', '1:stop', '1:start', '1:again'])
  })

  it('a restart makes the actor of the same id anew', async () => {
    const supervision = { onFailure: 'restart', restarts: { minBackoffMs: 0 } } as const
    const { clock, room } = withRooms(makeSystem, {}, { supervision })
    await expect(room('1').ask(failure)).rejects.toBe(failure)
    await settled()
    clock.advance(0)
    expect(await room('1').ask('hello')).toBe('hello 2')
  })

  it('a kind that nobody declared is refused, and so is an id that could be the name of a child', () => {
    const { system, room } = withRooms(makeSystem)
    expect(() => system.getOrActivate('house', '1')).toThrow(code('ActorKindUnknown'))
    expect(() => system.getOrActivate('toString', '1')).toThrow(code('ActorKindUnknown'))
    for (const id of ['', '1/parser/1']) expect(() => room(id)).toThrow(TypeError)
  })

  it.each(['', 'a/b', 'a.b', 'session'])("'%s' is no name of a kind, and whoever declares it is told", (name) => {
    expect(() => makeSystem({ kinds: { [name]: Room } })).toThrow(new RegExp(`'${name}'`))
    expect(() => makeSystem({ kinds: { [name]: Room } })).toThrow(TypeError)
  })

  it('what cannot make an actor is no kind', () => {
    expect(() => makeSystem({ kinds: { room: {} as KindDefinition } })).toThrow(/'room'/)
  })
}
