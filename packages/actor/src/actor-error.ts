const messages = {
  NameTaken: 'an actor of this name lives already',
  ActorNotFound: 'no actor of this name lives',
  ActorStopped: 'the actor has stopped',
  MailboxFull: 'the mailbox is full',
  AskTimeout: 'the actor did not answer in time',
  Aborted: 'the asker gave up',
  RestartsExhausted: 'the actor was restarted as often as it may be',
  Escalated: 'no actor above has handled the failure, so the actor was stopped',
  ActorKindUnknown: 'no such kind of actor is declared',
  ActorMoved: 'the actor moved to another worker; whether the message was handled is not known',
  ActorUnreachable: 'no worker takes the message right now',
  MessageNotSerialisable: 'the message cannot be sent to another process, as JSON does not hold it',
  QuotaExceeded: 'as many actors were begun on this behalf as may be for now'
} as const

/** What an actor system refuses with. */
export type ActorErrorCode = keyof typeof messages

/** An error of the actor system itself, never one that an actor threw. Branch on `code`. */
export class ActorError extends Error {
  readonly code: ActorErrorCode

  constructor(code: ActorErrorCode, name: string, options?: ErrorOptions) {
    super(`${messages[code]}: ${name}`, options)
    this.name = code
    this.code = code
  }
}
