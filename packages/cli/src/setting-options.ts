import { flagOf, type Role, type Setting, type SettingKey, settingsOf } from '@scaled-mcp/host'
import { type Command, Option } from 'commander'

/** Adds a flag for every setting that a process of `roles` reads, or for those that are `wanted`, and `--config`. */
export function addSettings(
  command: Command,
  roles: readonly Role[],
  wanted: (key: SettingKey) => boolean = () => true
): Command {
  for (const [key, setting] of settingsOf(roles)) {
    const flag = flagOf(key, setting)
    if (flag !== undefined && wanted(key)) command.addOption(optionOf(flag, setting))
  }
  return command.option('--config <file>', 'JSON file with settings; flags and environment go before it')
}

/** Adds the flags of those settings that say how to reach a running cluster. */
export function addConnection(command: Command): Command {
  return addSettings(command, ['worker'], (key) => key.startsWith('nats.'))
}

/** The flags that were given, by their long name, as `loadConfig` takes them. */
export function givenFlags(command: Command): Readonly<Record<string, unknown>> {
  const given = command.options.map((option) => [option.long, command.getOptionValue(option.attributeName())] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

function optionOf(flag: string, { schema, doc }: Setting): Option {
  const isSwitch = schema['type'] === 'boolean'
  const initial: unknown = schema['default']
  const isShown = initial !== undefined && !isSwitch && !(Array.isArray(initial) && initial.length === 0)
  return new Option(isSwitch ? flag : `${flag} <value>`, isShown ? `${doc} (default: ${initial})` : doc)
}
