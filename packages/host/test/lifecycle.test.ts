import { describe, expect, it } from 'vitest'
import { Lifecycle, type Part } from '../src/index.ts'

function recorded() {
  const calls: string[] = []
  const part = (name: string): Part => ({
    drain: async () => void calls.push(`drain ${name}`),
    stop: async () => void calls.push(`stop ${name}`)
  })
  return { calls, part }
}

describe('lifecycle', () => {
  it('L1, L2: drains all parts before it stops any, the last started first', async () => {
    const { calls, part } = recorded()
    const lifecycle = new Lifecycle()
    for (const name of ['mesh', 'gateway', 'admin']) lifecycle.add(name, part(name))
    await lifecycle.drain()
    await lifecycle.stop()
    const order = ['admin', 'gateway', 'mesh']
    expect(calls).toEqual([...order.map((name) => `drain ${name}`), ...order.map((name) => `stop ${name}`)])
  })

  it('L1: a part is stopped only when those that rely on it have ended', async () => {
    const lifecycle = new Lifecycle()
    let isGatewayStopped = false
    let wasStoppedBefore: boolean | undefined
    lifecycle.add('mesh', {
      stop: () => {
        wasStoppedBefore = isGatewayStopped
      }
    })
    lifecycle.add('gateway', {
      stop: async () => {
        await new Promise(setImmediate)
        isGatewayStopped = true
      }
    })
    await lifecycle.stop()
    expect(wasStoppedBefore).toBe(true)
  })

  it('L3: a part that fails keeps no other from ending, and the failure names it', async () => {
    const { calls, part } = recorded()
    const cause = new Error('connection lost')
    const lifecycle = new Lifecycle()
    lifecycle.add('mesh', part('mesh'))
    lifecycle.add('gateway', { stop: () => Promise.reject(cause) })
    const failure = await lifecycle.stop().catch((error: unknown) => error as AggregateError)
    expect(calls).toEqual(['stop mesh'])
    expect((failure as AggregateError).errors).toMatchObject([{ message: 'gateway failed to stop', cause }])
  })

  it('L4: however often it is asked, a part is drained once and stopped once', async () => {
    const { calls, part } = recorded()
    const lifecycle = new Lifecycle()
    lifecycle.add('mesh', part('mesh'))
    await Promise.all([lifecycle.drain(), lifecycle.drain(), lifecycle.stop(), lifecycle.stop()])
    expect(calls.toSorted()).toEqual(['drain mesh', 'stop mesh'])
  })

  it('tells whoever still waits to start that the process is going to end', () => {
    const lifecycle = new Lifecycle()
    expect(lifecycle.signal.aborted).toBe(false)
    lifecycle.leave()
    expect(lifecycle.signal.aborted).toBe(true)
  })
})
