import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ScaledMcpError } from '@scaled-mcp/contracts'
import { checkedDefinition, type PlainServerDefinition, type ServerDefinition } from './definition.ts'
import { isSdkServer } from './sdk-server.ts'

/** Imports a module by its `file:` URL; the default is `import()`, which on Node.js 20 reads no TypeScript. */
export type ModuleImporter = (url: string) => Promise<unknown>

const MAIN_FILES = ['server', 'index'].flatMap((name) => ['ts', 'mts', 'js', 'mjs'].map((ext) => `${name}.${ext}`))

const plainImport: ModuleImporter = (url) => import(url)

/**
 * The definition that a server module exports by default: of {@link defineServer}, or just a factory of servers.
 * `location` is a file, or a folder with one of server.ts, server.mts, server.js, server.mjs or the same of index.
 * Rejects with `ServerModuleInvalid` saying what was found instead.
 */
export async function loadServerModule(
  location: string | URL,
  importer: ModuleImporter = plainImport
): Promise<ServerDefinition> {
  const file = mainFile(resolve(typeof location === 'string' ? location : fileURLToPath(location)))
  return definitionIn(await imported(file, importer), file)
}

function mainFile(path: string): string {
  if (!existsSync(path)) invalid(`${path} does not exist`)
  if (!statSync(path).isDirectory()) return path
  const main = MAIN_FILES.find((name) => existsSync(join(path, name)))
  return main ? join(path, main) : invalid(`${path} has none of ${MAIN_FILES.join(', ')}`)
}

async function imported(file: string, importer: ModuleImporter): Promise<unknown> {
  try {
    return defaultExport(await importer(pathToFileURL(file).href))
  } catch (error) {
    throw importFailed(file, error)
  }
}

/** Compiled CommonJS modules keep their default export one level deeper. */
function defaultExport(module: unknown): unknown {
  const found = (module as { readonly default?: unknown }).default
  const inner = found as { readonly __esModule?: boolean; readonly default?: unknown } | undefined
  return inner?.__esModule ? inner.default : found
}

function definitionIn(found: unknown, file: string): ServerDefinition {
  if (typeof found === 'function') return fromFactory(found as PlainServerDefinition['create'], file)
  if (found === undefined) invalid(`${file} has no default export; export a factory or defineServer({ create })`)
  if (typeof found !== 'object' || found === null) invalid(`${file} exports ${JSON.stringify(found)} by default`)
  if (isSdkServer(found)) {
    invalid(`${file} exports one server; export a factory, () => new McpServer(…): each session needs its own`)
  }
  if (!('create' in found)) {
    invalid(`${file} exports an object without create; it has ${Object.keys(found).join(', ') || 'no members'}`)
  }
  return checkedDefinition(found as PlainServerDefinition, `${file}: `)
}

function fromFactory(create: PlainServerDefinition['create'], file: string): ServerDefinition {
  if (/^class\b/.test(create.toString())) invalid(`${file} exports a class; export a factory, () => new …`)
  return { create }
}

function importFailed(file: string, cause: unknown): ScaledMcpError {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause))
  const isTypeScript = (cause as { readonly code?: unknown } | undefined)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
  const why = isTypeScript ? 'TypeScript needs an importer that compiles it' : `${name}: ${message}`
  return new ScaledMcpError('ServerModuleInvalid', `${file}: importing it failed: ${why}`, { cause })
}

function invalid(detail: string): never {
  throw new ScaledMcpError('ServerModuleInvalid', detail)
}
