/**
 * What every process does, whatever its role.
 */
export { ConfigError } from './config-error.ts'
export { describeConfig } from './describe-config.ts'
export { type ConfigInput, loadConfig } from './load-config.ts'
export { flagOf, type Role, type Setting, variableOf } from './setting.ts'
export { type Config, type SettingKey, settings, settingsOf } from './settings.ts'
