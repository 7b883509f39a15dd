import { directoryCodec, type Headers, header } from '@scaled-mcp/contracts'
import type { Bucket, Entry, Mesh, RecordStore, Wire } from '@scaled-mcp/mesh'
import { alteredWire } from '../network/altered-wire.ts'
import { altered, blind } from './altered-bucket.ts'

/** By bucket: what stands in its place. */
type Instead = { readonly [Name in keyof RecordStore]?: (bucket: Bucket, mesh: Mesh) => Bucket }

/** The mesh with other buckets. */
export function withRecords(mesh: Mesh, { members, directory, state }: Instead): Mesh {
  const { records } = mesh
  return {
    ...mesh,
    records: {
      ...records,
      members: members?.(records.members, mesh) ?? records.members,
      directory: directory?.(records.directory, mesh) ?? records.directory,
      state: state?.(records.state, mesh) ?? records.state
    }
  }
}

/** The mesh whose questions do not say that they are second attempts. */
export function withoutAttempts(mesh: Mesh): Mesh {
  return withHeaders(mesh, ({ [header.attempt]: _attempt, [header.messageId]: _first, ...rest }) => rest)
}

/** The mesh whose second attempts do not say which event has been seen. */
export function withoutLastEvent(mesh: Mesh): Mesh {
  return withHeaders(mesh, (headers) => {
    const { [header.event]: _event, ...rest } = headers
    return headers[header.attempt] === undefined ? headers : rest
  })
}

/** The mesh whose questions have other headers. */
function withHeaders(mesh: Mesh, instead: (headers: Headers) => Headers): Mesh {
  const { wire } = mesh
  const askStream: Wire['askStream'] = (subject, { body, headers = {} }, receiver, options) =>
    wire.askStream(subject, { body, headers: instead(headers) }, receiver, options)
  return { ...mesh, wire: alteredWire(wire, { askStream }) }
}

/** Of other workers a record is written whatever became of it since. */
export function blindVerdicts(members: Bucket, { process }: Mesh): Bucket {
  return blind(members, (key) => key !== process)
}

/** An ended entry looks as if its owner had released it. */
export function released(entry: Entry): Entry {
  const record = directoryCodec.decode(entry.value)
  return record.why === 'ended' ? { ...entry, value: directoryCodec.encode({ ...record, why: 'released' }) } : entry
}

/** Every entry looks as if `owner` had it. */
export function ownedBy(owner: string): (entry: Entry) => Entry {
  return (entry) => ({ ...entry, value: directoryCodec.encode({ ...directoryCodec.decode(entry.value), owner }) })
}

/** Nobody is found. */
export function nobody(members: Bucket): Bucket {
  return altered(members, { get: async () => undefined })
}
