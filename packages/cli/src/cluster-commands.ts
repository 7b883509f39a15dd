/** What the commands that look at a running cluster print: a table for people, or JSON, one object a line. */
import { actorName, type DirectoryRecord } from '@scaled-mcp/contracts'
import type { Config } from '@scaled-mcp/host'
import { ClusterAdmin } from './cluster-admin.ts'

export interface ListOptions {
  /** One JSON object a line instead of a table. */
  readonly json?: boolean
}

export async function listWorkers(config: Config, options: ListOptions): Promise<void> {
  await withCluster(config, async (cluster) => {
    const workers = await cluster.workers()
    const rows = workers.map(({ id, state, load, host, pid, build, beatAt }) => {
      return { id, state, actors: load, host, pid, build, heartbeat: ago(beatAt) }
    })
    print(rows, options, 'no worker is there')
  })
}

export async function listSessions(config: Config, options: ListOptions): Promise<void> {
  await withCluster(config, async (cluster) => {
    const rows = (await cluster.sessions()).map(({ address, record }) => ({ id: address.id, ...placeOf(record) }))
    print(rows, options, 'no session is there')
  })
}

export async function listActors(config: Config, options: ListOptions): Promise<void> {
  await withCluster(config, async (cluster) => {
    const rows = (await cluster.actors()).map(({ address, record }) => ({
      name: actorName(address),
      ...placeOf(record)
    }))
    print(rows, options, 'no actor of the server’s own is there')
  })
}

export async function showActor(config: Config, name: string): Promise<void> {
  await withCluster(config, async (cluster) => {
    const { record, claim, stored } = await cluster.actor(name)
    const { version, value } = stored?.state ?? {}
    const shown = { name, ...record, at: new Date(record.at).toISOString(), epoch: claim.epoch }
    say(JSON.stringify({ ...shown, stateVersion: version, stateBytes: bytes(value) }, null, 2))
  })
}

export async function endActor(config: Config, name: string): Promise<void> {
  await withCluster(config, (cluster) => cluster.endActor(name))
  say(`actor ${name} has ended`)
}

export async function showSession(config: Config, id: string): Promise<void> {
  await withCluster(config, async (cluster) => {
    const { record, claim, stored } = await cluster.session(id)
    const { state, snapshot, initialize, ...rest } = stored ?? {}
    const { capabilities, clientInfo } = (initialize ?? {}) as Readonly<Record<string, unknown>>
    const kept = { stateBytes: bytes(state?.value), snapshotBytes: bytes(snapshot) }
    const shown = { id, ...record, at: new Date(record.at).toISOString(), epoch: claim.epoch }
    say(JSON.stringify({ ...shown, client: clientInfo, capabilities, ...rest, claim: undefined, ...kept }, null, 2))
  })
}

export async function endSession(config: Config, id: string): Promise<void> {
  await withCluster(config, (cluster) => cluster.endSession(id))
  say(`session ${id} has ended`)
}

export async function drainWorker(config: Config, id: string): Promise<void> {
  await withCluster(config, (cluster) => cluster.drain(id))
  say(`worker ${id} has handed over every session and takes none until \`scaled-mcp undrain ${id}\``)
}

export async function undrainWorker(config: Config, id: string): Promise<void> {
  await withCluster(config, (cluster) => cluster.undrain(id))
  say(`worker ${id} takes sessions again`)
}

async function withCluster(config: Config, run: (cluster: ClusterAdmin) => Promise<void>): Promise<void> {
  const cluster = await ClusterAdmin.connect(config)
  try {
    await run(cluster)
  } finally {
    await cluster.stop()
  }
}

function placeOf({ why, owner, at }: DirectoryRecord): Row {
  const isStored = why === 'released'
  return { state: isStored ? 'idle in the store' : 'on a worker', worker: isStored ? '' : owner, since: ago(at) }
}

type Row = Readonly<Record<string, string | number>>

function print(rows: readonly Row[], { json }: ListOptions, none: string): void {
  if (json) for (const row of rows) say(JSON.stringify(row))
  else if (rows.length === 0) say(none)
  else say(table(rows))
}

function table(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] as Row)
  const cells = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => String(row[name])))]
  const widths = names.map((_, i) => Math.max(...cells.map((line) => (line[i] as string).length)))
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

function ago(at: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - at) / 1_000))
  if (seconds < 120) return `${seconds} s ago`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`
}

/** Of what is the author's, only its size is shown. */
function bytes(value: unknown): number | undefined {
  return value === undefined ? undefined : Buffer.byteLength(JSON.stringify(value))
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
