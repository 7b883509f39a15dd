import { systemClock } from '@scaled-mcp/mesh'
import { describe } from 'vitest'
import { MemoryStream } from '../src/memory/memory-stream.ts'
import { MemoryTransport } from '../src/memory/memory-transport.ts'
import { reliable } from '../src/memory/network.ts'
import { StoredSubjects } from '../src/memory/stored-subjects.ts'
import { casPutClaims } from './conformance/cas-put.ts'

const onError = (error: Error): void => {
  throw error
}
const components = { network: reliable(setImmediate), clock: systemClock, onError, route: () => undefined }
const transport = new MemoryTransport(components, { process: 'w', maxPayload: 1024 * 1024 })
const stream = new MemoryStream(transport, new StoredSubjects({ maxPerSubject: 1, now: () => 0 }))

describe('compare-and-set on a stream in memory', () => casPutClaims(() => ({ stream, subjects: '' })))
