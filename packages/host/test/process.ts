// Run by run-process.test.ts: a process with two parts that behaves as its first argument says.
// It imports file by file, as the whole package takes twice as long to load.
import { once } from 'node:events'
import { ConfigError } from '../src/config-error.ts'
import type { Lifecycle, Part } from '../src/lifecycle.ts'
import { createLogger } from '../src/logger.ts'
import { runProcess } from '../src/run-process.ts'

const logger = createLogger({ level: 'info' })
const life = setInterval(() => {}, 1000)

function part(name: string): Part {
  return {
    drain: () => logger.info(`drain ${name}`),
    stop: () => {
      clearInterval(life)
      logger.info(`stop ${name}`)
    }
  }
}

const behaviours: Readonly<Record<string, (lifecycle: Lifecycle) => Promise<void> | void>> = {
  lives: () => {},
  'has nothing to do': () => clearInterval(life),
  'never drains': (lifecycle) => void lifecycle.add('stuck', { drain: () => new Promise(() => {}) }),
  'fails to stop': (lifecycle) => void lifecycle.add('broken', { stop: () => Promise.reject(new Error('stuck')) }),
  'fails to start': () => Promise.reject(new Error('no such module')),
  'is misconfigured': () => Promise.reject(new ConfigError(['--port: wrong'])),
  'has failed': () => {
    process.exitCode = 1
    process.kill(process.pid, 'SIGTERM')
  },
  'throws later': () => void setImmediate(() => Promise.reject(new Error('nobody caught this'))),
  'waits to start': async ({ signal }) => {
    logger.info('waiting')
    await once(signal, 'abort')
    throw new Error('gave up')
  }
}

runProcess({ logger, graceMs: Number(process.argv[3]) }, async (lifecycle) => {
  for (const name of ['mesh', 'worker']) lifecycle.add(name, part(name))
  await behaviours[process.argv[2] as string]?.(lifecycle)
  logger.info('ready')
})
