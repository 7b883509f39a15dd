/** The worker process proper, as {@link WorkerParent} starts it: hosts the server module at `process.argv[2]`. */
import { once } from 'node:events'
import type { Config } from '@scaled-mcp/host'
import { connectMesh } from './connect-mesh.ts'
import { RejoiningWorker } from './rejoining-worker.ts'
import { ServerFile } from './server-file.ts'
import { runService } from './service.ts'

/** What the worker tells its parent. */
export interface WorkerWord {
  /** The id that it is about to join with. */
  readonly joining: string
}

const path = process.argv[2] as string
const [config] = (await once(process, 'message')) as [Config]

runService('worker', config, async (lifecycle, logger) => {
  endWithParent(lifecycle.signal)
  const definition = await new ServerFile(path).load()
  const connect = () => connectMesh(config, 'worker', logger)
  const joining = (id: string) => tellParent({ joining: id })
  const worker = lifecycle.add('worker', await RejoiningWorker.start({ connect, config, logger, joining }, definition))
  return { part: worker, facts: { process: worker.id } }
})

/** Without its parent nobody would see how it ends. A second signal to one that ends already would cut that short. */
function endWithParent(ending: AbortSignal): void {
  process.once('disconnect', () => {
    if (!ending.aborted) process.kill(process.pid, 'SIGTERM')
  })
}

/** Resolves when it is on its way, whatever becomes of this process then. Without a parent there is nobody to tell. */
function tellParent(word: WorkerWord): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!process.connected) resolve()
    else process.send?.(word, undefined, undefined, (error) => (error ? reject(error) : resolve()))
  })
}
