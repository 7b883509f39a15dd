import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { flagOf, type Setting, settings, variableOf } from '../src/index.ts'
import { allowedText } from '../src/setting-text.ts'

function rowOf([key, setting]: [string, Setting]): string {
  const { schema, roles, doc, alias, isSecret } = setting
  const variables = [variableOf(key), ...(isSecret ? [`${variableOf(key)}_FILE`] : []), ...(alias ? [alias] : [])]
  const cells = [
    code(key),
    variables.map(code).join(' '),
    isSecret ? '–' : code(flagOf(key, setting) as string),
    defaultOf(schema['default']),
    allowedText(schema),
    roles.join(', '),
    doc
  ]
  return `| ${cells.join(' | ')} |`
}

function defaultOf(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? '–' : code(String(value))
}

function code(text: string): string {
  return `\`${text}\``
}

it('docs/configuration.md lists exactly the settings of the table, as they are', async () => {
  const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `\w+\.\w+` /.test(line))
  expect(rows).toEqual(Object.entries<Setting>(settings).map(rowOf))
})

it('no two settings share a variable or a flag, and none takes that of the file', () => {
  const entries = Object.entries<Setting>(settings)
  const variables = entries.map(([key]) => variableOf(key))
  const flags = entries.flatMap(([key, setting]) => flagOf(key, setting) ?? [])
  const names = ['SCALED_MCP_CONFIG', '--config', ...variables, ...flags]
  expect(new Set(names).size).toBe(names.length)
})
