/** The NATS headers we write. Each costs time on the hot path, so a first, ordinary request carries none. */
export const header = {
  /** Of a second attempt: the reply subject of the first, which is the message's id. */
  messageId: 'Mcp-Msg-Id',
  /** `2` on a second attempt; absent on the first. */
  attempt: 'Mcp-Attempt',
  /** On a question, `0`: open the address if nobody owns it. On an answer: the owner's epoch. */
  epoch: 'Mcp-Epoch',
  /** When the sender gives up, in milliseconds since 1970. */
  deadline: 'Mcp-Deadline',
  /**
   * What is wanted of the actor beyond handling the message: `create` a new one, `activate` one unless there is one, `end`
   * it, `listen` to what belongs to no request, `resume` a stream; to `tell` a session something that is not its client's.
   */
  verb: 'Mcp-Verb',
  /** Of a session that is created: `sse` when its client speaks the transport of 2024-11-05; absent: Streamable HTTP. */
  transport: 'Mcp-Transport',
  /** The MCP revision a client names, until the gateway knows that it is the session's. */
  revision: 'Mcp-Revision',
  /** JSON: verified principal claims and the HTTP headers that the operator lets through. */
  context: 'Mcp-Context',
  /** Of a message between actors: the name of the actor that sent it. */
  sender: 'Mcp-Sender',
  /** Of a message between actors: the subject of the principal on whose behalf it was sent. */
  principal: 'Mcp-Principal',
  /** Of a message between actors: the lane of the mailbox that it waits in; absent: `client`. */
  lane: 'Mcp-Lane',
  /**
   * Of a message to an actor that nobody waits for: when the work that it belongs to is given up, in milliseconds since 1970.
   * It is handled all the same, and what it asks for in turn is not waited for any longer.
   */
  workDeadline: 'Mcp-Work-Deadline',
  /** The trace that the message belongs to (W3C Trace Context, "traceparent"). */
  trace: 'traceparent',
  /** Number of a frame in a reply of several, from 0; the last one adds ` end`. */
  stream: 'Mcp-Stream',
  /** On a frame: the id of the event, as the client gets it. On a question: of the last event that the asker has seen. */
  event: 'Mcp-Event',
  /** On a frame: a client that finds the stream closed should come back after this time, in milliseconds. */
  retry: 'Mcp-Retry',
  /** Of a stored event: the stream it belongs to. */
  streamName: 'Mcp-Stream-Name',
  /** Of a stored event that is more than a message: what it does to its stream. */
  eventKind: 'Mcp-Event-Kind',
  /** Of a stored event: names the write, so that its writer recognises it when the acknowledgement was lost. */
  eventMark: 'Mcp-Event-Mark',
  /** `i/n`: part i of n, from 1, of one frame or event that is larger than NATS carries at once. */
  chunk: 'Mcp-Chunk',
  /** On a message without a reply subject: stop answering this reply subject. */
  cancel: 'Mcp-Cancel',
  /** What became of a question; absent means ok. */
  status: 'Mcp-Status',
  /** The worker that owns the address, as far as the answering worker knows. */
  owner: 'Mcp-Owner',
  /** Marks the attempt that wrote a record, so that a writer recognises its own after a lost acknowledgement. */
  nonce: 'Mcp-Nonce',
  /** With status `error`: a code of the error registry. */
  error: 'Mcp-Error',
  /** Of an error answer, so that the `nats` CLI shows it as one (ADR-32 of NATS). */
  serviceError: 'Nats-Service-Error',
  serviceErrorCode: 'Nats-Service-Error-Code'
} as const

/** Routing headers as they travel. Absent is the cheap, ordinary case. */
export type Headers = Readonly<Record<string, string>>
