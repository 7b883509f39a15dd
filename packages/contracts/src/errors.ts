/**
 * The closed registry of errors: what can fail, how it looks over HTTP and JSON-RPC, and what the caller should do.
 * `docs/errors.md` is this table, and a test holds the two equal.
 */

/** What a caller should do: `retry` the same again later; `fix` the request or setting; `give-up` on this session or value. */
export type Advice = 'retry' | 'fix' | 'give-up'

export interface ErrorRule {
  readonly message: string
  /** Status of the HTTP answer when it reaches a client; undefined where it never does. */
  readonly http?: number
  /** Code of the JSON-RPC error that carries it. */
  readonly jsonRpc?: number
  readonly advice: Advice
  /** What a client's error carries as `data.reason`; default the code itself. */
  readonly reason?: string
}

const PARSE_ERROR = -32700
const INVALID_REQUEST = -32600
const INTERNAL_ERROR = -32603
/** Both official SDKs use -32000 for transport errors and -32001 for an unknown session. */
const TRANSPORT_ERROR = -32000
const SESSION_NOT_FOUND = -32001

export const errorRules = {
  // At the HTTP edge, in the order of the checks (docs/protocol.md).
  HttpMalformed: { message: 'this is not HTTP/1.1', http: 400, jsonRpc: TRANSPORT_ERROR, advice: 'fix' },
  HeadersTooLarge: {
    message: 'the HTTP headers are larger than this server accepts',
    http: 431,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  RequestTimeout: {
    message: 'the request was not received in time',
    http: 408,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  HostNotAllowed: { message: 'this Host is not served here', http: 403, jsonRpc: TRANSPORT_ERROR, advice: 'fix' },
  OriginNotAllowed: { message: 'this Origin may not call here', http: 403, jsonRpc: TRANSPORT_ERROR, advice: 'fix' },
  MethodNotAllowed: {
    message: 'this HTTP method is not served here',
    http: 405,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  ContentTypeNotJson: {
    message: 'Content-Type must be application/json',
    http: 415,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  BodyTooLarge: {
    message: 'the request body is larger than this server accepts',
    http: 413,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  ParseError: { message: 'the body is not JSON', http: 400, jsonRpc: PARSE_ERROR, advice: 'fix' },
  InvalidMessage: {
    message: 'the body is not a JSON-RPC 2.0 message',
    http: 400,
    jsonRpc: INVALID_REQUEST,
    advice: 'fix'
  },
  BatchNotAllowed: {
    message: 'a body is a single message in this revision',
    http: 400,
    jsonRpc: INVALID_REQUEST,
    advice: 'fix'
  },
  RevisionNotServed: {
    message: 'this revision of MCP is not served here; open a session with initialize',
    http: 400,
    jsonRpc: -32022,
    advice: 'fix'
  },
  NotAcceptable: {
    message: 'Accept must list application/json and text/event-stream',
    http: 406,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  SessionIdMissing: {
    message: 'the Mcp-Session-Id header is required',
    http: 400,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  SessionNotFound: { message: 'no such session', http: 404, jsonRpc: SESSION_NOT_FOUND, advice: 'give-up' },
  RevisionHeaderInvalid: {
    message: 'the MCP-Protocol-Version header does not name the revision of this session',
    http: 400,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  AlreadyInitialized: {
    message: 'the session is already initialized',
    http: 400,
    jsonRpc: INVALID_REQUEST,
    advice: 'fix'
  },
  DuplicateRequestId: {
    message: 'a request with this id is still in flight',
    http: 400,
    jsonRpc: INVALID_REQUEST,
    advice: 'fix'
  },

  // Of event streams.
  EventUnknown: {
    message: 'Last-Event-ID does not name an event of this session',
    http: 400,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  EventsGone: {
    message: 'what followed Last-Event-ID is not kept any more',
    http: 410,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'give-up'
  },
  StreamFinished: {
    message: 'this stream is finished, and nothing on it was missed',
    http: 405,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'give-up'
  },
  StreamTaken: {
    message: 'the standalone stream of this session is open already',
    http: 409,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  StreamFull: {
    message: 'more is waiting to be stored for this client than may wait',
    http: 429,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },

  // Between a client's request and the session's actor.
  NoWorker: { message: 'no worker takes sessions right now', http: 503, jsonRpc: TRANSPORT_ERROR, advice: 'retry' },
  OwnerUnreachable: {
    message: 'the worker that owns the session does not answer',
    http: 503,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  SessionBusy: {
    message: 'too many requests of this session are in flight',
    http: 429,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  SessionMoved: {
    message: 'the session moved to another worker; whether the request ran is not known',
    http: 200,
    jsonRpc: INTERNAL_ERROR,
    advice: 'give-up',
    reason: 'session_moved'
  },
  ServerFailed: {
    message: 'the MCP server module failed to create a server',
    http: 500,
    jsonRpc: INTERNAL_ERROR,
    advice: 'retry'
  },
  AnswerNotSerialisable: {
    message: 'the MCP server answered with a value that is not JSON',
    http: 200,
    jsonRpc: INTERNAL_ERROR,
    advice: 'give-up'
  },
  Stopping: { message: 'this process is stopping', http: 503, jsonRpc: TRANSPORT_ERROR, advice: 'retry' },
  Internal: { message: 'an error that should not happen', http: 500, jsonRpc: INTERNAL_ERROR, advice: 'give-up' },

  // Of the mesh.
  NotDelivered: {
    message: 'not connected to the mesh; nothing was sent',
    http: 503,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  NoResponders: {
    message: 'nobody serves this subject; nothing ran',
    http: 503,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  ConnectionLost: {
    message: 'the connection to the mesh was lost; whether the request ran is not known',
    http: 503,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  ResponderGone: {
    message: 'the process that was asked is gone; whether the request ran is not known',
    http: 503,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'retry'
  },
  DeadlineExceeded: { message: 'no answer came in time', http: 504, jsonRpc: TRANSPORT_ERROR, advice: 'retry' },
  Cancelled: { message: 'the asker cancelled', advice: 'give-up' },
  StreamBroken: { message: 'a part of the answer is missing', http: 502, jsonRpc: INTERNAL_ERROR, advice: 'retry' },
  PayloadTooLarge: {
    message: 'the message is larger than the mesh carries',
    http: 413,
    jsonRpc: TRANSPORT_ERROR,
    advice: 'fix'
  },
  StoreUnavailable: { message: 'the store did not answer', http: 503, jsonRpc: TRANSPORT_ERROR, advice: 'retry' },
  ValueTooLarge: {
    message: 'the value is larger than the store takes',
    http: 200,
    jsonRpc: INTERNAL_ERROR,
    advice: 'fix'
  },
  StoreUnsafe: { message: 'the store let two writers win one compare-and-set', advice: 'fix' },

  // Of a session's state.
  StaleEpoch: { message: 'another worker owns the session now', http: 200, jsonRpc: INTERNAL_ERROR, advice: 'retry' },
  StateNotSerialisable: { message: 'the session state is not JSON', http: 200, jsonRpc: INTERNAL_ERROR, advice: 'fix' },

  // Of actors of the author's own.
  ActorFailed: { message: 'the actor failed', http: 200, jsonRpc: INTERNAL_ERROR, advice: 'give-up' },

  // At start.
  ConfigInvalid: { message: 'a setting is not valid', advice: 'fix' },
  ServerModuleInvalid: { message: 'the server module cannot be used', advice: 'fix' },
  AddressInUse: { message: 'the address to listen on is in use', advice: 'fix' },
  MeshUnreachable: { message: 'NATS cannot be reached', advice: 'retry' },
  NatsServerMissing: { message: 'no nats-server was found', advice: 'fix' }
} as const satisfies Record<string, ErrorRule>

export type ErrorCode = keyof typeof errorRules

/** The registry's rule for `code`. */
export function ruleOf(code: ErrorCode): ErrorRule {
  return errorRules[code]
}

/** What a JSON-RPC error says of `code` in its `data`: why it failed, and whether the same may be sent again as it is. */
export interface ErrorReason {
  readonly reason: string
  readonly retryable: boolean
}

/** The {@link ErrorReason} of `code`. */
export function reasonOf(code: ErrorCode): ErrorReason {
  const { reason = code, advice } = ruleOf(code)
  return { reason, retryable: advice === 'retry' }
}

/**
 * An error of the registry. Branch on `code`, never on the message. The message is the rule's, then what was
 * particular about this case; `cause` says why.
 */
export class ScaledMcpError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${errorRules[code].message}: ${detail}` : errorRules[code].message, options)
    this.name = code
    this.code = code
  }

  get rule(): ErrorRule {
    return ruleOf(this.code)
  }
}

/** Whether `error` is of the registry and has one of `codes`. Also true of errors from another copy of this package. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is ScaledMcpError {
  return error instanceof Error && (codes as readonly string[]).includes((error as { code?: unknown }).code as string)
}
