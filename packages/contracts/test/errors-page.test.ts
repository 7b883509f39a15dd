import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type ErrorRule, errorRules } from '../src/index.ts'

it('docs/errors.md lists exactly the errors of the registry, as they are', async () => {
  const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const expected = Object.entries<ErrorRule>(errorRules).map(
    ([code, { message, http, jsonRpc, advice }]) =>
      `| \`${code}\` | ${message} | ${http ?? '–'} | ${jsonRpc ?? '–'} | ${advice} |`
  )
  expect(rows).toEqual(expected)
})
