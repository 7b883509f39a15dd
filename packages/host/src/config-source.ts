import { nearest } from './nearest.ts'
import type { SettingKey } from './settings.ts'

/** A value, and what a person would change to change it: a flag, a variable, a key of a file. */
export interface Found {
  readonly value: unknown
  readonly from: string
}

/** One of the places that a configuration comes from. */
export interface ConfigSource {
  find(key: SettingKey): Found | undefined
  /** A sentence for everything in this place that no setting accounts for. */
  readonly problems: readonly string[]
}

/** Keys of the Go version that mean nothing here, and why. */
export const keysWithoutMeaning: ReadonlyMap<string, string> = new Map([
  ['actor.address', 'actors have no address of their own: processes find each other through nats.servers'],
  ['actor.port', 'actors listen on no port: processes find each other through nats.servers']
])

/** What to say of a name that no setting has. */
export function unknownName(name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known)
  return `${name}: there is no such setting${suggestion ? `; did you mean ${suggestion}?` : ''}`
}
