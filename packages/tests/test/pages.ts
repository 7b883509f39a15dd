import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@scaled-mcp/testkit'

/** A Markdown page of the documentation. */
export interface Page {
  /** Its path, from the root of the repository. */
  readonly page: string
  readonly text: string
}

const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const names = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)]

/** Every page that a reader of the repository is sent to. */
export const pages: readonly Page[] = names
  .filter((name) => name.endsWith('.md'))
  .map((page) => ({ page, text: readFileSync(join(root, page), 'utf8') }))
