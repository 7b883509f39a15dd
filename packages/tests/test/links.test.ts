import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '@scaled-mcp/testkit'
import { expect, it } from 'vitest'
import { type Page, pages } from './pages.ts'

interface Link {
  readonly page: string
  readonly text: string
  /** From the root of the repository, without the anchor. */
  readonly path: string
}

/** The links of a page to files of the repository. */
function linksOf({ page, text }: Page): readonly Link[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, words = '', target = '']) => ({
    page,
    text: plain(words),
    path: join(dirname(page), target)
  }))
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').toLowerCase()
}

const links = pages.flatMap(linksOf)

it('every link leads to a file, so that no page sends its reader nowhere', () => {
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
})

it('a link to a test is worded as that test, so that a page claims only what is still tested', () => {
  const toTests = links.filter(({ path }) => path.endsWith('.test.ts'))
  expect(toTests.length).toBeGreaterThan(0)
  const hasTest = ({ path, text }: Link) => plain(readFileSync(join(root, path), 'utf8')).includes(text)
  expect(toTests.filter((link) => !hasTest(link))).toEqual([])
})
