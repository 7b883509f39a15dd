/**
 * Environment variables as settings.
 *
 * V1. An empty variable is an unset one: composition files pass `${NAME:-}`.
 * V2. A variable with our prefix that means nothing is a problem, as a typing error would go unseen otherwise.
 * V3. A secret may be in a file, which the variable with `_FILE` names; never both, as one would win in silence.
 */
import { readFileSync } from 'node:fs'
import { type ConfigSource, type Found, keysWithoutMeaning, unknownName } from './config-source.ts'
import { type Setting, variableOf } from './setting.ts'
import { parseText } from './setting-text.ts'
import { type SettingKey, settings } from './settings.ts'

/** `process.env`, or what a test puts in its place. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Names the configuration file; the flag `--config` goes before it. */
export const CONFIG_VARIABLE = 'SCALED_MCP_CONFIG'

const rows = Object.entries(settings) as [SettingKey, Setting][]
const secretKeys = rows.filter(([, setting]) => setting.isSecret).map(([key]) => key)
const known = [
  CONFIG_VARIABLE,
  ...rows.map(([key]) => variableOf(key)),
  ...secretKeys.map((key) => `${variableOf(key)}_FILE`)
]

/** Kubernetes sets such variables for every Service; one named `scaled-mcp` gives them our prefix. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//

export function environmentSource(environment: Environment): ConfigSource {
  const secrets = secretKeys.map((key) => readSecretFile(key, environment))
  const found = new Map(secrets.flatMap(({ key, found }) => (found ? [[key, found] as const] : [])))
  return {
    problems: [...unknownVariables(environment), ...secrets.flatMap(({ problem }) => problem ?? [])],
    find: (key) => found.get(key) ?? findVariable(key, environment)
  }
}

function findVariable(key: SettingKey, environment: Environment): Found | undefined {
  const { alias, schema }: Setting = settings[key]
  const name = [variableOf(key), ...(alias ? [alias] : [])].find((name) => environment[name]) // V1
  return name === undefined ? undefined : { value: parseText(schema, environment[name]), from: name }
}

interface SecretFile {
  readonly key: SettingKey
  readonly found?: Found
  readonly problem?: string
}

// V3
function readSecretFile(key: SettingKey, environment: Environment): SecretFile {
  const from = `${variableOf(key)}_FILE`
  const path = environment[from]
  if (!path) return { key }
  if (environment[variableOf(key)])
    return { key, problem: `${from}: ${variableOf(key)} is set as well; set one of the two` }
  try {
    return { key, found: { value: readFileSync(path, 'utf8').trimEnd(), from } }
  } catch (error) {
    return { key, problem: `${from}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
}

// V2
function unknownVariables(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (!name.startsWith('SCALED_MCP_') || known.includes(name) || !value) return []
    if (SERVICE_LINK.test(name) || SERVICE_LINK_VALUE.test(value)) return []
    return [problemOf(name)]
  })
}

function problemOf(name: string): string {
  const [, reason] = [...keysWithoutMeaning].find(([key]) => variableOf(key) === name) ?? []
  return reason === undefined ? unknownName(name, known) : `${name}: ${reason}`
}
