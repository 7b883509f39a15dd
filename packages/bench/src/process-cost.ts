/** What a process costs, read from Linux's /proc: it covers every thread, and programs that are not ours. */
import { readFileSync } from 'node:fs'

/** Of the kernel's `USER_HZ`, the unit of /proc/PID/stat on every architecture that Node.js runs on. */
const TICKS_PER_SECOND = 100
/** Places of utime and stime among the fields after the command name (man 5 proc). */
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** One process of a side, and what it is there. */
export interface SideProcess {
  readonly role: string
  readonly pid: number
}

/** Processor time that a process has used, in seconds, in steps of 10 ms. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
}

/** Memory of a process that is in RAM, in bytes. */
export function residentBytesOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
