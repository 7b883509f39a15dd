import { fileURLToPath } from 'node:url'
import { loadServerModule, type ServerDefinition } from '@scaled-mcp/server'
import { tsImport } from 'tsx/esm/api'

const isTypeScript = /\.[mc]?tsx?$/

/** A server module on disk. */
export class ServerFile {
  readonly #path: string
  readonly #sources = new Set<string>()

  /** @param path a file, or a folder with a `server.ts`, `server.js`, `index.ts` or `index.js`. */
  constructor(path: string) {
    this.#path = path
  }

  /** The files of the author that the module consists of, as far as it has been loaded afresh. */
  get sources(): readonly string[] {
    return [...this.#sources]
  }

  /** Loads it once; JavaScript as Node does, TypeScript through tsx. @throws ServerModuleInvalid. */
  load(): Promise<ServerDefinition> {
    return loadServerModule(this.#path, (url) => (isTypeScript.test(url) ? this.#fresh(url) : import(url)))
  }

  /** Loads it and everything it imports anew, for a reload during development. @throws ServerModuleInvalid. */
  loadFresh(): Promise<ServerDefinition> {
    return loadServerModule(this.#path, (url) => this.#fresh(url))
  }

  #fresh(url: string): Promise<unknown> {
    this.#remember(url)
    return tsImport(url, { parentURL: import.meta.url, onImport: (imported) => this.#remember(imported) })
  }

  #remember(url: string): void {
    if (url.startsWith('file:') && !url.includes('/node_modules/'))
      this.#sources.add(fileURLToPath(url.split('?', 1)[0] as string))
  }
}
