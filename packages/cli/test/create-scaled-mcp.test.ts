import { describe, expect, it } from 'vitest'
import { createScaledMcp, type ScaledMcpOptions } from '../src/index.ts'

const server: ScaledMcpOptions['server'] = () => {
  throw new Error('nobody opens a session here')
}

/** What it is refused with, as a caller without types meets it; undefined when it starts. */
function refusalOf(actor: object): Promise<unknown> {
  const options = { server, http: { port: 0 }, actor, shutdown: { leaveMs: 0 }, log: { level: 'silent' } }
  return createScaledMcp(options as ScaledMcpOptions).then(
    (running) => running.stop(),
    (error: unknown) => error
  )
}

const refused = (message: string | RegExp) => ({ code: 'ConfigInvalid', message: expect.stringMatching(message) })

describe('an option that would not count is refused, so that nobody believes it in force', () => {
  it("the ancestor's address and port, both at once and each with the reason", async () => {
    const error = await refusalOf({ address: 'node1.example.com', port: 9090 })
    expect(error).toMatchObject(refused(/actor\.address: actors have no address of their own: .* nats\.servers$/m))
    expect(error).toMatchObject(refused(/actor\.port: actors listen on no port: .* nats\.servers$/m))
  })

  it.each([
    ['actor.name', { name: 'node1' }],
    ['actor.cluster.kinds', { cluster: { enabled: false, kinds: ['room'] } }]
  ])('%s, which no setting has', async (key, actor) => {
    expect(await refusalOf(actor)).toMatchObject(refused(`${key}: there is no such setting`))
  })

  it('seeds without enabled, which would start a process that the cluster never sees', async () => {
    const actor = { cluster: { seeds: ['nats://127.0.0.1:4222'] } }
    expect(await refusalOf(actor)).toMatchObject(refused(/actor\.cluster\.enabled/))
  })

  it("a seed in the ancestor's form, which names no NATS server", async () => {
    const actor = { cluster: { enabled: true, seeds: ['node1.example.com:9090'] } }
    expect(await refusalOf(actor)).toMatchObject(refused(/a URL like nats:\/\/host:4222/))
  })

  it('neither a server nor http, which would start nothing', async () => {
    await expect(createScaledMcp({ http: false })).rejects.toMatchObject(refused(/nothing to start/))
  })
})
