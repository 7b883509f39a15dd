import { Actor } from '@scaled-mcp/actor'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  defineActor,
  defineServer,
  type PlainServerDefinition,
  type Session,
  type SessionState,
  type StatefulServerDefinition,
  type StatefulSession
} from '../src/index.ts'
import { v1, v2 } from './both-sdks.ts'

interface Cart {
  readonly items: readonly string[]
}

describe('defineServer', () => {
  it('gives a definition with state a session that is always there, typed by its state', () => {
    const definition = defineServer({
      state: { version: 1, initial: (): Cart => ({ items: [] }) },
      create(context) {
        expectTypeOf(context.session).toEqualTypeOf<StatefulSession<Cart>>()
        expectTypeOf(context.session.state).toEqualTypeOf<SessionState<Cart>>()
        expectTypeOf(context.session.state.get()).toEqualTypeOf<Cart>()
        expectTypeOf(context.session.state.update).returns.resolves.toEqualTypeOf<Cart>()
        return v1.create({})
      }
    })
    expectTypeOf(definition).toEqualTypeOf<StatefulServerDefinition<Cart>>()
  })

  it('gives a definition without state a session only perhaps, and no state', () => {
    const definition = defineServer({
      async create(context) {
        expectTypeOf(context.session).toEqualTypeOf<Session | undefined>()
        expectTypeOf<Session>().not.toHaveProperty('state')
        return v2.create({})
      }
    })
    expectTypeOf(definition).toEqualTypeOf<PlainServerDefinition>()
  })

  it('infers the state from initial, and holds upcast to it', () => {
    defineServer({
      state: { version: 2, initial: () => ({ count: 0 }), upcast: (value) => ({ count: Number(value) }) },
      create({ session }) {
        expectTypeOf(session.state.get()).toEqualTypeOf<{ count: number }>()
        return v1.create({})
      }
    })
    // @ts-expect-error: an upcast of another shape
    defineServer({
      state: { version: 2, initial: () => ({ count: 0 }), upcast: () => 'x' },
      create: () => v1.create({})
    })
    // @ts-expect-error: not a server
    defineServer({ create: () => 'server' })
  })

  it('types the state of each kind of actor by its own initial, also among others', () => {
    class Greeter extends Actor<{ readonly name: string }, string> {
      override receive({ name }: { readonly name: string }): string {
        return `hello ${name}`
      }
    }
    defineServer({
      create: () => v1.create({}),
      actors: {
        greeter: Greeter,
        cart: defineActor({
          state: { version: 1, initial: (): Cart => ({ items: [] }) },
          create({ state }) {
            expectTypeOf(state.get()).toEqualTypeOf<Cart>()
            return new Greeter()
          }
        }),
        plain: defineActor({
          mailbox: 4,
          create(creation) {
            expectTypeOf(creation).not.toHaveProperty('state')
            return new Greeter()
          }
        })
      }
    })
  })

  const create = () => v1.create({})
  const initial = () => 0
  it.each([
    ['no create', {}, 'ServerModuleInvalid', 'create must be a function'],
    ['version 0', { create, state: { version: 0, initial } }, 'ServerModuleInvalid', 'state.version'],
    ['no initial', { create, state: { version: 1 } }, 'ServerModuleInvalid', 'state.initial'],
    ['an upcast that is none', { create, state: { version: 1, initial, upcast: 1 } }, 'ServerModuleInvalid', 'upcast'],
    ['a kind that is none', { create, actors: { room: 7 } }, 'ServerModuleInvalid', 'actors.room'],
    ['a kind without create', { create, actors: { room: {} } }, 'ServerModuleInvalid', 'actors.room'],
    ['the kind of sessions', { create, actors: { session: class {} } }, 'ServerModuleInvalid', 'actors.session'],
    ['a kind with a dot', { create, actors: { 'a.b': class {} } }, 'ServerModuleInvalid', 'actors.a.b'],
    ['a mailbox of 0', { create, actors: { room: { create, mailbox: 0 } } }, 'ServerModuleInvalid', 'room.mailbox'],
    [
      'half a turn',
      { create, actors: { room: { create, interleave: 0.5 } } },
      'ServerModuleInvalid',
      'room.interleave'
    ],
    [
      'a state of version 0',
      { create, actors: { room: { create, state: { version: 0, initial } } } },
      'ServerModuleInvalid',
      'actors.room.state.version'
    ]
  ])('refuses %s and names the member', (_, definition, code, member) => {
    const error = expect.objectContaining({ code, message: expect.stringContaining(member) })
    expect(() => defineServer(definition as never)).toThrow(error)
  })
})
