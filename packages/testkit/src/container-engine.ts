import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './root.ts'

const run = promisify(execFile)

/** What the engine knows of a container, as far as tests look at it. */
export interface SeenContainer {
  readonly Id: string
  readonly Name: string
  readonly Config: {
    readonly Labels: Readonly<Record<string, string>>
    readonly User: string
    readonly Hostname: string
  }
  readonly HostConfig: {
    readonly Init: boolean
    readonly ReadonlyRootfs: boolean
    readonly CapDrop: readonly string[] | null
    readonly SecurityOpt: readonly string[] | null
  }
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>>
  }
  readonly State: { readonly Status: string; readonly ExitCode: number }
}

/** Why `docker-compose.yml` cannot run here, in the words of what failed; undefined when it can. */
export async function whyNoContainers(): Promise<string | undefined> {
  try {
    await docker('info')
    await composeCommand()
    for (const image of await baseImages()) await obtain(image)
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string }
    return (stderr || message).trim()
  }
}

/** The Compose that this machine has: the plugin of docker, else docker-compose. */
export function composeCommand(): Promise<readonly [string, ...string[]]> {
  const plugin = docker('compose', 'version').then(() => ['docker', 'compose'] as const)
  return plugin.catch(() => run('docker-compose', ['version']).then(() => ['docker-compose'] as const))
}

/** The containers of a Compose project, stopped ones included. */
export async function containersOf(project: string): Promise<readonly SeenContainer[]> {
  const filter = `label=com.docker.compose.project=${project}`
  const ids = lines(await docker('ps', '--all', '--quiet', '--filter', filter))
  return ids.length === 0 ? [] : (JSON.parse(await docker('inspect', ...ids)) as SeenContainer[])
}

/** The volumes of every project. */
export async function volumes(): Promise<readonly string[]> {
  return lines(await docker('volume', 'ls', '--quiet'))
}

/** Runs a command of the engine and gives what it printed. Rejects when it fails. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', args)).stdout
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** What is built and run from; not the image that is built, nor the one that only a person runs. */
async function baseImages(): Promise<readonly string[]> {
  const texts = await Promise.all(
    ['Dockerfile', 'docker-compose.yml'].map((file) => readFile(join(root, file), 'utf8'))
  )
  const images = texts.join('\n').matchAll(/^(?:FROM| +image:) ([a-z]+:\S+)/gm)
  return [...new Set([...images].map(([, image]) => image as string))]
}

async function obtain(image: string): Promise<void> {
  await docker('image', 'inspect', image).catch(() => docker('pull', '--quiet', image))
}
