import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

/**
 * Ends a process group as soon as this process is gone, however it went: a shell beside the group waits for its
 * standard input to close, and the kernel closes that pipe even when SIGKILL left us no time to run code of our own.
 * It works for programs that we did not write, and needs a POSIX shell. The returned function ends the group now.
 */
export async function guardProcessGroup(leader: number): Promise<() => void> {
  const watchdog = spawn('/bin/sh', ['-c', 'read _; kill -s KILL -- "-$1"', 'watchdog', String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Else a Ctrl-C in the terminal would end the watchdog before us.
    detached: true
  })
  await once(watchdog, 'spawn')
  const lifeline = watchdog.stdin as Socket
  watchdog.unref()
  lifeline.unref()
  return () => lifeline.destroy()
}
