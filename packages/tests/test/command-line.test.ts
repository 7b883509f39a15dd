import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connectV1, root, until } from '@scaled-mcp/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { endOfCommand, runCommand } from './local-cluster.ts'

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
    ['a module that does not exist', ['dev', 'no-such-folder'], /no-such-folder does not exist/],
    ['a port that is none', ['gateway', '--port', 'abc'], /--port: "abc" is not allowed/],
    ['an unknown flag', ['gateway', '--prot', '1'], /unknown option '--prot'/],
    [
      'an address that others can reach, without authentication',
      ['dev', 'examples/counter', '--host', '0.0.0.0'],
      /--insecure-no-auth/
    ],
    [
      'an address that others can reach, without the hosts that clients use',
      ['dev', 'examples/counter', '--host', '0.0.0.0', '--insecure-no-auth'],
      /--http-allowed-hosts/
    ],
    ['a NATS that is not there', ['gateway', '--nats', 'nats://127.0.0.1:1'], /NATS cannot be reached: 127.0.0.1:1/]
  ] as const)('%s', async (_name, args, message) => {
    const { stdout, stderr, code } = await endOfCommand(args)
    expect(stdout + stderr).toMatch(message)
    expect(code).not.toBe(0)
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
    expect(code).not.toBe(0)
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

/** The JetStream folder of the nats-server that the process `pid` has started. */
async function storeOf(pid: number): Promise<string> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')
  const commands = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8')))
  const nats = commands.map((command) => command.split('\0')).find(([program]) => program?.includes('nats-server'))
  return nats?.[nats.indexOf('--store_dir') + 1] as string
}
