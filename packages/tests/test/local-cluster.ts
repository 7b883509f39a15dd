import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type LaunchedProcess, launch } from '@scaled-mcp/launcher'
import { root, until } from '@scaled-mcp/testkit'
import { connect, type NatsConnection, RequestStrategy } from 'nats'

/** What users start. */
export const program = fileURLToPath(new URL('../../cli/bin/scaled-mcp.mjs', import.meta.url))

export interface RunningCommand {
  readonly urls: readonly [string, ...string[]]
  readonly process: LaunchedProcess
  readonly stdout: string[]
  readonly stderr: string[]
  stop(): Promise<void>
}

/** Runs `scaled-mcp ARGS` until it has printed `count` ready lines. */
export async function runCommand(args: readonly string[], count: number): Promise<RunningCommand> {
  const stdout: string[] = []
  const stderr: string[] = []
  const launched = await launch({
    command: process.execPath,
    args: [program, ...args],
    cwd: root,
    ready: /^ready /,
    readyTimeoutMs: 40_000,
    onLine: ({ stream, text }) => void (stream === 'stdout' ? stdout : stderr).push(text)
  })
  const ready = () => stdout.filter((line) => line.startsWith('ready ')).map((line) => line.slice('ready '.length))
  await until(() => ready().length >= count)
  return {
    urls: ready() as unknown as readonly [string, ...string[]],
    process: launched,
    stdout,
    stderr,
    stop: async () => void (await launched.stop({ graceMs: 30_000 }))
  }
}

/** Runs `scaled-mcp ARGS` to its end and gives what it said. */
export async function endOfCommand(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env: { ...process.env, ...env } })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => (said.stdout += data))
  child.stderr.on('data', (data) => (said.stderr += data))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { ...said, code }
}

/** A member of the cluster as NATS micro services show it. */
export interface SeenMember {
  readonly role: string
  readonly id: string
  readonly pid: number
}

/** Every gateway and worker that answers `$SRV.INFO`. */
export async function members(connection: NatsConnection): Promise<readonly SeenMember[]> {
  const seen: SeenMember[] = []
  for await (const message of await connection.requestMany('$SRV.INFO', '', {
    maxWait: 300,
    strategy: RequestStrategy.Timer
  })) {
    const { metadata } = message.json<{ readonly metadata: Record<string, string> }>()
    seen.push({ role: metadata['role'] ?? '', id: metadata['id'] ?? '', pid: Number(metadata['pid']) })
  }
  return seen
}

export function natsClient(url: string): Promise<NatsConnection> {
  return connect({ servers: url })
}
