/**
 * A JSON file as settings: `{ "http": { "port": 3000 } }`. It is strict: a number is a number, not a text, and a key
 * that no setting has is a problem.
 */
import { readFileSync } from 'node:fs'
import { type ConfigSource, keysWithoutMeaning, unknownName } from './config-source.ts'
import { type Setting, variableOf } from './setting.ts'
import { type SettingKey, settings } from './settings.ts'

const keys = Object.keys(settings) as SettingKey[]
const nothing: ConfigSource = { problems: [], find: () => undefined }

export function fileSource(path: string | undefined): ConfigSource {
  if (path === undefined) return nothing
  const file = readJson(path)
  if ('problem' in file) return { ...nothing, problems: [`${path}: ${file.problem}`] }
  return objectSource(file.json, path)
}

/** Settings as an object of groups; `from` says where it comes from. Code, unlike a file, may hold a secret. */
export function objectSource(json: object, from: string, secretsAllowed = false): ConfigSource {
  const values = flatten(json)
  return {
    problems: [...values.keys()]
      .flatMap((key) => problemOf(key, secretsAllowed) ?? [])
      .map((problem) => `${from}: ${problem}`),
    find: (key) => (values.get(key) === undefined ? undefined : { value: values.get(key), from: `${from}: ${key}` })
  }
}

function readJson(path: string): { readonly json: object } | { readonly problem: string } {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isGroup(json) ? { json } : { problem: 'it must hold an object of groups: { "http": { "port": 3000 } }' }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `it is not JSON (${error.message})` }
    return { problem: `it cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
}

function flatten(json: object): ReadonlyMap<string, unknown> {
  const entries = Object.entries(json).flatMap(([group, content]): [string, unknown][] => {
    if (!isGroup(content)) return [[group, content]]
    return Object.entries(content).map(([name, value]) => [`${group}.${name}`, value])
  })
  return new Map(entries)
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problemOf(key: string, secretsAllowed: boolean): string | undefined {
  const reason = keysWithoutMeaning.get(key)
  if (reason !== undefined) return `${key}: ${reason}`
  if (!Object.hasOwn(settings, key)) return unknownName(key, keys)
  const { isSecret }: Setting = settings[key as SettingKey]
  if (!isSecret || secretsAllowed) return undefined
  const variable = variableOf(key)
  return `${key}: a secret does not belong into this file; set ${variable}, or ${variable}_FILE to a file that holds it`
}
