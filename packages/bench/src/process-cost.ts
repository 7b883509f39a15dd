/**
 * What a process costs, it and the processes it started, read from Linux's /proc: that covers every thread, and programs
 * that are not ours.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

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

/** Processor time used so far, in seconds, in steps of 10 ms. */
export function cpuSecondsOf(pid: number): number {
  return sumOf(family(pid).map(ownCpuSeconds))
}

/** Memory in RAM, in bytes; what processes share counts for each. */
export function residentBytesOf(pid: number): number {
  return sumOf(family(pid).map(ownResidentBytes))
}

/** Sockets open in a process, of any kind. */
export function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length
}

/** The process at the end of the line: a worker's parent only watches over the one that works. */
export function workingProcess(pid: number): number {
  return family(pid).at(-1) as number
}

function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

function ownCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND
}

function ownResidentBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}

/** It may have been closed meanwhile. */
function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
