/**
 * Loaded first into a Node.js process (`--import`): at SIGUSR2 it collects all garbage and says what is left, in bytes of
 * the JavaScript heap.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

process.on('SIGUSR2', () => {
  collect()
  process.stderr.write(`heap ${process.pid} ${process.memoryUsage().heapUsed}\n`)
})
