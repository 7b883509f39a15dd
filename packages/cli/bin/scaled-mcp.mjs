#!/usr/bin/env node
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (!existsSync(main)) {
  process.stderr.write('scaled-mcp is not built yet: run `npm ci`, or `npm run build` after a change\n')
  process.exit(1)
}
await import(main.href)
