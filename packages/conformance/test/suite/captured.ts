import { readFileSync } from 'node:fs'

/** What the suites printed and wrote in a real run; only the folder of their results is called `OUT`. */
export function captured(file: string): string {
  return readFileSync(new URL(`captured/${file}`, import.meta.url), 'utf8')
}
