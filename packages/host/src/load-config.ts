/**
 * Resolves the configuration once, before anything else runs.
 *
 * C1. Option in code before flag before environment before file before default.
 * C2. Either a whole valid configuration, or an error that lists every problem: one round of corrections.
 * C3. The result is frozen to its leaves.
 * C4. A secret is in no error.
 */
import { Value } from '@sinclair/typebox/value'
import { ConfigError } from './config-error.ts'
import type { ConfigSource, Found } from './config-source.ts'
import { CONFIG_VARIABLE, type Environment, environmentSource } from './environment-source.ts'
import { fileSource, objectSource } from './file-source.ts'
import { type Flags, flagSource } from './flag-source.ts'
import type { Setting } from './setting.ts'
import { allowedText } from './setting-text.ts'
import { type Config, type SettingKey, settings } from './settings.ts'

/** What a configuration is made of. */
export interface ConfigInput {
  /** As the command line gave them: `{ '--port': '4000', '--config': 'scaled-mcp.json' }`. Default none. */
  readonly flags?: Flags
  /** Default `process.env`. */
  readonly environment?: Environment
  /** Settings from code, in the shape of the file; they go before flags. */
  readonly options?: object
}

interface Resolved {
  readonly key: SettingKey
  readonly value: unknown
  readonly problem?: string
}

const keys = Object.keys(settings) as SettingKey[]

/**
 * Resolves every setting: flag, else environment, else file, else default. The file is JSON, `{ "http": { "port": 1 } }`,
 * at the path that `--config`, else `SCALED_MCP_CONFIG`, names.
 *
 * @throws {ConfigError} when anything is wrong, with everything that is wrong.
 */
export function loadConfig(input: ConfigInput = {}): Config {
  const { flags = {}, environment = process.env, options = {} } = input
  const path = (flags['--config'] as string | undefined) ?? (environment[CONFIG_VARIABLE] || undefined)
  const sources = [
    objectSource(options, 'options', true),
    flagSource(flags),
    environmentSource(environment),
    fileSource(path)
  ] // C1
  const resolved = keys.map((key) => resolve(key, sources))
  const config = nest(resolved)
  const problems = [
    ...sources.flatMap((source) => source.problems),
    ...resolved.flatMap(({ problem }) => problem ?? []),
    ...contradictions(config)
  ]
  if (problems.length > 0) throw new ConfigError(problems) // C2
  return config
}

function resolve(key: SettingKey, sources: readonly ConfigSource[]): Resolved {
  const setting: Setting = settings[key]
  const found = sources.reduce<Found | undefined>((found, source) => found ?? source.find(key), undefined)
  const value: unknown = setting.schema['default']
  if (found === undefined) return { key, value }
  if (Value.Check(setting.schema, found.value)) return { key, value: found.value }
  return { key, value, problem: refusal(setting, found) }
}

function refusal({ schema, isSecret }: Setting, { value, from }: Found): string {
  const shown = isSecret ? 'its value' : JSON.stringify(value).replaceAll(/\/\/[^/@]*@/g, '//***@') // C4
  return `${from}: ${shown} is not allowed; it must be ${allowedText(schema)}`
}

/** What no single setting can know: at most one way into NATS. */
function contradictions({ nats }: Config): string[] {
  const problems: string[] = []
  const ways = (['user', 'token', 'credentialsFile', 'nkeySeedFile'] as const).filter((way) => nats[way] !== undefined)
  if (ways.length > 1) problems.push(`${ways.map((way) => `nats.${way}`).join(', ')}: set only one of them`)
  if (nats.user !== undefined && nats.password === undefined) problems.push('nats.user: it needs nats.password')
  if (nats.password !== undefined && nats.user === undefined) problems.push('nats.password: it needs nats.user')
  return problems
}

function nest(resolved: readonly Resolved[]): Config {
  const groups: Record<string, Record<string, unknown>> = {}
  for (const { key, value } of resolved) {
    const [group, name] = key.split('.') as [string, string]
    groups[group] ??= {}
    groups[group][name] = Array.isArray(value) ? Object.freeze([...value]) : value
  }
  for (const group of Object.values(groups)) Object.freeze(group)
  return Object.freeze(groups) as Config // C3
}
