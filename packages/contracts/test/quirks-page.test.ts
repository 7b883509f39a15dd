import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type ClientQuirk, clientQuirks } from '../src/index.ts'

it('docs/protocol.md lists exactly the quirks of clients that the code knows', async () => {
  const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')
  const section = page.split('## Client quirks\n')[1]?.split(/^\W*`initialize`/m)[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  const quirks = Object.entries<ClientQuirk<string | number>>(clientQuirks)
  expect(rows).toEqual(
    quirks.map(([name, { value, why, source }]) => `| \`${name}\` | ${value} | ${why} | ${source} |`)
  )
})
