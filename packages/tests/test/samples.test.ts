/**
 * The samples of the documentation, as a reader would run them: on the build, under `strict`, with settings from the
 * environment. Those of README.md are compiled here; `packed.test.ts` runs them.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root, startNatsServer, type TestNatsServer } from '@scaled-mcp/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Page, pages } from './pages.ts'
import { samplesIn } from './samples.ts'

const run = promisify(execFile)
const packages = join(root, 'packages')

const entries = [
  ...readdirSync(packages).filter(isPublished).map(entryOf),
  { page: 'packages/cli/testing', file: 'cli/src/testing/index.ts' }
]
const moduleDocs = entries.map(moduleDocOf)
const samples = [...pages, ...moduleDocs].flatMap(({ page, text }) =>
  samplesIn(text).map(({ code, file, prints }, index) => {
    return { page, code, prints, path: join(page, file ?? `sample-${index + 1}.ts`) }
  })
)

function isPublished(name: string): boolean {
  const manifest: { readonly private?: boolean } = JSON.parse(
    readFileSync(join(packages, name, 'package.json'), 'utf8')
  )
  return !manifest.private
}

interface Entry {
  readonly page: string
  /** The module that users import, from the folder of the packages. */
  readonly file: string
}

function entryOf(name: string): Entry {
  return { page: `packages/${name}`, file: `${name}/src/index.ts` }
}

function moduleDocOf({ page, file }: Entry): Page {
  return { page, text: readFileSync(join(packages, file), 'utf8').replace(/^ \* ?/gm, '') }
}

const compilerOptions = {
  target: 'ES2023',
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true
}

let nats: TestNatsServer
let folder: string

/** In `node_modules`, where every package is found, and neither git nor the linter looks. */
beforeAll(async () => {
  nats = await startNatsServer()
  folder = await mkdtemp(join(root, 'node_modules/.samples-'))
  const files = samples.map(({ path }) => path)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { path, code } of samples) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), withSeeds(code))
  }
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await nats.stop()
})

/** Of the three seeds only the last one answers. */
function withSeeds(code: string): string {
  return code
    .replaceAll('nats://nats-1.example.com:4222', 'nats://127.0.0.1:1')
    .replaceAll('nats://nats-2.example.com:4222', 'nats://127.0.0.1:2')
    .replaceAll('nats://nats-3.example.com:4222', nats.url)
}

it('every published package has a sample in its module doc, and so have the pages that need one', () => {
  const needed = ['README.md', 'docs/actor-system.md', 'docs/testing.md', ...moduleDocs.map(({ page }) => page)]
  expect(samples.map(({ page }) => page)).toEqual(expect.arrayContaining(needed))
})

it('every sample compiles, so that a reader can paste it', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const said = await run(process.execPath, [tsc, '-p', folder]).then(
    () => '',
    ({ stdout }: { readonly stdout: string }) => stdout
  )
  expect(said).toBe('')
})

it.each(samples.filter(({ page }) => page !== 'README.md'))('$path prints what it says', async ({ path, prints }) => {
  const settings = { SCALED_MCP_HTTP_PORT: '0', SCALED_MCP_SHUTDOWN_LEAVE_MS: '0', SCALED_MCP_LOG_LEVEL: 'silent' }
  const env = { ...process.env, ...settings, NATS_URL: nats.url }
  const { stdout } = await run(process.execPath, ['--import', 'tsx', path], { cwd: folder, env, timeout: 30_000 })
  expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"'))).toEqual(prints)
})
