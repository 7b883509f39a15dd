/** `scaled-mcp worker` is two processes: the worker proper, and a small parent that sees how it ends. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { root, startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import type { NatsConnection } from 'nats'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { natsClient, program } from './local-cluster.ts'

let nats: TestNatsServer
let connection: NatsConnection
const commands: WorkerCommand[] = []

beforeAll(async () => {
  nats = await startNatsServer()
  connection = await natsClient(nats.url)
})
afterEach(() => {
  for (const command of commands.splice(0)) command.kill()
})
afterAll(async () => {
  await connection.close()
  await nats.stop()
})

interface Member {
  readonly state: string
  readonly pid: number
  readonly by?: string
}

async function memberOf(id: string): Promise<Member | undefined> {
  const members = await connection.jetstream().views.kv('MCP_MEMBERS')
  return (await members.get(id))?.json<Member>()
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The command, and what it says; leader of a process group, as under a shell. */
class WorkerCommand {
  readonly #parent: ChildProcessByStdio<null, Readable, null>
  readonly lines: string[] = []
  /** The parent's exit code, once the worker has ended, too. */
  readonly ended: Promise<number | null>

  constructor(...args: readonly string[]) {
    const command = [program, 'worker', ...args, '--nats', nats.url, '--admin-port', '0']
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    this.#parent = spawn(process.execPath, command, { cwd: root, stdio: [...stdio], detached: true })
    createInterface({ input: this.#parent.stdout }).on('line', (line) => this.lines.push(line))
    this.ended = once(this.#parent, 'close').then(([code]) => code)
    commands.push(this)
  }

  get pid(): number {
    return this.#parent.pid as number
  }

  /** The id and the process that hosts sessions, once it is ready. */
  async ready(): Promise<{ readonly id: string; readonly pid: number }> {
    const ready = await until(() => this.lines.find((line) => line.includes('"msg":"ready"')), { timeoutMs: 20_000 })
    const { process: id } = JSON.parse(ready) as { readonly process: string }
    return { id, pid: (await memberOf(id))?.pid as number }
  }

  /** Whatever is left of it. */
  kill(): void {
    if (isAlive(-this.pid)) process.kill(-this.pid, 'SIGKILL')
  }

  says(message: string): boolean {
    return this.lines.some((line) => line.includes(message))
  }
}

describe('the end of a worker', () => {
  it.each([
    ['SIGTERM to the parent', (pid: number) => process.kill(pid, 'SIGTERM')],
    ['SIGINT to both, as Ctrl-C sends it', (pid: number) => process.kill(-pid, 'SIGINT')]
  ])('that %s asks for is clean: it writes dead itself, and the exit code is 0', async (_, ask) => {
    const command = new WorkerCommand('examples/counter')
    const { id } = await command.ready()
    ask(command.pid)
    expect(await command.ended).toBe(0)
    expect(await memberOf(id)).toMatchObject({ state: 'dead', by: id })
  })

  it('by kill -9 is written by its parent, which ends as the worker did and starts no other', async () => {
    const command = new WorkerCommand('examples/counter')
    const { id, pid } = await command.ready()
    process.kill(pid, 'SIGKILL')
    expect(await command.ended).toBe(128 + 9)
    expect(await memberOf(id)).toMatchObject({ state: 'dead', by: `${id}-parent` })
  })

  it('before it has joined shows in the exit code, so that a supervisor can tell what starting again would change', async () => {
    const prefix = `t${process.pid}`
    const first = new WorkerCommand('examples/counter', '--nats-prefix', prefix)
    await first.ready()
    const refused = new WorkerCommand('examples/counter', '--nats-prefix', prefix.toUpperCase())
    const broken = new WorkerCommand('examples/no-such-module')
    expect([await refused.ended, await broken.ended]).toEqual([78, 1])
    process.kill(first.pid, 'SIGTERM')
    await first.ended
  })

  it('while NATS is away is written when it is back', async (context) => {
    if (nats.external) return context.skip('the server of NATS_URL cannot be killed')
    const command = new WorkerCommand('examples/counter')
    const { id, pid } = await command.ready()
    await nats.kill()
    process.kill(pid, 'SIGKILL')
    await until(() => command.says('a death is not written yet'), { timeoutMs: 10_000 })
    await nats.restart()
    expect(await command.ended).toBe(128 + 9)
    const member = await until(() => memberOf(id), { timeoutMs: 20_000, describe: 'the test is connected again' })
    expect(member).toMatchObject({ state: 'dead', by: `${id}-parent` })
  })

  it('while NATS is away does not keep a parent that is told to end', async (context) => {
    if (nats.external) return context.skip('the server of NATS_URL cannot be killed')
    const command = new WorkerCommand('examples/counter')
    const { pid } = await command.ready()
    await nats.kill()
    process.kill(pid, 'SIGKILL')
    await until(() => command.says('a death is not written yet'), { timeoutMs: 10_000 })
    process.kill(command.pid, 'SIGTERM')
    expect(await command.ended).toBe(128 + 9)
    expect(command.says('could not be written')).toBe(true)
    await nats.restart()
  })
})

it('a worker whose parent is killed leaves in good order: nobody would see how it ends', async () => {
  const command = new WorkerCommand('examples/counter')
  const { id, pid } = await command.ready()
  process.kill(command.pid, 'SIGKILL')
  await until(() => !isAlive(pid), { timeoutMs: 20_000 })
  expect(await memberOf(id)).toMatchObject({ state: 'dead', by: id })
})
