/**
 * Every setting of a process. Nothing else reads the environment or a configuration file.
 *
 * S1. A key is `group.name`; its variable and its flag follow from it, so there is one name to learn.
 * S2. A number with a unit carries it in its name. What follows from another setting is derived, not set.
 * S3. `docs/configuration.md` is this table, and a test holds the two equal.
 */
import { type TSchema, Type } from '@sinclair/typebox'
import type { Role, Setting, SettingValue } from './setting.ts'

const gateway: readonly Role[] = ['gateway']
const worker: readonly Role[] = ['worker']
const both: readonly Role[] = ['gateway', 'worker']

const port = (initial: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: initial })
const count = (initial: number, maximum = 10_000_000) => Type.Integer({ minimum: 1, maximum, default: initial })
/** Timers cannot wait longer than this many milliseconds (about 24 days). */
const duration = (initial: number) => Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: initial })
const text = (initial: string, pattern: string, description: string) =>
  Type.String({ pattern, description, default: initial })
const list = (initial: string[], pattern: string, description: string) =>
  Type.Array(Type.String({ pattern, description }), { default: initial })
const optionalText = () => Type.Optional(Type.String({ minLength: 1 }))
const oneOf = <const T extends string | number>(initial: T, values: readonly T[]) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    { default: initial }
  )

const HOST_NAME = '[a-z0-9._-]+|\\[[0-9a-f:.]+\\]'
const EXTENSIONS = '[a-z][a-z0-9+.-]*://\\*'

/** Keeps the schema's type and checks the rest of the row. */
const row = <S extends TSchema>(setting: Setting<S>): Setting<S> => setting

export const settings = {
  'http.host': row({
    schema: Type.String({ minLength: 1, default: '127.0.0.1' }),
    doc: 'Address the MCP endpoint listens on; anything but loopback can be reached by others',
    roles: gateway,
    flag: '--host'
  }),
  'http.port': row({
    schema: port(3000),
    doc: 'Port of the MCP endpoint; 0 takes any free one',
    roles: gateway,
    flag: '--port'
  }),
  'http.path': row({
    schema: text('/mcp', '^/[A-Za-z0-9._~/-]*$', 'a path that starts with /'),
    doc: 'Path of the MCP endpoint',
    roles: gateway,
    flag: '--path'
  }),
  'http.allowedHosts': row({
    schema: list([], `^(${HOST_NAME})$`, 'a host name in lower case, without port (IPv6 in brackets)'),
    doc: 'Host names, without port, that requests may name; when empty, the loopback names on a loopback address and none elsewhere',
    roles: gateway
  }),
  'http.allowedOrigins': row({
    schema: list([], `^(${HOST_NAME}|${EXTENSIONS})$`, 'a host name in lower case, without scheme and port'),
    doc: 'Host names of the pages that browsers may call from; when empty, the loopback names on a loopback address and none elsewhere',
    roles: gateway
  }),
  'http.bodyLimitBytes': row({
    schema: Type.Integer({ minimum: 1024, maximum: 64 * 1024 * 1024, default: 512 * 1024 }),
    doc: 'Largest request body; a larger one is answered with 413. NATS max_payload must be at least 64 KiB more',
    roles: gateway
  }),
  'http.maxConnections': row({
    schema: count(10_000),
    doc: 'Connections open at once; more are refused',
    roles: gateway
  }),
  'http.trustProxy': row({
    schema: Type.Boolean({ default: false }),
    doc: 'Whether X-Forwarded-* headers are believed; only behind a proxy that sets them',
    roles: gateway
  }),
  'http.forwardHeaders': row({
    schema: list([], "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", 'a header name'),
    doc: 'Names of request headers that are passed on to the MCP server',
    roles: gateway
  }),
  'http.sse': row({
    schema: Type.Boolean({ default: false }),
    doc: 'Serve the transport of 2024-11-05, HTTP+SSE, as well, on /sse and /messages',
    roles: gateway
  }),
  'auth.mode': row({
    schema: oneOf('none', ['none']),
    doc: 'How clients prove who they are',
    roles: gateway
  }),
  'auth.insecureNoAuth': row({
    schema: Type.Boolean({ default: false }),
    doc: 'Serve without authentication on an address that others can reach',
    roles: gateway,
    flag: '--insecure-no-auth'
  }),
  'nats.servers': row({
    schema: list(
      ['nats://127.0.0.1:4222'],
      '^(nats|tls)://[^\\s/@]+$',
      'a URL like nats://host:4222, without credentials'
    ),
    doc: 'NATS servers to start from, without credentials',
    roles: both,
    flag: '--nats',
    alias: 'NATS_URL'
  }),
  'nats.prefix': row({
    schema: text('mcp', '^[A-Za-z0-9_-]{1,32}$', '1 to 32 letters, digits, - or _'),
    doc: 'First token of every subject and bucket, so that several clusters can share one NATS',
    roles: both
  }),
  'nats.replicas': row({
    schema: oneOf(1, [1, 3, 5]),
    doc: 'Copies that JetStream keeps of each record; 3 survives the loss of one NATS server',
    roles: both
  }),
  'nats.storage': row({
    schema: oneOf('file', ['file', 'memory']),
    doc: 'Where JetStream keeps records; memory loses them with the NATS server',
    roles: both
  }),
  'nats.user': row({ schema: optionalText(), doc: 'User name, with nats.password', roles: both }),
  'nats.password': row({ schema: optionalText(), doc: 'Password of nats.user', roles: both, isSecret: true }),
  'nats.token': row({ schema: optionalText(), doc: 'Token', roles: both, isSecret: true }),
  'nats.credentialsFile': row({
    schema: optionalText(),
    doc: 'Path of a credentials file (JWT and seed)',
    roles: both
  }),
  'nats.nkeySeedFile': row({ schema: optionalText(), doc: 'Path of a file with an nkey seed', roles: both }),
  'cluster.leaseMs': row({
    schema: Type.Integer({ minimum: 600, maximum: 60_000, default: 1800 }),
    doc: 'How long a worker may act after its last heartbeat, the same for all processes of a cluster; heartbeats (1/6 of it) and failover (25/18 of it) follow from it',
    roles: both
  }),
  'request.maxMs': row({
    schema: duration(3_600_000),
    doc: 'Longest that an MCP request may take, whatever its client asks for',
    roles: gateway
  }),
  'request.holdMs': row({
    schema: duration(30_000),
    doc: 'How long a request is held while no worker can take it',
    roles: gateway
  }),
  'session.inFlight': row({
    schema: count(64, 65_536),
    doc: 'Requests that one session may have in flight; more are refused',
    roles: worker
  }),
  'session.decideMs': row({
    schema: duration(1000),
    doc: 'How long a POST waits for a single answer before its response becomes an event stream',
    roles: worker
  }),
  'session.passivateMs': row({
    schema: duration(600_000),
    doc: 'How long a session may be idle before it leaves the worker’s memory; it stays alive in the store, and the next message opens it on any worker',
    roles: worker
  }),
  'session.initializeMs': row({
    schema: duration(10_000),
    doc: 'How long a client that has opened a session has to say that it is initialized; an unused session of one that has not is ended',
    roles: worker
  }),
  'session.idleMs': row({
    schema: duration(86_400_000),
    doc: 'How long a session may live in the store only; then it is ended',
    roles: worker
  }),
  'session.keepEndedMs': row({
    schema: duration(86_400_000),
    doc: 'How long the store remembers that a session has ended',
    roles: worker
  }),
  'session.rebuild': row({
    schema: oneOf('never', ['never', 'always']),
    doc: 'always: a session that has nothing in flight is rebuilt from its record before each message, as after a failover; slow, and a hard test for a server module',
    roles: worker
  }),
  'worker.sweepMs': row({
    schema: duration(600_000),
    doc: 'How often one of the workers ends sessions that are past their time, and removes what is left of ended ones',
    roles: worker
  }),
  'worker.maxInMemory': row({
    schema: count(50_000),
    doc: 'Sessions and actors that one worker keeps in memory; above it the longest idle leave it',
    roles: worker
  }),
  'worker.maxHeapPercent': row({
    schema: count(75, 100),
    doc: 'Percent of the JavaScript heap limit that may be in use after a collection; above it the longest idle sessions leave the worker’s memory. 100: never',
    roles: worker
  }),
  'worker.maxSessions': row({
    schema: count(100_000),
    doc: 'Sessions and actors that one worker takes; more go to others or are refused',
    roles: worker
  }),
  'worker.newActorsPerMinute': row({
    schema: count(600),
    doc: 'Actors of the author’s own kinds that one principal may begin on one worker in a minute; one session, where nobody is authenticated',
    roles: worker
  }),
  'shutdown.graceMs': row({
    schema: duration(10_000),
    doc: 'How long requests may take to finish when a process stops; it ends 5 s after that at the latest',
    roles: both
  }),
  'shutdown.leaveMs': row({
    schema: Type.Integer({ minimum: 0, maximum: 600_000, default: 5_000 }),
    doc: 'How long a gateway still serves after it has said that it is not ready: time for a balancer to notice',
    roles: gateway
  }),
  'admin.host': row({
    schema: Type.String({ minLength: 1, default: '127.0.0.1' }),
    doc: 'Address of the admin port (/livez, /readyz); it has no authentication',
    roles: both
  }),
  'admin.port': row({ schema: port(9464), doc: 'Admin port; 0 takes any free one', roles: both }),
  'log.level': row({
    schema: oneOf('info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    doc: 'Least severe level that is logged',
    roles: both
  })
} as const satisfies Record<`${string}.${string}`, Setting>

/** A setting's key: `http.port`. */
export type SettingKey = keyof typeof settings

type Group = SettingKey extends infer Key ? (Key extends `${infer Name}.${string}` ? Name : never) : never

/** The resolved configuration: `config.http.port` is the setting `http.port`. Deep-frozen. */
export type Config = {
  readonly [G in Group]: {
    readonly [K in SettingKey as K extends `${G}.${infer Name}` ? Name : never]: SettingValue<
      (typeof settings)[K]['schema']
    >
  }
}

/** The settings that a process of these roles reads, in the order of the table. */
export function settingsOf(roles: readonly Role[]): readonly (readonly [SettingKey, Setting])[] {
  const rows = Object.entries(settings) as [SettingKey, Setting][]
  return rows.filter(([, setting]) => setting.roles.some((role) => roles.includes(role)))
}
