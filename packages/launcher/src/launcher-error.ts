/** What can go wrong here: a process did not become ready, or there is no nats-server to start. */
export type LauncherErrorCode = 'LaunchFailed' | 'NatsServerMissing'

/** An error of this package. Tell errors apart by `code`, never by their text. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError'
  readonly code: LauncherErrorCode

  constructor(message: string, init: { readonly code: LauncherErrorCode; readonly cause?: unknown }) {
    super(message, 'cause' in init ? { cause: init.cause } : {})
    this.code = init.code
  }
}
