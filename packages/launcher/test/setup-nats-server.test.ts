import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../bin/setup-nats-server.mjs', import.meta.url))
const isRoot = process.getuid?.() === 0

/** The only folder on PATH. */
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'setup-test-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function provide(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

/** A package manager that installs on `install` and prints how it was called. */
function providePackageManager(name: string): Promise<void> {
  const server = join(folder, 'nats-server')
  const install = `printf '#!/bin/sh\\necho nats-server: v9.9.9\\n' > ${server}; /bin/chmod +x ${server}`
  return provide(name, `echo "called: $*"; case "$1" in install|add) ${install};; esac`)
}

function setUp() {
  return spawnSync(process.execPath, [program], { env: { PATH: folder }, encoding: 'utf8' })
}

it('a machine that has a nats-server is left as it is', async () => {
  await provide('nats-server', 'echo nats-server: v2.9.10')
  await providePackageManager('brew')
  expect(setUp()).toMatchObject({ status: 0, stdout: 'nats-server: v2.9.10 is here already; nothing to do\n' })
})

it('a machine without one gets it from its package manager, and is told what is done', async () => {
  await providePackageManager('brew')
  const { status, stdout } = setUp()
  expect(status).toBe(0)
  expect(stdout).toContain('running: brew install nats-server')
  expect(stdout).toContain('called: install nats-server')
  expect(stdout).toContain('nats-server: v9.9.9')
})

it.runIf(isRoot)('on Debian the package list is brought up to date before the install', async () => {
  await providePackageManager('apt-get')
  const { status, stdout } = setUp()
  expect(status).toBe(0)
  expect(stdout).toMatch(/called: update\n(.*\n)*called: install -y nats-server/)
})

it.skipIf(isRoot)('without root nothing is run, and the command to run is printed', async () => {
  await providePackageManager('apt-get')
  const { status, stdout, stderr } = setUp()
  expect(status).toBe(1)
  expect(stdout).not.toContain('called: install')
  expect(stderr).toContain('sudo apt-get update && sudo apt-get install -y nats-server')
})

it('a package manager that fails ends it with the command that failed and another way', async () => {
  await provide('brew', 'if [ "$1" = --version ]; then exit 0; fi; exit 5')
  const { status, stderr } = setUp()
  expect(status).toBe(1)
  expect(stderr).toContain('`brew install nats-server` failed')
  expect(stderr).toContain('docker run')
})

it('a machine without a package manager that we know is told where to get it', () => {
  const { status, stderr } = setUp()
  expect(status).toBe(1)
  expect(stderr).toContain('https://github.com/nats-io/nats-server/releases')
})
