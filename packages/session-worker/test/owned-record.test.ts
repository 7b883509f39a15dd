import { Subjects, sessionCodec } from '@scaled-mcp/contracts'
import { MemoryBroker } from '@scaled-mcp/mesh'
import { newSession } from '@scaled-mcp/server'
import { describe, expect, it, vi } from 'vitest'
import { OwnedRecord } from '../src/owned-record.ts'

const key = 'default.session.abc'
const fields = newSession({ protocolVersion: '2025-11-25' })
const claim = (epoch: number, nonce = 'mine') => ({ epoch, nonce })

function owner(epoch: number) {
  const { records } = new MemoryBroker().connect({ process: 'w-0000-000001', subjects: new Subjects() })
  const components = { states: records.state, codec: sessionCodec, stale: vi.fn() }
  return { components, store: new OwnedRecord(components, { key, claim: claim(epoch), fields, revision: 0 }) }
}

describe('the record of a session', () => {
  it('writes that overlap take effect in their order, and none is lost (T2)', async () => {
    const { store, components } = owner(1)
    const levels = ['debug', 'info', 'error']
    await Promise.all(levels.map((logLevel) => store.write({ logLevel })))
    expect(store.read().logLevel).toBe('error')
    const reopened = await OwnedRecord.seal(components, { key, claim: claim(2) })
    expect(reopened.read().logLevel).toBe('error')
  })

  it('an owner that was replaced can store nothing more, and is told so once it tries (T1)', async () => {
    const { store, components } = owner(1)
    await store.write({ logLevel: 'info' })
    const next = await OwnedRecord.seal(components, { key, claim: claim(2) })
    await expect(store.write({ logLevel: 'debug' })).rejects.toThrow(expect.objectContaining({ code: 'StaleEpoch' }))
    expect(components.stale).toHaveBeenCalledOnce()
    expect(next.read().logLevel).toBe('info')
    await next.write({ logLevel: 'warning' })
    expect(next.read().logLevel).toBe('warning')
  })

  it('an old epoch cannot seal what a newer one has sealed', async () => {
    const { store, components } = owner(1)
    await store.write({ logLevel: 'info' })
    await OwnedRecord.seal(components, { key, claim: claim(5) })
    await expect(OwnedRecord.seal(components, { key, claim: claim(4) })).rejects.toThrow(
      expect.objectContaining({ code: 'StaleEpoch' })
    )
  })

  it('another claim of the same epoch cannot seal it either: a store that lost its last writes counts twice', async () => {
    const { store, components } = owner(1)
    await store.write({ logLevel: 'info' })
    await expect(OwnedRecord.seal(components, { key, claim: claim(1, 'another') })).rejects.toThrow(
      expect.objectContaining({ code: 'StaleEpoch' })
    )
  })

  it('a session that was ended meanwhile is not stored again by a former owner whose write was left open', async () => {
    const { store, components } = owner(1)
    const { states } = components
    await store.write({ logLevel: 'info' })
    const open = vi.spyOn(states, 'put').mockResolvedValueOnce({ outcome: 'unknown' })
    await expect(store.write({ logLevel: 'debug' })).rejects.toMatchObject({ code: 'StoreUnavailable' })
    open.mockRestore()
    await states.tombstone(key, (await states.get(key))?.revision ?? 0)
    await expect(store.write({ logLevel: 'info' })).rejects.toMatchObject({ code: 'StaleEpoch' })
    expect(await states.get(key)).toBeUndefined()
  })

  it('a value above the limit is refused with its size, and the record stays as it was', async () => {
    const { store } = owner(1)
    await store.write({ logLevel: 'info' })
    const tooLarge = { version: 1, value: 'x'.repeat(300 * 1024) }
    await expect(store.write({ state: tooLarge })).rejects.toThrow(expect.objectContaining({ code: 'ValueTooLarge' }))
    expect(store.read().state).toBeUndefined()
    await store.write({ logLevel: 'info' })
  })
})
