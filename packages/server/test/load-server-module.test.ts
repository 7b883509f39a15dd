import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadServerModule } from '../src/index.ts'

const SERVER = '{ connect: async () => undefined, close: async () => undefined }'
const COMPILED = "Object.defineProperty(exports, '__esModule', { value: true })"

const modules: Readonly<Record<string, string>> = {
  'factory.mjs': `export default () => (${SERVER})`,
  'defined.mjs': 'export default { state: { version: 1, initial: () => 0 }, create: () => undefined }',
  'no-default.mjs': 'export const server = 1',
  'no-create.mjs': "export default { name: 'shop', tools: [] }",
  'instance.mjs': `export default ${SERVER}`,
  'class.mjs': 'export default class Server {}',
  'text.mjs': "export default 'server'",
  'throws.mjs': "throw new Error('no database')",
  'wrong-create.mjs': "export default { create: 'later' }",
  'folder/index.mjs': `export default () => (${SERVER})`,
  'both/index.mjs': 'export default 1',
  'both/server.mjs': `export default () => (${SERVER})`,
  'empty-folder/README.md': 'Nothing to serve here.',
  'compiled/server.cjs': `${COMPILED}\nexports.default = () => undefined`
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'server-modules-'))
  for (const [name, text] of Object.entries(modules)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
})

afterAll(() => rm(folder, { recursive: true }))

function at(name: string): URL {
  return pathToFileURL(join(folder, name))
}

describe('loadServerModule', () => {
  it.each(['factory.mjs', 'folder', 'both', 'compiled/server.cjs'])(
    'makes a definition of the factory in %s',
    async (name) => {
      expect(await loadServerModule(at(name))).toEqual({ create: expect.any(Function) })
    }
  )

  it('takes a definition as it is, by path as well as by URL', async () => {
    const definition = await loadServerModule(at('defined.mjs').pathname)
    expect(definition.state?.version).toBe(1)
  })

  it('leaves the import to the importer, with the URL of the file', async () => {
    const urls: string[] = []
    await loadServerModule(at('folder'), async (url) => {
      urls.push(url)
      return { default: () => undefined }
    })
    expect(urls).toEqual([at('folder/index.mjs').href])
  })

  it.each([
    ['missing.mjs', /missing\.mjs does not exist/],
    ['empty-folder', /empty-folder has none of server\.ts, /],
    ['no-default.mjs', /no-default\.mjs has no default export; export a factory/],
    ['no-create.mjs', /no-create\.mjs exports an object without create; it has name, tools/],
    ['instance.mjs', /exports one server; export a factory, .* each session needs its own/],
    ['class.mjs', /exports a class; export a factory/],
    ['text.mjs', /exports "server" by default/],
    ['throws.mjs', /importing it failed: Error: no database/],
    ['wrong-create.mjs', /wrong-create\.mjs: create must be a function/]
  ])('says what is wrong with %s', async (name, detail) => {
    await expect(loadServerModule(at(name))).rejects.toMatchObject({
      code: 'ServerModuleInvalid',
      message: expect.stringMatching(detail)
    })
  })

  it('passes on what the import threw as the cause', async () => {
    const broken = new SyntaxError('Unexpected token')
    const loading = loadServerModule(at('factory.mjs'), () => Promise.reject(broken))
    const message = expect.stringContaining('SyntaxError: Unexpected token')
    await expect(loading).rejects.toMatchObject({ code: 'ServerModuleInvalid', message, cause: broken })
  })

  it('says that TypeScript needs an importer when Node.js cannot read the file', async () => {
    const unreadable = Object.assign(new TypeError('Unknown file extension'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })
    const loading = loadServerModule(at('factory.mjs'), () => Promise.reject(unreadable))
    await expect(loading).rejects.toThrow('TypeScript needs an importer that compiles it')
  })
})
