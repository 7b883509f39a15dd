import { describe, expect, it } from 'vitest'
import type { ServerContext, ServerDefinition } from '../src/index.ts'
import { bothSdks, said, v1 } from './both-sdks.ts'
import { gate, ScriptedSession } from './scripted-session.ts'

describe('creating the server of a session', () => {
  it('gives create the principal, the client, a logger and the session', async () => {
    let context: ServerContext | undefined
    const create = (given: ServerContext) => {
      context = given
      return v1.create({})
    }
    const principal = { subject: 'alice', claims: { scope: 'read' } }
    const session = await ScriptedSession.opened({ create }, { principal })
    expect(context).toMatchObject({ principal, clientInfo: { name: 'scripted', version: '1.2.3' } })
    expect(context?.session?.id).toBe('session-hash')
    context?.logger.info({}, 'hello')
    expect(session.log.lines).toContain('info hello')
  })

  it('knows no actors when the definition declares none', async () => {
    let context: ServerContext | undefined
    const create = (given: ServerContext) => {
      context = given
      return v1.create({})
    }
    await ScriptedSession.opened({ create })
    const code = (code: string) => expect.objectContaining({ code })
    expect(() => context?.actors.getOrActivate('room', '42')).toThrow(code('ActorKindUnknown'))
    await expect(context?.actors.spawn('room', '42')).rejects.toEqual(code('ActorKindUnknown'))
    await expect(context?.actors.actorOf('room/42')).rejects.toEqual(code('ActorNotFound'))
  })

  const shared = v1.create({})
  const failures: [string, ServerDefinition, RegExp][] = [
    ['throws', { create: () => fail() }, /no database/],
    ['rejects', { create: async () => fail() }, /no database/],
    ['returns nothing', { create: () => undefined as never }, /did not return an MCP server/],
    [
      'declares a state that is not JSON',
      { state: { version: 1, initial: () => new Map() }, create: () => shared },
      /Map/
    ]
  ]
  it.each(failures)('fails with a reason when create %s', async (_, definition, reason) => {
    await expect(new ScriptedSession(definition).server.start()).rejects.toMatchObject({
      name: expect.stringMatching(/ServerFailed|StateNotSerialisable/),
      message: expect.stringMatching(reason)
    })
  })

  it('refuses a server that serves another session, whose answers would leak (H1)', async () => {
    const definition = { create: () => shared }
    await ScriptedSession.opened(definition)
    const second = new ScriptedSession(definition).server.start()
    await expect(second).rejects.toMatchObject({ code: 'ServerFailed', message: expect.stringContaining('twice') })
  })
})

describe.each(bothSdks)('closing a session with $name', (sdk) => {
  it('runs every hook, aborts handlers and the context’s signal, and sends nothing more', async () => {
    const ran: string[] = []
    const started = gate()
    let context: ServerContext | undefined
    const create = (given: ServerContext) => {
      context = given
      given.session?.onPassivate(() => {
        throw new Error('a hook that fails')
      })
      given.session?.onPassivate(() => void ran.push('hook'))
      return sdk.create({
        wait: async (_, { signal }) => {
          signal.addEventListener('abort', () => ran.push('aborted'))
          started.open()
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
          return said('late')
        }
      })
    }
    const session = await ScriptedSession.opened({ create })
    session.call('wait')
    await started.passed
    const sent = session.sent.length
    await Promise.all([session.server.close(), session.server.close()])
    await session.until(() => ran.length === 2)
    expect(ran).toEqual(['hook', 'aborted'])
    expect(context?.signal.aborted).toBe(true)
    expect([session.sent.length, session.server.inFlight.size]).toEqual([sent, 0])
    expect(session.log.lines).toContain('error an onPassivate hook failed')
  })

  it('while create still runs ends the server too, once there is one', async () => {
    const made = gate()
    const create = async () => {
      await made.passed
      return sdk.create({})
    }
    const session = new ScriptedSession({ create })
    const starting = session.server.start()
    await session.server.close()
    made.open()
    await expect(starting).rejects.toMatchObject({ code: 'ServerFailed' })
  })

  it('keeps going when the snapshot cannot be stored, and the operator hears of it', async () => {
    const create = ({ session }: ServerContext) => {
      session?.onSnapshot(() => new Set())
      return sdk.create({})
    }
    const session = await ScriptedSession.opened({ create })
    await session.server.passivate()
    expect(session.record.read().snapshot).toBeUndefined()
    expect(session.log.lines).toContain('error the snapshot of the session was not stored')
  })
})

function fail(): never {
  throw new Error('no database')
}
