import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ConformanceError } from '../conformance-error.ts'

const run = promisify(execFile)
/**
 * Install scripts do not run; engines are seen to by `SuiteStore`, which chooses the Node.js. One retry and no more, as a
 * machine that is offline is to say so soon.
 */
const OPTIONS = [
  ...['--ignore-scripts', '--engine-strict=false', '--save-exact', '--no-audit', '--no-fund'],
  ...['--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=1000']
]
const INSTALL_MS = 120_000

/**
 * Has npm install a package into a folder of its own, unless that exists. The folder appears whole or not at all, as its
 * next user asks no more than whether it is there.
 *
 * @throws {ConformanceError} `SuiteUnavailable`
 */
export async function installInto(folder: string, spec: string): Promise<void> {
  if (existsSync(folder)) return
  const partial = `${folder}.${process.pid}.partial`
  try {
    await mkdir(partial, { recursive: true })
    await writeFile(join(partial, 'package.json'), '{ "private": true }\n')
    await run('npm', ['install', spec, '--prefix', partial, ...OPTIONS], { cwd: partial, timeout: INSTALL_MS })
    await rename(partial, folder)
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    // Another process may have been faster.
    if (!existsSync(folder)) throw new ConformanceError(`npm cannot get ${spec}`, { code: 'SuiteUnavailable', cause })
  }
}
