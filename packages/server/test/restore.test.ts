import { describe, expect, it } from 'vitest'
import type { ServerContext } from '../src/index.ts'
import { lowLevel } from '../src/sdk-server.ts'
import { bothSdks, type Hands, said, type Tools } from './both-sdks.ts'
import { initializeParams, MemoryRecord, ScriptedSession } from './scripted-session.ts'

const tools: Tools = {
  log: async (hands) => {
    await hands.log('an info')
    return said('logged')
  },
  capabilities: (hands) => said(JSON.stringify(hands.clientCapabilities())),
  subscriptions: (hands) => said([...hands.subscriptions].join()),
  ask: async (hands: Hands) => said((await hands.elicit('Who?')).action)
}

describe.each(bothSdks)('a session restored on another worker with $name', (sdk) => {
  const definition = { create: () => sdk.create(tools) }

  async function moved(record: MemoryRecord): Promise<ScriptedSession> {
    const session = new ScriptedSession(definition, { record, epoch: 8 })
    await session.server.restore()
    return session
  }

  it('is what it was: capabilities, log level and subscriptions, and the client saw nothing (T5)', async () => {
    const first = await ScriptedSession.opened(definition)
    await first.ask('logging/setLevel', { level: 'error' })
    await first.ask('resources/subscribe', { uri: 'test://a' })
    await first.ask('resources/subscribe', { uri: 'test://b' })
    await first.ask('resources/unsubscribe', { uri: 'test://a' })
    const before = [await first.say('capabilities'), await first.say('subscriptions'), await first.say('log')]
    await first.server.passivate()

    const second = await moved(first.record)
    expect(second.sent).toEqual([])
    expect([await second.say('capabilities'), await second.say('subscriptions'), await second.say('log')]).toEqual(
      before
    )
    expect(second.notifications('notifications/message')).toEqual([])
    expect(before[1]).toBe('test://b')
  })

  it('hears once that its client is initialized, also when the client says so only now (T7)', async () => {
    let heard = 0
    const counting = {
      create() {
        const server = sdk.create(tools)
        Object.assign(lowLevel(server), { oninitialized: () => (heard += 1) })
        return server
      }
    }
    const first = new ScriptedSession(counting)
    await first.server.start()
    await first.ask('initialize', initializeParams)
    expect(first.server.isInitialized).toBe(false)

    const second = new ScriptedSession(counting, { record: first.record, epoch: 8 })
    await second.server.restore()
    second.server.receive({ jsonrpc: '2.0', method: 'notifications/initialized' })
    await second.ask('tools/list')
    expect({ heard, isInitialized: second.server.isInitialized }).toEqual({ heard: 1, isInitialized: true })
  })

  it('asks under the new epoch, so an answer to the former owner’s question is dropped (T3)', async () => {
    const first = await ScriptedSession.opened(definition)
    first.call('ask')
    expect((await first.question('elicitation/create')).message.id).toBe('s7.0')
    const second = await moved(first.record)
    const call = second.call('ask')
    expect((await second.question('elicitation/create')).message.id).toBe('s8.0')
    second.reply('s7.0', { action: 'accept', content: {} })
    second.reply('s8.0', { action: 'decline' })
    expect(await second.answerTo(call)).toMatchObject({ result: { content: [{ text: 'decline' }] } })
  })

  it('refuses a second initialize, as the session is open already', async () => {
    const first = await ScriptedSession.opened(definition)
    const second = await moved(first.record)
    expect(() => second.post('initialize')).toThrow(expect.objectContaining({ code: 'AlreadyInitialized' }))
  })

  it('forgets a subscription that the fresh server refuses, and says so to the operator', async () => {
    const record = new MemoryRecord()
    await record.write({ subscriptions: ['test://gone', 'test://kept'] })
    const refuseGone = (uri: string) => {
      if (uri === 'test://gone') throw new Error('no such resource')
    }
    const session = new ScriptedSession({ create: () => sdk.create(tools, refuseGone) }, { record })
    await session.server.restore()
    expect(record.read().subscriptions).toEqual(['test://kept'])
    expect(session.log.lines).toContain('warn the restored server refused subscriptions of the session')
    expect(session.sent).toEqual([])
  })

  it('hands the author’s snapshot over, before the first message and after everything was replayed', async () => {
    const events: string[] = []
    const withCache = {
      create({ session }: ServerContext) {
        session?.onSnapshot(() => ({ cache: [1, 2] }))
        session?.onRestore((snapshot) => {
          events.push(`restored ${JSON.stringify(snapshot)}`)
        })
        session?.onPassivate(() => {
          events.push('passivated')
        })
        return sdk.create(tools, (uri) => {
          events.push(`subscribed ${uri}`)
        })
      }
    }
    const first = await ScriptedSession.opened(withCache)
    await first.ask('resources/subscribe', { uri: 'test://a' })
    await first.server.passivate()
    await first.server.passivate()
    const second = new ScriptedSession(withCache, { record: first.record, epoch: 8 })
    await second.server.restore()
    expect(events).toEqual(['subscribed test://a', 'passivated', 'subscribed test://a', 'restored {"cache":[1,2]}'])
  })

  it('says nothing to the client of what a handler logs while it is replayed, but asks what it asks (T5)', async () => {
    const record = new MemoryRecord()
    await record.write({ subscriptions: ['test://a'] })
    let asked: Promise<unknown> | undefined
    let server: ReturnType<typeof sdk.create> | undefined
    const logging = {
      create() {
        server = sdk.create(tools, async () => {
          await lowOf(server).sendLoggingMessage({ level: 'info', data: 'subscribed' })
          asked = lowOf(server).elicitInput({ message: 'Again?', requestedSchema: { type: 'object', properties: {} } })
        })
        return server
      }
    }
    const session = new ScriptedSession(logging, { record })
    await session.server.restore()
    const question = await session.question('elicitation/create')
    expect(question.relatedRequestId).toBeUndefined()
    session.reply(question.message.id, { action: 'accept', content: {} })
    await expect(asked).resolves.toMatchObject({ action: 'accept' })
    expect(session.notifications('notifications/message')).toEqual([])
  })
})

interface Low {
  sendLoggingMessage(params: object): Promise<void>
  elicitInput(params: object): Promise<unknown>
}

function lowOf(server: unknown): Low {
  return (server as { readonly server: Low }).server
}
