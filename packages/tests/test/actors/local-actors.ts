import { type ActorRef, ActorSystem, type AskOptions, type KindDefinition, type TellOptions } from '@scaled-mcp/actor'
import type { Actors } from '@scaled-mcp/server'
import pino from 'pino'
import { afterAll } from 'vitest'
import type { ActorsUnderTest, Asker } from './conformance/actors-under-test.ts'
import { plainKinds } from './scripted/kinds.ts'

/** All actors in this process. */
export function localActors(): ActorsUnderTest {
  const system = ActorSystem.start({ kinds: localKinds, onFailure: () => undefined })
  afterAll(() => system.stop())
  return { actors: (asker) => new LocalActors(system, asker) }
}

const logger = pino({ level: 'silent' })
const localKinds = Object.fromEntries(
  Object.entries(plainKinds).map(([kind, definition]) => {
    const create: KindDefinition['create'] = (id) => definition.create({ name: `${kind}/${id}`, id, logger })
    return [kind, { ...definition, create }]
  })
)

class LocalActors implements Actors {
  readonly #system: ActorSystem
  readonly #from: TellOptions

  constructor(system: ActorSystem, { sender = 'session/asker', principal }: Asker = {}) {
    this.#system = system
    this.#from = { sender, principal }
  }

  getOrActivate<M, R>(kind: string, id: string): ActorRef<M, R> {
    return this.#ofAsker(this.#system.getOrActivate<M, R>(kind, id))
  }

  async actorOf<M, R>(name: string): Promise<ActorRef<M, R>> {
    return this.#ofAsker(this.#system.actorOf<M, R>(name))
  }

  async spawn<M, R>(kind: string, id: string): Promise<ActorRef<M, R>> {
    const definition = localKinds[kind] as KindDefinition
    const spawned = await this.#system.spawn(`${kind}/${id}`, () => definition.create(id), definition)
    return this.#ofAsker(spawned as ActorRef<M, R>)
  }

  #ofAsker<M, R>(ref: ActorRef<M, R>): ActorRef<M, R> {
    const from = this.#from
    return {
      name: ref.name,
      tell: (message: M, options?: TellOptions) => ref.tell(message, { ...from, ...options }),
      ask: (message: M, options?: AskOptions) => ref.ask(message, { ...from, ...options })
    }
  }
}
