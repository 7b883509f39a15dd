import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type LaunchedProcess, launch } from '@scaled-mcp/launcher'
import { connectV1, root, startNatsServer, type TestNatsServer, until } from '@scaled-mcp/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endOfCommand, members, natsClient, program, runCommand } from './local-cluster.ts'

const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text
const folders: string[] = []

/** A folder inside the repository, so that the modules in it find the SDK. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(root, 'packages/tests/dist-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

const serverSaying = (word: string) => `
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
export default () => {
  const server = new McpServer({ name: 'says', version: '1.0.0' })
  server.registerTool('say', {}, () => ({ content: [{ type: 'text', text: '${word}' }] }))
  return server
}`

describe('a mistake is answered with what to do', () => {
  it.each([
    ['a module that does not exist', ['dev', 'no-such-folder'], /no-such-folder does not exist/, 1],
    ['a port that is none', ['gateway', '--port', 'abc'], /--port: "abc" is not allowed/, 78],
    ['an unknown flag', ['gateway', '--prot', '1'], /unknown option '--prot'/, 78],
    ['a worker without a server', ['worker'], /missing required argument 'server'/, 78],
    [
      'a file with a secret that is not there',
      ['gateway', '--nats-credentials-file', 'nowhere.creds'],
      /nats\.credentialsFile: nowhere\.creds cannot be read/,
      78
    ],
    [
      'an address that others can reach, without authentication',
      ['dev', 'examples/counter', '--host', '0.0.0.0'],
      /--insecure-no-auth/,
      78
    ],
    [
      'an address that others can reach, without the hosts that clients use',
      ['dev', 'examples/counter', '--host', '0.0.0.0', '--insecure-no-auth'],
      /--http-allowed-hosts/,
      78
    ],
    ['a NATS that is not there', ['gateway', '--nats', 'nats://127.0.0.1:1'], /NATS cannot be reached: 127.0.0.1:1/, 1]
  ] as const)('%s', async (_name, args, message, code) => {
    const ended = await endOfCommand(args)
    expect(ended.stdout + ended.stderr).toMatch(message)
    expect(ended.code).toBe(code)
  })

  it('an unknown variable is refused with the name that was meant', async () => {
    const { stdout, stderr, code } = await endOfCommand(['gateway'], { SCALED_MCP_HTTP_PROT: '1' })
    expect(stdout + stderr).toMatch(/SCALED_MCP_HTTP_PROT.*SCALED_MCP_HTTP_PORT/)
    expect(code).toBe(78)
  })

  it('an occupied port names the setting to change', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await until(() => taken.listening)
    const port = String((taken.address() as AddressInfo).port)
    const { stderr } = await endOfCommand(['dev', 'examples/counter', '--port', port])
    expect(stderr).toMatch(new RegExp(`127.0.0.1:${port}; set another http.port \\(--port, SCALED_MCP_HTTP_PORT\\)`))
    taken.close()
  })

  it('up without a nats-server says how to get one, and that dev needs none', async () => {
    const { stderr, code } = await endOfCommand(['up', 'examples/counter'], { PATH: '/nowhere' })
    for (const hint of ['apt-get', 'brew', 'docker', 'scaled-mcp dev']) expect(stderr.toLowerCase()).toContain(hint)
    expect(code).toBe(1)
  })

  it('a module that exports one server instead of a factory is told why', async () => {
    const folder = await folderWith({
      'server.mjs': `${serverSaying('x').replace('export default () =>', 'const make = () =>')}\nexport default make()`
    })
    const { stderr } = await endOfCommand(['dev', folder])
    expect(stderr).toMatch(/server\.mjs exports one server; export a factory/)
  })
})

describe('dev', () => {
  it('serves without NATS, and a reload keeps the sessions of its clients', async () => {
    const folder = await folderWith({ 'server.ts': serverSaying('before') })
    const dev = await runCommand(['dev', folder, '--port', '0'], 1)
    const { client, close } = await connectV1(dev.urls)
    const say = async () => textOf(await client.callTool({ name: 'say', arguments: {} }))
    expect(await say()).toBe('before')
    await writeFile(join(folder, 'server.ts'), serverSaying('after'))
    await until(async () => (await say()) === 'after')
    await close()
    await dev.stop()
  })

  it('a reload that cannot be loaded leaves the one before in place', async () => {
    const folder = await folderWith({ 'server.ts': serverSaying('good') })
    const dev = await runCommand(['dev', folder, '--port', '0'], 1)
    const { client, close } = await connectV1(dev.urls)
    await writeFile(join(folder, 'server.ts'), 'export default }{')
    await until(() => dev.stderr.some((line) => line.includes('not reloaded')))
    expect(textOf(await client.callTool({ name: 'say', arguments: {} }))).toBe('good')
    await close()
    await dev.stop()
  })
})

describe('up', () => {
  it('prints one ready line per gateway and nothing after, and SIGTERM leaves no process and no file', async () => {
    const up = await runCommand(
      ['up', 'examples/counter', '--gateways', '2', '--workers', '2', '--port', '0', '--verbose'],
      2
    )
    expect(up.stdout).toEqual(up.urls.map((url) => `ready ${url}`))
    const pids = up.stderr.flatMap((line) => line.match(/"pid":(\d+)/)?.[1] ?? []).map(Number)
    const store = await storeOf(up.process.pid)
    expect(existsSync(store)).toBe(true)
    await up.stop()
    expect(await up.process.exited).toEqual({ code: 0, signal: null })
    expect(existsSync(store)).toBe(false)
    for (const pid of pids) expect(existsSync(`/proc/${pid}`)).toBe(false)
  })
})

/** The codes that a mistake is answered with are above, those of a worker in worker-parent.test.ts. */
describe('the exit code', () => {
  let nats: TestNatsServer
  const gateways: LaunchedProcess[] = []

  beforeAll(async () => {
    nats = await startNatsServer()
  })
  afterAll(async () => {
    for (const gateway of gateways) await gateway.kill()
    await nats.stop()
  })

  /** A gateway that serves on for `leaveMs` when it is told to end. */
  async function gatewayLeavingFor(leaveMs: string): Promise<LaunchedProcess> {
    const gateway = await launch({
      command: process.execPath,
      args: [
        program,
        'gateway',
        '--port',
        '0',
        '--admin-port',
        '0',
        '--nats',
        nats.url,
        '--shutdown-leave-ms',
        leaveMs
      ],
      ready: /"msg":"ready"/
    })
    gateways.push(gateway)
    return gateway
  }

  it('is 0 when everything was drained and stopped', async () => {
    const gateway = await gatewayLeavingFor('0')
    expect(await gateway.stop()).toEqual({ code: 0, signal: null })
  })

  it('is 1 when it was told twice to end', async () => {
    const gateway = await gatewayLeavingFor('60000')
    process.kill(gateway.pid, 'SIGTERM')
    await delay(400) // what comes sooner is taken for the echo of the first
    process.kill(gateway.pid, 'SIGTERM')
    expect(await gateway.exited).toEqual({ code: 1, signal: null })
  })

  it('is 1 when draining takes longer than it may', async () => {
    const folder = await folderWith({
      'server.mjs': `
import { defineServer } from '@scaled-mcp/server'
${serverSaying('x').replace('export default () =>', 'const create = () =>')}
export default defineServer({
  create({ session }) {
    session.onPassivate(() => new Promise(() => undefined))
    return create()
  }
})`
    })
    const dev = await runCommand(['dev', folder, '--port', '0', '--shutdown-grace-ms', '1'], 1)
    const { close } = await connectV1(dev.urls)
    await dev.stop()
    expect(await dev.process.exited).toEqual({ code: 1, signal: null })
    await close().catch(() => undefined)
  })

  it('of up is 1 when no worker is left, though it ends in good order', async () => {
    const up = await runCommand(['up', 'examples/counter', '--workers', '1', '--port', '0', '--nats', nats.url], 1)
    const connection = await natsClient(nats.url)
    const worker = (await members(connection)).find(({ role }) => role === 'worker')
    await connection.close()
    process.kill(worker?.pid as number, 'SIGKILL')
    expect(await up.process.exited).toEqual({ code: 1, signal: null })
  })
})

/** The JetStream folder of the nats-server that the process `pid` has started. */
async function storeOf(pid: number): Promise<string> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')
  const commands = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8')))
  const nats = commands.map((command) => command.split('\0')).find(([program]) => program?.includes('nats-server'))
  return nats?.[nats.indexOf('--store_dir') + 1] as string
}
