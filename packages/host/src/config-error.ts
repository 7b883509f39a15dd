/** What this process was told makes no sense. `problems` holds all of it, one sentence each, ready to print. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ConfigInvalid'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, options)
    this.problems = problems
  }
}
