// Run by launch.test.ts, which kills it: launches a process, and prints its id.
import { launch } from '../src/index.ts'

const launched = await launch({
  command: process.execPath,
  args: ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'],
  ready: /^ready/
})
process.stdout.write(`${launched.pid}\n`)
