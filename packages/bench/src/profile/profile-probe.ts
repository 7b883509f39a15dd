/**
 * Loaded first into a Node.js process (`--import`), so that it can be profiled from outside: SIGUSR2 starts a CPU
 * profile, the next one ends it and writes it to the folder that BENCH_PROFILES names.
 */
import { writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'

const SAMPLE_MICROSECONDS = 200

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS })

let isRunning = false

process.on('SIGUSR2', () => void (isRunning ? end() : start()))

async function start(): Promise<void> {
  isRunning = true
  await session.post('Profiler.start')
  say('profiling')
}

async function end(): Promise<void> {
  isRunning = false
  const { profile } = await session.post('Profiler.stop')
  const file = join(process.env['BENCH_PROFILES'] as string, `${process.pid}.cpuprofile`)
  await writeFile(file, JSON.stringify(profile))
  say('profiled', file)
}

function say(word: string, answer = ''): void {
  process.stderr.write(`${word} ${process.pid} ${answer}\n`)
}
