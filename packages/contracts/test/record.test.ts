import { describe, expect, it } from 'vitest'
import { directoryCodec, sessionCodec } from '../src/index.ts'

describe('records', () => {
  it('a record comes back as it was written, with the fields that a newer writer added', () => {
    const record = { owner: 'w-1', why: 'new' as const, at: 5, ofTomorrow: true }
    expect(directoryCodec.decode(directoryCodec.encode(record))).toEqual(record)
  })

  it('a record that was damaged is refused by the field that is wrong, not acted upon', () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ owner: 'w-1', why: 'stolen', at: 5 }))
    expect(() => directoryCodec.decode(bytes)).toThrow(/directory record: \/why/)
    expect(() => sessionCodec.decode(new TextEncoder().encode('{}'))).toThrow(/session record/)
  })
})
