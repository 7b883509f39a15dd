/** A room: one actor for all sessions, whichever workers they and it are on. Whoever sends to it is its `sender`. */
import { Actor, type ActorContext, defineActor, type SessionState, type Terminated } from '@scaled-mcp/server'

/** What a session asks of a room. */
export type RoomOrder =
  | { readonly do: 'join' | 'leave' | 'read' }
  | { readonly do: 'say'; readonly by: string; readonly text: string }

/** What a room tells its members' sessions: only where to look, so that hearing it twice does no harm. */
export interface RoomNews {
  readonly room: string
}

export interface RoomState {
  readonly messages: readonly { readonly by: string; readonly text: string }[]
  /** Names of sessions. */
  readonly members: readonly string[]
}

/** The state is written whole with each message, so it has to stay small. */
const KEPT_MESSAGES = 100

export const room = defineActor({
  state: { version: 1, initial: (): RoomState => ({ messages: [], members: [] }) },
  create: ({ id, state }) => new Room(id, state)
})

class Room extends Actor<RoomOrder, RoomState> {
  readonly #id: string
  readonly #state: SessionState<RoomState>

  constructor(id: string, state: SessionState<RoomState>) {
    super()
    this.#id = id
    this.#state = state
  }

  /** The members are in the state, but who watches them is this instance, on this worker. */
  override start(context: ActorContext<RoomOrder>): void {
    for (const member of this.#state.get().members) context.watch(member)
  }

  override async receive(order: RoomOrder, context: ActorContext<RoomOrder>): Promise<RoomState> {
    switch (order.do) {
      case 'join':
        await this.#join(senderOf(context), context)
        break
      case 'leave':
        context.unwatch(senderOf(context))
        await this.#remove(senderOf(context))
        break
      case 'say':
        await this.#say(order, context)
    }
    return this.#state.get()
  }

  /** A session that ended is no member any more. One whose worker died lives on: another worker rebuilds it. */
  override async terminated({ name, reason }: Terminated, context: ActorContext<RoomOrder>): Promise<void> {
    if (reason.kind !== 'lost') {
      await this.#remove(name)
      return
    }
    context.watch(name)
    this.#tell(name, context) // what it was told last may be lost, too; and being told wakes it
  }

  /** Joining twice is joining once: a session that is rebuilt subscribes again. */
  async #join(member: string, context: ActorContext<RoomOrder>): Promise<void> {
    context.watch(member)
    if (this.#state.get().members.includes(member)) return
    await this.#state.update(({ messages, members }) => ({ messages, members: [...members, member] }))
  }

  async #remove(member: string): Promise<void> {
    await this.#state.update(({ messages, members }) => ({ messages, members: members.filter((it) => it !== member) }))
  }

  /** What is said is stored before anybody hears of it: who then reads the room finds it. */
  async #say({ by, text }: { by: string; text: string }, context: ActorContext<RoomOrder>): Promise<void> {
    if (!this.#state.get().members.includes(senderOf(context))) throw new Error(`join ${this.#id} to speak there`)
    const { members } = await this.#state.update(({ messages, members }) => ({
      messages: [...messages, { by, text }].slice(-KEPT_MESSAGES),
      members
    }))
    for (const member of members) this.#tell(member, context)
  }

  /** One that has ended does not hear it, and is removed as soon as the room hears of that. */
  #tell(member: string, context: ActorContext<RoomOrder>): void {
    context.tell(context.refTo<RoomNews>(member), { room: this.#id })
  }
}

function senderOf({ sender }: ActorContext<RoomOrder>): string {
  if (!sender) throw new Error('only a session can be a member')
  return sender.name
}
