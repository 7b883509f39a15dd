import { describe, expect, it } from 'vitest'
import type { ServerContext } from '../src/index.ts'
import { bothSdks, type Hands, said } from './both-sdks.ts'
import { ScriptedSession } from './scripted-session.ts'

describe.each(bothSdks)('what an actor tells a session with $name', (sdk) => {
  it('is heard by its server, which says to the client what follows from it', async () => {
    let hands: Hands | undefined
    const create = ({ session }: ServerContext) => {
      session?.onMessage((uri) => hands?.resourceUpdated(String(uri)))
      return sdk.create({
        begin: (given) => {
          hands = given
          return said('begun')
        }
      })
    }
    const session = await ScriptedSession.opened({ create })
    await session.say('begin')
    await session.server.hear('test://a')
    expect(session.notifications('notifications/resources/updated')).toMatchObject([
      { message: { params: { uri: 'test://a' } }, relatedRequestId: undefined }
    ])
  })

  it('is heard by the last that was registered, also after a restore, once the session is what it was', async () => {
    const order: string[] = []
    const create = ({ session }: ServerContext) => {
      session?.onMessage(() => void order.push('never'))
      session?.onMessage((message) => void order.push(`heard ${message}`))
      session?.onRestore(() => void order.push('restored'))
      return sdk.create({}, (uri) => void order.push(`subscribed to ${uri}`))
    }
    const first = await ScriptedSession.opened({ create })
    await first.ask('resources/subscribe', { uri: 'test://a' })
    await first.server.hear('one')
    await first.server.passivate()
    const second = new ScriptedSession({ create }, { record: first.record, epoch: 8 })
    await second.server.restore()
    await second.server.hear('two')
    expect(order).toEqual(['subscribed to test://a', 'heard one', 'subscribed to test://a', 'restored', 'heard two'])
  })
})

describe('a message to a session', () => {
  const [{ create }] = bothSdks as [(typeof bothSdks)[0]]

  it('that nothing was registered for is refused, and says what is missing', async () => {
    const session = await ScriptedSession.opened({ create: () => create({}) })
    const refused = { code: 'ActorFailed', message: expect.stringContaining('onMessage') }
    await expect(session.server.hear('anybody?')).rejects.toMatchObject(refused)
  })

  it('whose handler throws has been heard: the author finds the error in the log', async () => {
    const throwing = ({ session }: ServerContext) => {
      session?.onMessage(async () => {
        throw new Error('thrown by the author')
      })
      return create({})
    }
    const session = await ScriptedSession.opened({ create: throwing })
    await session.server.hear('bad')
    expect(session.log.lines).toContain('error an onMessage handler failed')
  })
})
