/**
 * The port for messages between processes: tell, ask, askStream, serve.
 *
 * W1  A send is handed to the connection or throws `NotDelivered`. What the connection takes with it when it is lost
 *     fails with an ask; a tell is at most once.
 * W2  Every ask ends exactly once: with its last frame, or with an error of the closed set.
 * W3  Frames of one ask arrive in order, each once; a gap ends the ask with `StreamBroken`.
 * W4  A frame of any size arrives whole: what is larger than the transport carries travels in chunks.
 * W5  A question whose deadline has passed when it arrives is answered `expired` and never reaches the handler.
 * W6  Drain answers what was already received and takes nothing more.
 */
import type { Headers } from '@scaled-mcp/contracts'

/** Bytes with routing headers. The body is shared, not copied: whoever sends or receives it must not change it. */
export interface Message {
  readonly headers?: Headers | undefined
  readonly body: Uint8Array
}

/** One part of an answer. An answer of one frame has sequence 0 and is the last. */
export interface Frame extends Message {
  readonly sequence: number
  readonly last: boolean
}

export interface AskOptions {
  /** When the asker gives up, in milliseconds since 1970. Travels with the question. */
  readonly deadline?: number | undefined
  /** How long this process waits, in milliseconds. Does not travel, costs no header. */
  readonly timeoutMs?: number | undefined
  /** Aborting it cancels the question, here and at the responder. */
  readonly signal?: AbortSignal | undefined
}

/** Where the frames of an askStream go. `failed` is the end as well: nothing comes after it. */
export interface FrameReceiver {
  frame(frame: Frame): void
  /**
   * The ask is over without a last frame. Codes: `NoResponders` (nobody serves the subject: it did not run),
   * `DeadlineExceeded`, `Cancelled`, `ConnectionLost` (it may have run), `StreamBroken`.
   */
  failed(error: Error): void
  /**
   * Who was asked has lost its connection since: the answer may be lost, or on its way. Whether the receiver goes on
   * listening for it; else the ask fails with `error`.
   */
  doubted?(error: Error): boolean
}

/** An ask under way. */
export interface Exchange {
  /** Names the question everywhere: its reply subject. */
  readonly id: string
  /** Ends it here with `Cancelled` and tells the responder. Does nothing once it is over. */
  cancel(): void
}

/** A message as its handler gets it. */
export interface Delivery extends Message {
  readonly subject: string
  /** How to answer; absent on a tell. */
  readonly reply?: Reply
}

/** The responder's end of an ask. Everything after the last frame, or after a cancel, is dropped. */
export interface Reply {
  /** The question's id: its reply subject. */
  readonly id: string
  /** Whether it has been neither answered nor cancelled. */
  readonly isOpen: boolean
  /** Aborted when the asker cancels. Made when first read. */
  readonly signal: AbortSignal
  /** Sends the last frame; of a quick answer also the first. @throws NotDelivered while disconnected. */
  end(message: Message): void
  /** Sends a frame that is not the last. @throws NotDelivered while disconnected. */
  frame(message: Message): void
}

/** A subject being served. */
export interface Serving {
  /** Takes nothing more; resolves when every question already received has been answered or cancelled. */
  drain(): Promise<void>
  /** Takes nothing more, at once. */
  stop(): void
}

export interface Wire {
  readonly connected: boolean
  /** Largest body, in bytes, that {@link tell} and {@link ask} can send. Answers have no limit (W4). */
  readonly maxBodyBytes: number
  /**
   * Sends one way. @throws NotDelivered while disconnected. @throws PayloadTooLarge above {@link maxBodyBytes}.
   * @throws TypeError for a line break in a header.
   */
  tell(subject: string, message: Message): void
  /** Asks for one frame. Rejects with what {@link FrameReceiver.failed} names, or as {@link tell} throws. */
  ask(subject: string, message: Message, options?: AskOptions): Promise<Message>
  /**
   * Asks for any number of frames; the receiver hears nothing before this returns.
   * @throws NotDelivered, PayloadTooLarge as {@link tell} does. @throws Cancelled, DeadlineExceeded when that is so
   * already: nothing is sent then.
   */
  askStream(subject: string, message: Message, receiver: FrameReceiver, options?: AskOptions): Exchange
  /**
   * Ends every ask under way on a subject that `pattern` matches: who was asked will not answer any more.
   * @param error what their receivers fail with.
   */
  abandon(pattern: string, error: Error): void
  /**
   * Tells the receiver of every ask under way on a subject that `pattern` matches that it may be in vain
   * ({@link FrameReceiver.doubted}): who was asked is there again, and may answer.
   */
  doubt(pattern: string, error: Error): void
  /** Handles every message on `subject`, where `*` matches one token and a last `>` the rest. */
  serve(subject: string, handler: (delivery: Delivery) => void): Serving
  /** Resolves when everything sent so far has reached the broker. @throws NotDelivered while disconnected. */
  flush(): Promise<void>
  /** Tells of each loss and return of the connection, until the function it returns is called. */
  onConnection(listener: (connected: boolean) => void): () => void
}
