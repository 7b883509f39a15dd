import { expect, it } from 'vitest'
import type { Envelope, Settle } from '../../src/index.ts'
import { Cast, type Order, settled } from './scripted.ts'
import type { MakeSystem } from './system-under-test.ts'

/** Keeps what an asker elsewhere is told. */
class Elsewhere implements Settle {
  readonly told: unknown[] = []
  readonly abort = new AbortController()
  readonly signal = this.abort.signal

  resolve(answer: unknown): void {
    this.told.push({ answer })
  }

  reject(error: unknown): void {
    this.told.push({ error })
  }
}

const code = (code: string) => expect.objectContaining({ code })

/** What holds for messages that a runtime hands over which receives them from elsewhere. */
export function postedClaims(makeSystem: MakeSystem): void {
  it('a posted message is handled with what travels with it, and its outcome goes to whoever posted it', async () => {
    const { system } = makeSystem()
    await system.spawn('a/1', new Cast().actor('a'))
    const elsewhere = new Elsewhere()
    const envelope: Envelope<Order> = {
      message: ({ principal, trace, sender }) => [principal, trace, sender?.name],
      ...{ principal: 'ada', trace: '00-1-2-01', sender: 'room/7', settle: elsewhere }
    }
    system.post('a/1', envelope)
    const failure = new Error('thrown by the actor')
    system.post('a/1', { message: failure, settle: elsewhere })
    expect(elsewhere.told).toEqual([{ answer: ['ada', '00-1-2-01', 'room/7'] }, { error: failure }])
  })

  it('what cannot be taken is refused at once and left to its owner, so that it can be sent elsewhere', async () => {
    const { system } = makeSystem()
    const elsewhere = new Elsewhere()
    expect(() => system.post('a/1', { message: 'late', settle: elsewhere })).toThrow(code('ActorStopped'))
    await system.spawn('a/1', new Cast().actor('a'), { mailbox: 0 })
    system.post('a/1', { message: settled })
    expect(() => system.post('a/1', { message: 'too much', settle: elsewhere })).toThrow(code('MailboxFull'))
    expect(elsewhere.told).toEqual([])
  })

  it('a message that its owner has settled before its turn is dropped, and asked only once', async () => {
    const { system } = makeSystem()
    const cast = new Cast()
    await system.spawn('a/1', cast.actor('a'))
    let asked = 0
    const settledAlready: Envelope<Order> = { message: 'settled already', take: () => ++asked < 1 }
    system.post('a/1', settledAlready)
    expect(asked).toBe(1)
    system.post('a/1', { message: settled })
    system.post('a/1', settledAlready)
    system.post('a/1', { message: 'still counts', take: () => true })
    await settled()
    expect([asked, cast.seen]).toEqual([2, ['a:start', 'a:still counts']])
  })

  it('a posted question is interrupted when its asker elsewhere gives up', async () => {
    const { system } = makeSystem()
    await system.spawn('a/1', new Cast().actor('a'))
    const elsewhere = new Elsewhere()
    const interrupted = new Promise((resolve) => {
      const message: Order = ({ signal }) => new Promise((end) => signal.addEventListener('abort', end)).then(resolve)
      system.post('a/1', { message, settle: elsewhere })
    })
    elsewhere.abort.abort()
    await interrupted
  })

  it('what its actor refuses when it stops, its owner is told', async () => {
    const { system } = makeSystem()
    await system.spawn('a/1', new Cast().actor('a'))
    const elsewhere = new Elsewhere()
    system.post('a/1', { message: settled })
    system.post('a/1', { message: 'waits', settle: elsewhere })
    await system.stopActor('a/1')
    expect(elsewhere.told).toEqual([{ error: code('ActorStopped') }])
  })

  it('an answer that its owner cannot send is told as an error, and the actor goes on', async () => {
    const { system, failures } = makeSystem()
    const ref = await system.spawn('a/1', new Cast().actor('a'))
    const told: unknown[] = []
    const resolve = () => {
      throw new TypeError('cannot be sent')
    }
    system.post('a/1', { message: 'hello', settle: { resolve, reject: (error) => told.push(error) } })
    expect(told).toEqual([new TypeError('cannot be sent')])
    system.post('a/1', { message: 'hello', settle: { resolve, reject: resolve } })
    expect(failures).toEqual([{ name: 'a/1', error: new TypeError('cannot be sent') }])
    expect(await ref.ask('again')).toBe('again 1')
  })

  it('a posted message is not frozen: it belongs to whoever posts it', async () => {
    const { system } = makeSystem({ freezeMessages: true })
    await system.spawn('a/1', new Cast().actor('a'))
    const message = { text: 'mine' }
    system.post('a/1', { message })
    expect(Object.isFrozen(message)).toBe(false)
  })
}
