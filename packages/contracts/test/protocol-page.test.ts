import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { type Address, header, type ReplyStatus, Subjects } from '../src/index.ts'

const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')

/** First cells of the table under a heading. */
function firstCells(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell]) => cell as string)
}

/** Stands in for a token, so that subjects come out as the page writes them. */
const shown = (subject: string) =>
  subject.replace('W0', '<worker>').replace('P0', '<process>').replace('T0.K0.I0', '<tenant>.<kind>.<id>')

it('docs/protocol.md lists exactly the subjects that the code builds', () => {
  const subjects = new Subjects()
  const address: Address = { tenant: 'T0', kind: 'K0', id: 'I0' }
  const built = [
    subjects.ask('W0', address),
    subjects.tell('W0', address),
    subjects.worker('W0'),
    subjects.control('worker', 'P0', 'ping').replace('.worker.', '.<role>.'),
    subjects.control('worker', 'P0', 'drain'),
    subjects.control('worker', 'P0', 'undrain'),
    subjects.control('gateway', 'P0', 'reading'),
    subjects.reply('P0'),
    subjects.out(address)
  ]
  expect(firstCells('Subjects')).toEqual(built.map(shown))
})

it('docs/protocol.md lists exactly the headers that the code writes', () => {
  expect(firstCells('Headers').sort()).toEqual(Object.values(header).sort())
})

it('docs/protocol.md lists exactly the statuses of an answer', () => {
  const statuses: Record<ReplyStatus, true> = {
    ok: true,
    'not-owner': true,
    busy: true,
    full: true,
    draining: true,
    expired: true,
    ended: true,
    moved: true,
    interrupted: true,
    error: true
  }
  expect(firstCells('Statuses')).toEqual(Object.keys(statuses))
})
