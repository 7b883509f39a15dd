import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from '@scaled-mcp/host'
import type { ServerDefinition } from '@scaled-mcp/server'
import type { ServerFile } from './server-file.ts'

/** An editor writes a file in several steps; a reload waits for this many quiet milliseconds. */
const QUIET_MS = 100

/** Loads a server module again whenever one of its files changes, and hands it on when it can be used. */
export class ServerReload {
  readonly #file: ServerFile
  readonly #reload: (definition: ServerDefinition) => Promise<void>
  readonly #logger: Logger
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined

  constructor(file: ServerFile, reload: (definition: ServerDefinition) => Promise<void>, logger: Logger) {
    this.#file = file
    this.#reload = reload
    this.#logger = logger
    this.#watch()
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Folders, not files: editors replace a file by another of the same name. */
  #watch(): void {
    for (const folder of new Set(this.#file.sources.map(dirname))) {
      if (!this.#watchers.has(folder))
        this.#watchers.set(
          folder,
          watch(folder, () => this.#changed())
        )
    }
  }

  #changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#load(), QUIET_MS)
  }

  async #load(): Promise<void> {
    try {
      await this.#reload(await this.#file.loadFresh())
      this.#logger.info('server module reloaded; sessions go on')
    } catch (error) {
      this.#logger.error({ err: error }, 'server module not reloaded; the one before stays')
    }
    this.#watch()
  }
}
