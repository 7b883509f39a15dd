import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type LaunchedProcess, LauncherError, launch, type OutputLine } from '../src/index.ts'

const STAYS = 'setInterval(() => {}, 1000)'

function node(script: string, options: { readonly readyTimeoutMs?: number; onLine?(line: OutputLine): void } = {}) {
  return launch({ command: process.execPath, args: ['-e', script], ready: /^ready (\d+)/, ...options })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function untilDead(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
}

async function failureOf(launching: Promise<LaunchedProcess>): Promise<LauncherError> {
  const error = await launching.then(() => undefined).catch((error: unknown) => error)
  if (error instanceof LauncherError) return error
  throw new Error('the launch did not fail with a LauncherError', { cause: error })
}

describe('launch: ready', () => {
  it('resolves at the ready line of stdout and hands over its groups', async () => {
    const launched = await node(`console.log('ready 4711'); ${STAYS}`)
    expect(launched.ready).toEqual(['ready 4711', '4711'])
    await launched.kill()
  })

  it('takes the ready line from stderr as well, where nats-server writes it', async () => {
    const launched = await node(`console.error('ready 1'); ${STAYS}`)
    expect(isAlive(launched.pid)).toBe(true)
    await launched.kill()
  })

  it('forwards every line with its stream, those after the ready line too', async () => {
    const lines: OutputLine[] = []
    const script = `process.on('SIGTERM', () => { console.log('bye'); process.exit() }); console.error('before'); console.log('ready 1'); ${STAYS}`
    const launched = await node(script, { onLine: (line) => lines.push(line) })
    await launched.stop()
    await expect.poll(() => lines).toContainEqual({ stream: 'stdout', text: 'bye' })
    expect(lines).toContainEqual({ stream: 'stderr', text: 'before' })
  })

  it('adds variables to our environment and takes away those that are undefined', async () => {
    process.env['LAUNCHER_TEST'] = '2'
    const launched = await launch({
      command: process.execPath,
      args: ['-e', `console.log('ready', process.env.PORT, process.env.LAUNCHER_TEST, !!process.env.PATH)`],
      env: { PORT: '1', LAUNCHER_TEST: undefined },
      ready: /^ready (.*)/
    })
    expect(launched.ready[1]).toBe('1 undefined true')
    await launched.exited
  })
})

describe('launch: failure', () => {
  it('a process that ends before it is ready fails with its exit code and its last words', async () => {
    const error = await failureOf(node(`console.error('port 80 is taken'); process.exit(3)`))
    expect(error.code).toBe('LaunchFailed')
    expect(error.message).toContain('exit code 3')
    expect(error.message).toContain('port 80 is taken')
  })

  it('a process that is killed before it is ready fails with the name of the signal', async () => {
    const error = await failureOf(node(`process.kill(process.pid, 'SIGKILL')`))
    expect(error.message).toContain('SIGKILL')
  })

  it('a process that takes too long fails and is not left behind', async () => {
    const pids: number[] = []
    const script = `console.log(process.pid); ${STAYS}`
    const error = await failureOf(node(script, { readyTimeoutMs: 500, onLine: (line) => pids.push(Number(line.text)) }))
    expect(error.message).toContain('within 500 ms')
    expect(pids.map(isAlive)).toEqual([false])
  })

  it('a program that does not exist fails and says why in its cause', async () => {
    const error = await failureOf(launch({ command: 'no-such-program', ready: /ready/ }))
    expect(error.message).toContain('no-such-program')
    expect(error.cause).toMatchObject({ code: 'ENOENT' })
  })
})

describe('launch: end', () => {
  it('stop lets the process end politely and tells how it ended', async () => {
    const launched = await node(`process.on('SIGTERM', () => process.exit(7)); console.log('ready 1'); ${STAYS}`)
    await expect(launched.stop()).resolves.toEqual({ code: 7, signal: null })
  })

  it('a process that ignores the polite signal is killed when the grace is over', async () => {
    const launched = await node(`process.on('SIGTERM', () => {}); console.log('ready 1'); ${STAYS}`)
    await expect(launched.stop({ graceMs: 50 })).resolves.toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stop after the process has ended answers how it ended', async () => {
    const launched = await node(`console.log('ready 1')`)
    await launched.exited
    await expect(launched.stop()).resolves.toEqual({ code: 0, signal: null })
  })

  it('what the process started in its group ends with it', async () => {
    const child = `require('child_process').spawn(process.execPath, ['-e', '${STAYS}'])`
    const launched = await node(`console.log('ready', ${child}.pid); ${STAYS}`)
    const grandchild = Number(launched.ready[1])
    expect(isAlive(grandchild)).toBe(true)
    await launched.kill()
    await untilDead(grandchild)
  })

  it('L3: SIGKILL of the launching process leaves no launched process behind', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('parent.ts', import.meta.url))])
    const [output] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(output.toString())
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await untilDead(pid)
  })
})
