import { errorRules } from '@scaled-mcp/contracts'
import { describe, expect, it } from 'vitest'
import { bothSdks, type Hands, said } from './both-sdks.ts'
import { gate, ScriptedSession, textOf } from './scripted-session.ts'

describe.each(bothSdks)('a session hosting $name', (sdk) => {
  it('answers initialize in the revision asked for, and the record keeps the client’s own words', async () => {
    const session = await ScriptedSession.opened({ create: () => sdk.create({}) })
    expect(session.sent[0]?.message).toMatchObject({ result: { protocolVersion: '2025-06-18' } })
    expect(session.record.read()).toMatchObject({
      initialize: { clientInfo: { name: 'scripted' } },
      revision: '2025-06-18'
    })
  })

  it('agrees on the latest revision with sessions when asked for one that is not served', async () => {
    const session = new ScriptedSession({ create: () => sdk.create({}) })
    await session.server.start()
    const params = { protocolVersion: '2026-07-28', capabilities: {}, clientInfo: { name: 'c', version: '1' } }
    expect(await session.ask('initialize', params)).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  })

  it('lists and calls tools, and the text is the message as JSON', async () => {
    const session = await ScriptedSession.opened({ create: () => sdk.create({ hello: () => said('hello') }) })
    expect(await session.ask('tools/list')).toMatchObject({ result: { tools: [{ name: 'hello' }] } })
    const id = session.call('hello')
    expect(textOf(await session.answerTo(id))).toBe('hello')
    const { text, message, relatedRequestId } = session.sent.at(-1) ?? {}
    expect(JSON.parse(text ?? '')).toEqual(message)
    expect(relatedRequestId).toBe(id)
  })

  it('runs tools of a session side by side, so that a slow one holds up nobody', async () => {
    const slow = gate()
    const tools = { slow: () => slow.passed.then(() => said('slow')), quick: () => said('quick') }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const waiting = session.call('slow')
    expect(await session.say('quick')).toBe('quick')
    expect([...session.server.inFlight.keys()]).toEqual([waiting])
    slow.open()
    expect(textOf(await session.answerTo(waiting))).toBe('slow')
    expect(session.server.inFlight.size).toBe(0)
  })

  it('attaches what a handler says to the request it handles, also with two at once (T2)', async () => {
    const [first, second] = [gate(), gate()]
    const after = (passed: Promise<void>, text: string) => async (hands: Hands) => {
      await passed
      await hands.log(text)
      return said(text)
    }
    const tools = { first: after(first.passed, 'first'), second: after(second.passed, 'second') }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const ids = [session.call('first'), session.call('second')]
    second.open()
    first.open()
    await Promise.all(ids.map((id) => session.answerTo(id)))
    const logs = session.notifications('notifications/message')
    const related = logs.map(({ message, relatedRequestId }) => [paramsOf(message)['data'], relatedRequestId])
    expect(Object.fromEntries(related)).toEqual({ first: ids[0], second: ids[1] })
  })

  it('sends what is about the server as a whole, or said after the answer, to the standalone stream (T2)', async () => {
    const late = gate()
    let last: Promise<void> | undefined
    const tools = {
      async change(hands: Hands) {
        hands.toolsChanged()
        await hands.resourceUpdated('test://a')
        last = late.passed.then(() => hands.log('late'))
        return said('changed')
      }
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    await session.say('change')
    late.open()
    await last
    for (const method of ['tools/list_changed', 'resources/updated', 'message']) {
      const sent = session.notifications(`notifications/${method}`)
      expect(sent, method).toHaveLength(1)
      expect(sent[0]?.relatedRequestId, method).toBeUndefined()
    }
  })

  it('asks the client under an id that names the epoch, and hears its answer', async () => {
    const tools = { ask: async (hands: Hands) => said((await hands.elicit('Who?')).action) }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) }, { epoch: 42 })
    const call = session.call('ask')
    const { message, relatedRequestId } = await session.question('elicitation/create')
    expect(message.id).toBe('s42.0')
    expect(relatedRequestId).toBe(call)
    session.reply(message.id, { action: 'decline' })
    expect(textOf(await session.answerTo(call))).toBe('decline')
  })

  it('drops an answer to a question of another epoch, which would reach the wrong question (T3)', async () => {
    const tools = { ask: async (hands: Hands) => said((await hands.elicit('Who?')).action) }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const call = session.call('ask')
    await session.question('elicitation/create')
    session.reply('s6.0', { action: 'accept', content: { name: 'of the former owner' } })
    session.reply(0, { action: 'accept', content: { name: 'of nobody' } })
    session.reply('s7.0', { action: 'cancel' })
    expect(textOf(await session.answerTo(call))).toBe('cancel')
    expect(session.log.lines.filter((line) => line.includes('not open'))).toHaveLength(2)
  })

  it('carries the client’s progress on a question back to who asked it, but not from another epoch (T3)', async () => {
    let heard = 0
    const tools = {
      async ask(hands: Hands) {
        const onprogress = () => {
          heard += 1
        }
        return said((await hands.elicit('Who?', { onprogress })).action)
      }
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const call = session.call('ask')
    const { message } = await session.question('elicitation/create')
    expect(message.params?.['_meta']).toMatchObject({ progressToken: 's7.0' })
    for (const progressToken of ['s6.0', 's7.0']) {
      const params = { progressToken, progress: 1 }
      session.server.receive({ jsonrpc: '2.0', method: 'notifications/progress', params })
    }
    await session.until(() => heard > 0)
    session.reply(message.id, { action: 'accept', content: {} })
    await session.answerTo(call)
    expect(heard).toBe(1)
  })

  it('names the question it cancels as the client knows it', async () => {
    const abort = new AbortController()
    const tools = {
      ask: (hands: Hands) =>
        hands.elicit('Who?', { signal: abort.signal }).then(
          () => said('answered'),
          () => said('gave up')
        )
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const call = session.call('ask')
    const { message } = await session.question('elicitation/create')
    abort.abort('too late')
    expect(textOf(await session.answerTo(call))).toBe('gave up')
    const [cancelled] = session.notifications('notifications/cancelled')
    expect(paramsOf(cancelled?.message)['requestId']).toBe(message.id)
    expect(cancelled?.relatedRequestId).toBe(call)
  })

  it('stops a cancelled handler, and the request has no answer (T1)', async () => {
    const started = gate()
    const stopped = gate()
    const tools = {
      wait: async (_: Hands, { signal }: { readonly signal: AbortSignal }) => {
        signal.addEventListener('abort', stopped.open)
        started.open()
        await stopped.passed
        return said('too late')
      }
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const call = session.call('wait')
    await started.passed
    session.server.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call } })
    await stopped.passed
    expect(session.server.inFlight.size).toBe(0)
    await session.ask('ping')
    expect(session.sent.filter(({ relatedRequestId }) => relatedRequestId === call)).toEqual([])
  })

  it('turns a tool that throws into its answer, and goes on', async () => {
    const tools = {
      fail() {
        throw new Error('on purpose')
      },
      quick: () => said('quick')
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const answer = await session.answerTo(session.call('fail'))
    expect(answer).toMatchObject({ result: { isError: true, content: [{ text: 'on purpose' }] } })
    expect(await session.say('quick')).toBe('quick')
  })

  it('turns an answer that JSON cannot carry into an error answer, and goes on (T6)', async () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const tools = {
      big: () => ({ ...said('big'), _meta: { n: 1n } }),
      cycle: () => ({ ...said('cycle'), _meta: { cycle } }),
      quick: () => said('quick')
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    for (const tool of ['big', 'cycle']) {
      expect(await session.answerTo(session.call(tool)), tool).toMatchObject({
        error: { code: errorRules.AnswerNotSerialisable.jsonRpc, data: { reason: 'AnswerNotSerialisable' } }
      })
    }
    expect(await session.say('quick')).toBe('quick')
  })

  it('answers a request that the SDK does not take for one, so that nobody waits for it in vain (T6)', async () => {
    const session = await ScriptedSession.opened({ create: () => sdk.create({}) })
    const id = session.post('tools/list', { _meta: { progressToken: { not: 'a token' } } })
    expect(await session.answerTo(id)).toMatchObject({ error: {} })
    expect(session.server.inFlight.size).toBe(0)
  })

  it('refuses a second initialize and an id that is in flight, and neither reaches the server', async () => {
    const slow = gate()
    const session = await ScriptedSession.opened({
      create: () => sdk.create({ slow: () => slow.passed.then(() => said('slow')) })
    })
    const id = session.call('slow')
    const again = { jsonrpc: '2.0', id, method: 'ping' } as const
    expect(() => session.server.receive(again)).toThrow(expect.objectContaining({ code: 'DuplicateRequestId' }))
    expect(() => session.post('initialize')).toThrow(expect.objectContaining({ code: 'AlreadyInitialized' }))
    expect(() => session.server.receive({} as never)).toThrow(expect.objectContaining({ code: 'InvalidMessage' }))
    slow.open()
    expect(textOf(await session.answerTo(id))).toBe('slow')
  })

  it('shows handlers the session id that stays, the headers let through and the way to close a stream', async () => {
    const seen: unknown[] = []
    const tools = {
      look(_: Hands, { sessionId, headers }: { sessionId: string | undefined; headers: (name: string) => unknown }) {
        seen.push(sessionId, headers('x-tenant'))
        return said('seen')
      }
    }
    const session = await ScriptedSession.opened({ create: () => sdk.create(tools) })
    const requestInfo = { url: 'http://127.0.0.1:3000/mcp', headers: { 'x-tenant': 'blue' } }
    await session.answerTo(session.call('look', { requestInfo }))
    await session.answerTo(session.call('look'))
    expect(seen.slice(0, 3)).toEqual(['session-hash', 'blue', 'session-hash'])
  })

  it('remembers a subscription before it is confirmed, and answers an error when it cannot (T4)', async () => {
    const session = await ScriptedSession.opened({ create: () => sdk.create({}) })
    session.record.before = () => {
      throw new Error('the store is away')
    }
    expect(await session.ask('resources/subscribe', { uri: 'test://a' })).toMatchObject({ error: {} })
    const stored = gate()
    session.record.before = () => stored.passed
    const ids = ['test://a', 'test://b'].map((uri) => session.post('resources/subscribe', { uri }))
    await session.ask('ping')
    expect(session.sent.filter(({ relatedRequestId }) => ids.includes(relatedRequestId ?? ''))).toEqual([])
    stored.open()
    await Promise.all(ids.map((id) => session.answerTo(id)))
    expect(session.record.read().subscriptions).toEqual(['test://a', 'test://b'])
    await session.ask('resources/unsubscribe', { uri: 'test://a' })
    expect(session.record.read().subscriptions).toEqual(['test://b'])
  })
})

function paramsOf(message: object | undefined): { readonly [key: string]: unknown } {
  return (message as { params?: { [key: string]: unknown } } | undefined)?.params ?? {}
}
