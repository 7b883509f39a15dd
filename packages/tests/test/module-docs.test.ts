import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { root } from './local-cluster.ts'

const run = promisify(execFile)

/** The example of each published package's module doc, as a program. */
const examples = readdirSync(join(root, 'packages')).flatMap((name) => {
  const index = readIfThere(join(root, 'packages', name, 'src/index.ts'))
  const [, doc] = index.match(/ \* ```ts\n([\s\S]*?) \* ```/) ?? []
  return doc === undefined || name === 'testkit' ? [] : [{ name, code: doc.replace(/^ \* ?/gm, '') }]
})

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

it('every published package has an example in its module doc', () => {
  const documented = examples.map(({ name }) => name)
  expect(documented).toEqual(
    expect.arrayContaining(['actor', 'cli', 'cluster', 'contracts', 'gateway', 'host', 'launcher'])
  )
  expect(documented).toEqual(expect.arrayContaining(['mesh', 'server', 'session-worker']))
})

it.each(examples)('the example of $name runs to its end', async ({ name, code }) => {
  const file = join(root, 'packages', name, 'module-doc-example.ts')
  await writeFile(file, code)
  try {
    await run(process.execPath, ['--conditions=@scaled-mcp/source', '--import', 'tsx', file], { timeout: 30_000 })
  } finally {
    await rm(file)
  }
})
