import { describe } from 'vitest'
import { MemoryStream } from '../src/memory/memory-stream.ts'
import { MemoryTransport } from '../src/memory/memory-transport.ts'
import { StoredSubjects } from '../src/memory/stored-subjects.ts'
import { casPutClaims } from './conformance/cas-put.ts'

const broker = {
  maxPayload: 1024 * 1024,
  route: () => undefined,
  afterwards: (run: () => void) => void setImmediate(run)
}
const transport = new MemoryTransport(broker, (error) => {
  throw error
})
const stream = new MemoryStream(transport, new StoredSubjects({ maxPerSubject: 1, now: () => 0 }))

describe('compare-and-set on a stream in memory', () => casPutClaims(() => ({ stream, subjects: '' })))
