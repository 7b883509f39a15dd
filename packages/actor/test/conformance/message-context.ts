import { expect, it } from 'vitest'
import type { ActorContext, ActorRef, AskOptions, MessageContext } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem, SystemUnderTest } from './system-under-test.ts'

type Asked = ActorRef<Order, unknown>

/** Two actors; the second answers what came with a message. */
async function pair({ system }: SystemUnderTest) {
  const cast = new Cast()
  const outer: Asked = await system.spawn('outer/1', cast.actor('outer'))
  const inner: Asked = await system.spawn('inner/1', cast.actor('inner'))
  return { outer, inner }
}

const whatCame = ({ deadline, trace, principal, sender }: ActorContext) => {
  return { deadline, trace, principal, sender: sender?.name }
}

/** What travels with a message, so that work can be followed and be accounted for. */
export function messageContextClaims(makeSystem: MakeSystem): void {
  it('deadline, trace and principal travel with every ask, which its actor sends in its own name', async () => {
    const under = makeSystem()
    const { outer, inner } = await pair(under)
    const asked = outer.ask((context: ActorContext) => context.ask(inner, whatCame, { timeoutMs: 60_000 }), {
      timeoutMs: 500,
      trace: '00-1-2-01',
      principal: 'ada'
    })
    expect(await asked).toEqual({ deadline: 1_500, trace: '00-1-2-01', principal: 'ada', sender: 'outer/1' })
  })

  it('the same travels with a tell', async () => {
    const under = makeSystem()
    const { outer, inner } = await pair(under)
    const came = new Promise((resolve) => {
      const forward = (context: ActorContext) => context.tell(inner, (context) => resolve(whatCame(context)))
      outer.tell(forward, { deadline: 1_700, trace: '00-1-2-01', principal: 'ada' })
    })
    expect(await came).toEqual({ deadline: 1_700, trace: '00-1-2-01', principal: 'ada', sender: 'outer/1' })
  })

  it('a sender may give another trace and principal, and a deadline only if it is earlier', async () => {
    const under = makeSystem()
    const { outer, inner } = await pair(under)
    const asking = (options: AskOptions) => (context: ActorContext) => context.ask(inner, whatCame, options)
    const first: MessageContext = { deadline: 2_000, trace: '00-1-2-01', principal: 'ada' }
    const other: MessageContext = { deadline: 1_200, trace: '00-1-3-01', principal: 'bob' }
    expect(await outer.ask(asking(other), first)).toEqual({ ...other, sender: 'outer/1' })
    expect(await outer.ask(asking(first), other)).toMatchObject({ deadline: 1_200 })
  })

  it('whom an actor hears from it can answer later, and nobody when no actor has sent', async () => {
    const under = makeSystem()
    const { outer, inner } = await pair(under)
    const answered = new Promise((resolve) => {
      const answer = (context: ActorContext) => context.sender && context.tell(context.sender, resolve)
      outer.tell((context) => context.tell(inner, answer))
    })
    await answered
    expect(await inner.ask(({ sender }) => sender)).toBeUndefined()
  })

  it('an actor that starts or hears of an end works on behalf of nobody', async () => {
    const { system } = makeSystem()
    const came: unknown[] = []
    const start = (context: ActorContext) => void came.push(whatCame(context))
    await system.spawn('a/1', new Cast().actor('a', { start }))
    await settled()
    expect(came).toEqual([{ deadline: undefined, trace: undefined, principal: undefined, sender: undefined }])
  })

  it('an actor finds others by their full names, and is refused for those that do not live', async () => {
    const under = makeSystem()
    const { outer } = await pair(under)
    expect(await outer.ask(async (context) => (await context.actorOf('inner/1')).name)).toBe('inner/1')
    await expect(outer.ask((context) => context.actorOf('inner/2'))).rejects.toMatchObject({ code: 'ActorNotFound' })
  })
}
