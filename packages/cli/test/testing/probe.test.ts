import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Probe, TestCluster } from '../../src/testing/index.ts'

let member: Probe<string, number>
let cluster: TestCluster

beforeEach(async () => {
  member = new Probe()
  const create = () => new McpServer({ name: 's', version: '1' })
  cluster = await TestCluster.start({ create, actors: { member: member.kind } }, { workers: 1 })
})
afterEach(() => cluster.stop())

const ref = (id: string, from?: string) =>
  cluster
    .actors(from === undefined ? undefined : { name: from, principal: 'eve' })
    .getOrActivate<string, number>('member', id)

describe('a probe', () => {
  it('records what its actors are sent, by whom and on whose behalf', async () => {
    ref('ann', 'member/bob').tell('hello')
    expect(await member.next()).toEqual({ id: 'ann', message: 'hello', sender: 'member/bob', principal: 'eve' })
  })

  it('gives each message once, in their order, of any actor or of one', async () => {
    for (const id of ['ann', 'bob', 'ann']) await ref(id).ask(`to ${id}`)
    expect((await member.next({ id: 'bob' })).message).toBe('to bob')
    expect((await member.next()).id).toBe('ann')
    expect((await member.next()).id).toBe('ann')
    expect(member.received).toHaveLength(3)
  })

  it('answers as the test says, from then on', async () => {
    expect(await ref('ann').ask('1')).toBeUndefined()
    member.answer((message) => Number(message) * 2)
    expect(await ref('ann').ask('21')).toBe(42)
    member.answer(() => {
      throw new RangeError('too many')
    })
    await expect(ref('ann').ask('1')).rejects.toThrow('too many')
  })

  it('records the next message while one is not answered yet', async () => {
    let answer: (value: number) => void = () => undefined
    member.answer(() => new Promise((resolve) => (answer = resolve)))
    const first = ref('ann').ask('first')
    await member.next()
    const release = answer
    member.answer(() => 2)
    expect(await ref('ann').ask('second')).toBe(2)
    release(1)
    expect(await first).toBe(1)
  })

  it('acts in the name of one of its actors, and hears of the ends that it watches', async () => {
    for (const id of ['ann', 'bob']) await ref(id).ask('hello')
    member.as('ann').watch('member/bob')
    await cluster.settled()
    member.as('bob').stop()
    expect(await member.terminated('member/bob')).toEqual({
      id: 'ann',
      name: 'member/bob',
      reason: { kind: 'stopped' }
    })
    expect(member.heard).toHaveLength(1)
    expect(() => member.as('bob')).toThrow('no living actor bob')
  })

  it('waits for as long as it is told, and says what did not come', async () => {
    const timeoutMs = 10
    await expect(member.next({ timeoutMs })).rejects.toMatchObject({
      code: 'ProbeTimeout',
      message: 'a message to the probe did not come within 10 ms'
    })
    await expect(member.next({ id: 'ann', timeoutMs })).rejects.toThrow(
      "a message to the probe's actor ann did not come"
    )
    await expect(member.terminated('room/1', { timeoutMs })).rejects.toThrow(
      'the news of the end of room/1 to the probe did not come within 10 ms'
    )
    ref('ann').tell('late')
    expect((await member.next()).message).toBe('late')
  })
})
