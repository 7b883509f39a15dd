import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type LaunchedProcess, launch } from '@scaled-mcp/launcher'
import { connectV1, root, startNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from './local-cluster.ts'
import { type Sample, samplesIn } from './samples.ts'

const run = promisify(execFile)

/** Without what npm tells the scripts it runs: else an npm inside one works on the repository again. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')))
const published = [
  'contracts',
  'actor',
  'mesh',
  'cluster',
  'host',
  'server',
  'gateway',
  'session-worker',
  'launcher',
  'cli'
]

let folder: string
let samples: readonly string[]

/** An empty folder outside the repository, with the packed packages in it: how users meet the software. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scaled-mcp-packed-'))
  const workspaces = published.flatMap((name) => ['-w', `packages/${name}`])
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder, ...workspaces], {
    cwd: root,
    env
  })
  const tarballs = (await readdir(folder)).map((name) => `./${name}`)
  expect(tarballs).toHaveLength(published.length)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'foreign', type: 'module', private: true }))
  const others = ['@modelcontextprotocol/sdk@1.32.2', 'zod@4.6.7']
  await run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...tarballs, ...others], { cwd: folder, env })
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  samples = samplesIn(readme).map(({ code }) => code)
  await writeFile(join(folder, 'server.ts'), sample('// server.ts'))
}, 180_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const sample = (mark: string) => samples.find((text) => text.includes(mark)) as string

function start(args: readonly string[]): Promise<LaunchedProcess> {
  const program = join(folder, 'node_modules/.bin/scaled-mcp')
  return launch({ command: program, args, cwd: folder, ready: /^ready (\S+)$/, readyTimeoutMs: 40_000 })
}

async function runSample(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return (await run(join(folder, 'node_modules/.bin/tsx'), [name], { cwd: folder })).stdout
}

it.each([
  ['dev', ['dev', 'server.ts', '--port', '0']],
  ['up', ['up', 'server.ts', '--port', '0', '--workers', '1']]
])('the packed packages serve the README server with %s', async (_name, args) => {
  const running = await start(args)
  const { client, close } = await connectV1([running.ready[1] as string])
  const result = await client.callTool({ name: 'add', arguments: { sku: 'a' } })
  expect(result.content).toEqual([{ type: 'text', text: '1 items' }])
  await close()
  expect(await running.stop({ graceMs: 30_000 })).toEqual({ code: 0, signal: null })
})

it('the README client calls a tool of the everything example', async () => {
  const dev = await runCommand(['dev', 'examples/everything', '--port', '0'], 1)
  const text = sample('new Client').replace('http://127.0.0.1:3000/mcp', dev.urls[0])
  expect(await runSample('client.ts', text)).toContain('This is a simple text response for testing.')
  await dev.stop()
})

it('the README starts the same from code', async () => {
  const nats = await startNatsServer()
  const text = sample('createScaledMcp').replace('nats://127.0.0.1:4222', nats.url).replace('4100', '0')
  const ending = "\nawait running.stop()\nconsole.log('stopped')\n"
  const said = await runSample(
    'code.ts',
    text.replace('server,\n', "server,\n  shutdown: { leaveMs: 0 },\n  log: { level: 'warn' },\n") + ending
  )
  expect(said).toMatch(/http:\/\/127\.0\.0\.1:\d+\/mcp\nstopped/)
  await nats.stop()
})

it('the packed packages bring the test kit with its types, and without a test runner', async () => {
  const page = samplesIn(await readFile(join(root, 'docs/testing.md'), 'utf8'))
  const [server, probes] = page as [Sample, Sample]
  await mkdir(join(folder, 'testing'))
  await writeFile(join(folder, 'testing/server.ts'), server.code)
  expect((await runSample('testing/probes.ts', probes.code)).split('\n')).toEqual([...probes.prints, ''])
  const settings = ['--module', 'NodeNext', '--target', 'ES2023', '--lib', 'ES2023,DOM', '--strict', '--skipLibCheck']
  const modes = ['--noEmit', '--allowImportingTsExtensions']
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const compiled = run(process.execPath, [tsc, ...settings, ...modes, 'testing/probes.ts'], { cwd: folder })
  await expect(compiled).resolves.toMatchObject({ stdout: '' })
  expect(await readdir(join(folder, 'node_modules'))).not.toContain('vitest')
})

it('npm start is what the README says it is', async () => {
  const manifest: { readonly scripts: Record<string, string> } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8')
  )
  expect(manifest.scripts['start']).toBe('scaled-mcp dev examples/everything')
})
