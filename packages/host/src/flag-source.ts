import type { ConfigSource } from './config-source.ts'
import { flagOf, type Setting } from './setting.ts'
import { parseText } from './setting-text.ts'
import { settings } from './settings.ts'

/** Flags by their long name: `{ '--port': '3000' }`. A flag that belongs to no setting is the command's own. */
export type Flags = Readonly<Record<string, unknown>>

/** Flags as settings. The command line's parser has already refused what it does not know. */
export function flagSource(flags: Flags): ConfigSource {
  return {
    problems: [],
    find(key) {
      const setting: Setting = settings[key]
      const flag = flagOf(key, setting)
      if (flag === undefined || flags[flag] === undefined) return undefined
      return { value: parseText(setting.schema, flags[flag]), from: flag }
    }
  }
}
