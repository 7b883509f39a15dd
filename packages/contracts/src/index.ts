/**
 * What crosses a wire between processes: addresses, ids, subjects, headers, records, errors, JSON-RPC.
 *
 * ```ts
 * import { mintSessionId, sessionAddress, Subjects } from '@scaled-mcp/contracts'
 * const subjects = new Subjects('mcp')
 * subjects.ask('w-3f2a-91b0c4', sessionAddress(mintSessionId())) // mcp.worker.w-3f2a-91b0c4.ask.default.session.…
 * ```
 */
export {
  type Address,
  actorName,
  addressKey,
  DEFAULT_TENANT,
  parseActorName,
  parseAddressKey,
  SESSION_KIND
} from './address.ts'
export { type ClientQuirk, clientQuirks } from './client-quirks.ts'
export {
  type Advice,
  type ErrorCode,
  type ErrorReason,
  type ErrorRule,
  errorRules,
  hasCode,
  reasonOf,
  ruleOf,
  ScaledMcpError
} from './errors.ts'
export { type EventId, eventIdText, parseEventId, STANDALONE, streamOf } from './event-id.ts'
export { type Headers, header } from './headers.ts'
export {
  type JsonRpcError,
  type JsonRpcId,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type JsonRpcResult,
  readableId,
  recognise
} from './json-rpc.ts'
export { frozenJson, jsonText, NotJson } from './json-value.ts'
export { mintProcessId, type Role } from './process-id.ts'
export {
  type ActorRecord,
  actorCodec,
  type DirectoryRecord,
  directoryCodec,
  type MemberRecord,
  memberCodec,
  type RecordCodec,
  type SessionRecord,
  sessionCodec,
  WIRE_VERSION
} from './record.ts'
export { errorHeaders, errorOf, type ReplyStatus, statusOf } from './reply-status.ts'
export {
  isSessionRevision,
  LATEST_SESSION_REVISION,
  negotiate,
  type RevisionRules,
  revisionRules,
  rulesOf,
  SESSION_REVISIONS
} from './revision.ts'
export { isSessionId, mintSessionId, sessionAddress } from './session-id.ts'
export { type ControlVerb, Subjects, type WorkerSubject } from './subjects.ts'
