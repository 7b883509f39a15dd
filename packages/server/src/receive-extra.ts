/** What is known of the HTTP request that carried a message. */
export interface ReceiveExtra {
  /** Absolute URL, and the headers the operator lets through, by lower-case name. */
  readonly requestInfo?: { readonly headers: Readonly<Record<string, string>>; readonly url: string }
  /** Verified claims, in the shape of the SDK's `AuthInfo`. */
  readonly authInfo?: unknown
  /** Ends the stream of this request so that the client resumes it; only where it can be resumed. */
  readonly closeSSEStream?: () => void
  /** The same for the standalone stream. */
  readonly closeStandaloneSSEStream?: () => void
}

const NO_REQUEST = { headers: {} }

/**
 * `extra` as SDK v1 reads it: always with headers, which its handlers read without asking. Made for every message, and
 * field by field: taking the rest of an object costs more than all else that we do with it.
 */
export function extraForV1(extra: ReceiveExtra): object {
  const { requestInfo, authInfo, closeSSEStream, closeStandaloneSSEStream } = extra
  return { requestInfo: requestInfoForV1(requestInfo), authInfo, closeSSEStream, closeStandaloneSSEStream }
}

function requestInfoForV1(requestInfo: ReceiveExtra['requestInfo']): object {
  return requestInfo ? { headers: requestInfo.headers, url: new URL(requestInfo.url) } : NO_REQUEST
}

/** `extra` as SDK v2 reads it: with a web `Request`. */
export function extraForV2({ requestInfo, ...rest }: ReceiveExtra): object {
  if (!requestInfo) return rest
  return { ...rest, request: new Request(requestInfo.url, { method: 'POST', headers: requestInfo.headers }) }
}
