import type { Role, Setting } from './setting.ts'
import { type Config, type SettingKey, settingsOf } from './settings.ts'

/** The configuration for the first line of a log: what these roles read, flat, without what is unset; secrets hidden. */
export function describeConfig(config: Config, roles: readonly Role[]): Readonly<Record<string, unknown>> {
  const entries = settingsOf(roles).map(([key, setting]) => [key, shown(setting, settingValue(config, key))])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function shown({ isSecret }: Setting, value: unknown): unknown {
  return isSecret && value !== undefined ? '***' : value
}

function settingValue(config: Config, key: SettingKey): unknown {
  const [group, name] = key.split('.') as [string, string]
  return (config as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[group]?.[name]
}
