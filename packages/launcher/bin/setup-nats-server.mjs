#!/usr/bin/env node
// Installs nats-server with the system's package manager when there is none: `npm run setup`. Plain JavaScript without
// imports of ours, because it runs in a fresh clone, before anything is built.
import { spawnSync } from 'node:child_process'

const ways = [
  { program: 'apt-get', steps: ['update', 'install -y nats-server'], needsRoot: true },
  { program: 'apk', steps: ['add nats-server'], needsRoot: true },
  { program: 'brew', steps: ['install nats-server'], needsRoot: false }
]

const withoutInstalling = `Or run one in a container: docker run --rm -p 4222:4222 nats:2 -js
  and point to it:         NATS_URL=nats://127.0.0.1:4222
Without NATS: \`scaled-mcp dev\` runs everything in one process and needs none.`

/** The first line that `program --version` prints, or undefined when there is no such program. */
function versionOf(program) {
  const { error, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return error === undefined ? stdout.split('\n', 1)[0] : undefined
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

function install({ program, steps, needsRoot }) {
  const commands = steps.map((step) => `${program} ${step}`)
  if (needsRoot && process.getuid?.() !== 0) {
    const line = commands.map((command) => `sudo ${command}`).join(' && ')
    fail(`Installing nats-server needs root. Run this, then come back:\n  ${line}\n${withoutInstalling}`)
  }
  for (const [index, command] of commands.entries()) {
    process.stdout.write(`There is no nats-server; running: ${command}\n`)
    const { status } = spawnSync(program, steps[index].split(' '), { stdio: 'inherit' })
    if (status !== 0) fail(`\`${command}\` failed (see above).\n${withoutInstalling}`)
  }
}

function setUp() {
  const present = versionOf('nats-server')
  if (present !== undefined) return `${present} is here already; nothing to do`
  const way = ways.find(({ program }) => versionOf(program) !== undefined)
  if (way === undefined) {
    fail(`None of ${ways.map(({ program }) => program).join(', ')} is here to install nats-server with.
Download it: https://github.com/nats-io/nats-server/releases\n${withoutInstalling}`)
  }
  install(way)
  const installed = versionOf('nats-server')
  return installed ?? fail(`${way.program} succeeded, but nats-server is not on PATH.\n${withoutInstalling}`)
}

process.stdout.write(`${setUp()}\n`)
