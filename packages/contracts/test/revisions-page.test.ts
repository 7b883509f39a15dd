import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { clientQuirks, negotiate, type RevisionRules, revisionRules } from '../src/index.ts'

const yes = (is: boolean) => (is ? 'yes' : 'no')

it('docs/protocol.md says of each revision exactly what the code does', async () => {
  const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')
  const section = page.split('## Per revision\n')[1]?.split('\n\n2026-07-28')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  const rules = Object.entries<RevisionRules>(revisionRules).map(
    ([revision, { transport, batches, primes, resumes }]) =>
      `| \`${revision}\` | ${transport} | ${batches ? 'yes' : '400'} | ${yes(primes)} | ${yes(resumes)} |`
  )
  expect(rows).toEqual(rules)
})

it('exactly the revisions from clientQuirks.primedFrom on are primed', () => {
  for (const [revision, { primes }] of Object.entries(revisionRules)) {
    expect(primes).toBe(revision >= clientQuirks.primedFrom.value)
  }
})

it.each([
  ['2025-06-18', undefined, '2025-06-18'],
  ['2024-11-05', undefined, '2025-11-25'],
  ['2024-11-05', 'sse', '2024-11-05'],
  ['2025-03-26', 'sse', '2025-03-26'],
  ['2026-07-28', undefined, '2025-11-25'],
  [undefined, 'sse', '2025-11-25']
] as const)('an initialize that asks for %s on %s gets %s', (requested, transport, answer) => {
  expect(negotiate(requested, transport)).toBe(answer)
})
