import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import { AjvJsonSchemaValidator as AjvJsonSchemaValidatorV2 } from '@modelcontextprotocol/server/validators/ajv'
import { describe, expect, it } from 'vitest'
import { type SdkServer, sharedValidator } from '../src/index.ts'
import { bothSdks } from './both-sdks.ts'
import { ScriptedSession } from './scripted-session.ts'

function validatorOf(server: SdkServer): unknown {
  return (server as unknown as { server: { _jsonSchemaValidator: unknown } }).server._jsonSchemaValidator
}

describe.each([
  ['SDK v1', AjvJsonSchemaValidator],
  ['SDK v2', AjvJsonSchemaValidatorV2]
])('the shared validator of %s', (_, Validator) => {
  const shared = sharedValidator(Validator as never)

  it('is one for all who ask, and judges as the SDK’s own does', () => {
    expect(sharedValidator(Validator as never)).toBe(shared)
    const schema = { type: 'object', properties: { mail: { type: 'string', format: 'email' } }, required: ['mail'] }
    const [ours, theirs] = [shared.getValidator(schema), new Validator().getValidator(schema as never)]
    for (const input of [{ mail: 'a@b.c' }, { mail: 'no mail' }, {}, 'text']) {
      expect(ours(input)).toEqual(theirs(input))
    }
  })

  it('compiles equal schemas once, so that many elicitations cost no memory (V1)', () => {
    const schema = () => ({ type: 'object', properties: { a: { type: 'number' } } })
    expect(shared.getValidator(schema())).toBe(shared.getValidator(schema()))
  })

  it('still judges rightly after more schemas than it keeps (V1)', () => {
    const first = shared.getValidator({ type: 'integer', minimum: 5 })
    for (let n = 0; n < 300; n += 1) shared.getValidator({ type: 'string', minLength: n })
    expect([first(4).valid, first(6).valid]).toEqual([false, true])
    const again = shared.getValidator({ type: 'integer', minimum: 5 })
    expect([again(4).valid, again(6).valid]).toEqual([false, true])
  })

  it('keeps two schemas with one $id apart (V2)', () => {
    const text = shared.getValidator({ $id: 'https://example.com/same', type: 'string' })
    const number = shared.getValidator({ $id: 'https://example.com/same', type: 'number' })
    expect([text('a').valid, number('a').valid, number(1).valid]).toEqual([true, false, true])
  })
})

describe('a hosted server', () => {
  it.each(bothSdks)('of $name shares the validator it would have had for itself', async (sdk) => {
    const servers: SdkServer[] = []
    const create = () => {
      const server = sdk.create({})
      servers.push(server)
      return server
    }
    await Promise.all([ScriptedSession.opened({ create }), ScriptedSession.opened({ create })])
    const [first, second] = servers.map(validatorOf)
    expect(first).toBe(second)
    expect(typeof (first as { getValidator: unknown }).getValidator).toBe('function')
  })

  it('keeps the validator that its author passed', async () => {
    const own = new AjvJsonSchemaValidator()
    const server = new McpServer({ name: 'own', version: '1' }, { jsonSchemaValidator: own })
    await ScriptedSession.opened({ create: () => server })
    expect(validatorOf(server)).toBe(own)
  })
})
