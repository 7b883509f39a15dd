import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError, type ConfigInput, describeConfig, loadConfig } from '../src/index.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-test-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function load(input: ConfigInput = {}) {
  return loadConfig({ environment: {}, ...input })
}

function problemsOf(input: ConfigInput): readonly string[] {
  try {
    load(input)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('C1: where a value comes from', () => {
  it('without anything set every setting has its default', () => {
    const { http, nats } = load()
    expect(http).toMatchObject({ host: '127.0.0.1', port: 3000, path: '/mcp', bodyLimitBytes: 524_288 })
    expect(nats).toMatchObject({ servers: ['nats://127.0.0.1:4222'], prefix: 'mcp', replicas: 1, user: undefined })
  })

  it('code goes before flag, flag before environment, environment before file, file before default', async () => {
    const path = await file('a.json', { http: { port: 1, path: '/file', maxConnections: 1, host: 'file' } })
    const { http } = load({
      options: { http: { port: 4 } },
      flags: { '--config': path, '--port': '3', '--path': '/flag' },
      environment: {
        SCALED_MCP_HTTP_PORT: '2',
        SCALED_MCP_HTTP_PATH: '/environment',
        SCALED_MCP_HTTP_MAX_CONNECTIONS: '2'
      }
    })
    expect(http).toMatchObject({ port: 4, path: '/flag', maxConnections: 2, host: 'file', trustProxy: false })
  })

  it('the file may be named by a variable, and a flag that names another one wins', async () => {
    const [one, other] = [await file('a.json', { http: { port: 1 } }), await file('b.json', { http: { port: 2 } })]
    const environment = { SCALED_MCP_CONFIG: one }
    expect(load({ environment }).http.port).toBe(1)
    expect(load({ environment, flags: { '--config': other } }).http.port).toBe(2)
  })

  it('NATS_URL names the servers, unless our own variable does', () => {
    const environment = { NATS_URL: 'nats://a:4222, nats://b:4222' }
    expect(load({ environment }).nats.servers).toEqual(['nats://a:4222', 'nats://b:4222'])
    const both = { ...environment, SCALED_MCP_NATS_SERVERS: 'tls://c:4222' }
    expect(load({ environment: both }).nats.servers).toEqual(['tls://c:4222'])
  })

  it('an empty variable is an unset one, as composition files pass them', () => {
    expect(load({ environment: { SCALED_MCP_HTTP_PORT: '', SCALED_MCP_NO_SUCH: '' } }).http.port).toBe(3000)
  })

  it('a switch is on by its flag alone, and by true or 1 in a variable', () => {
    expect(load({ flags: { '--insecure-no-auth': true } }).auth.insecureNoAuth).toBe(true)
    expect(load({ environment: { SCALED_MCP_HTTP_TRUST_PROXY: '1' } }).http.trustProxy).toBe(true)
  })

  it('C3: nobody can change it afterwards', () => {
    const config = load() as unknown as { http: { port: number }; nats: { servers: string[] } }
    expect(() => {
      config.http.port = 1
    }).toThrow(TypeError)
    expect(() => config.nats.servers.push('nats://other:4222')).toThrow(TypeError)
  })
})

describe('C2: what is wrong', () => {
  it('a value that is not allowed is named with its flag or variable, and with what is allowed', () => {
    expect(problemsOf({ flags: { '--port': '70000' } })).toEqual([
      '--port: 70000 is not allowed; it must be a whole number from 0 to 65535'
    ])
    expect(problemsOf({ environment: { SCALED_MCP_NATS_REPLICAS: '2' } })).toEqual([
      'SCALED_MCP_NATS_REPLICAS: 2 is not allowed; it must be one of 1, 3, 5'
    ])
    expect(problemsOf({ environment: { SCALED_MCP_AUTH_MODE: 'oauth' } })).toEqual([
      'SCALED_MCP_AUTH_MODE: "oauth" is not allowed; it must be none'
    ])
    expect(problemsOf({ environment: { SCALED_MCP_HTTP_TRUST_PROXY: 'yes' } })).toEqual([
      'SCALED_MCP_HTTP_TRUST_PROXY: "yes" is not allowed; it must be true or false'
    ])
    expect(problemsOf({ environment: { SCALED_MCP_HTTP_ALLOWED_HOSTS: 'a.example:3000' } })).toEqual([
      'SCALED_MCP_HTTP_ALLOWED_HOSTS: ["a.example:3000"] is not allowed; it must be a list, each item a host name in lower case, without port (IPv6 in brackets)'
    ])
  })

  it.each(['3000.5', '0x10', ' 3000', '3000ms', '-1'])('the port %j is refused and not guessed at', (text) => {
    expect(problemsOf({ environment: { SCALED_MCP_HTTP_PORT: text } })).toHaveLength(1)
  })

  it('a file is strict about types, and its problem names the file and the key', async () => {
    const path = await file('a.json', { http: { port: '3000' } })
    expect(problemsOf({ flags: { '--config': path } })).toEqual([
      `${path}: http.port: "3000" is not allowed; it must be a whole number from 0 to 65535`
    ])
  })

  it('a misspelled key or variable is an error that suggests the right one', async () => {
    const path = await file('a.json', { http: { prot: 1 }, nothing: { like: 1 } })
    const environment = { SCALED_MCP_HTTP_PROT: '1' }
    expect(problemsOf({ flags: { '--config': path }, environment })).toEqual([
      'SCALED_MCP_HTTP_PROT: there is no such setting; did you mean SCALED_MCP_HTTP_PORT?',
      `${path}: http.prot: there is no such setting; did you mean http.port?`,
      `${path}: nothing.like: there is no such setting`
    ])
  })

  it('keys of the Go version that mean nothing here are refused with the reason', () => {
    const [file] = problemsOf({ options: { actor: { address: '10.0.0.1' } } })
    expect(file).toMatch(/^options: actor\.address: actors have no address .*nats\.servers$/)
    const [variable] = problemsOf({ environment: { SCALED_MCP_ACTOR_PORT: '7000' } })
    expect(variable).toMatch(/^SCALED_MCP_ACTOR_PORT: actors listen on no port.*nats\.servers$/)
  })

  it('variables that Kubernetes makes for a Service called scaled-mcp do not keep a process from starting', () => {
    const environment = {
      SCALED_MCP_SERVICE_HOST: '10.0.0.1',
      SCALED_MCP_SERVICE_PORT: '3000',
      SCALED_MCP_SERVICE_PORT_HTTP: '3000',
      SCALED_MCP_PORT: 'tcp://10.0.0.1:3000',
      SCALED_MCP_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
      SCALED_MCP_PORT_3000_TCP_ADDR: '10.0.0.1'
    }
    expect(problemsOf({ environment })).toEqual([])
  })

  it('all problems of all places come at once', async () => {
    const path = await file('a.json', { log: { level: 'loud' } })
    const environment = { SCALED_MCP_HTTP_PORT: 'x', SCALED_MCP_NATS_USER: 'me' }
    expect(problemsOf({ environment, flags: { '--config': path, '--path': 'mcp' } })).toHaveLength(4)
  })

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'it must hold an object of groups'],
    ['{"http":3000}', 'http: there is no such setting'],
    ['{"constructor":1,"__proto__":{"port":1}}', 'constructor: there is no such setting']
  ])('the file %j is refused: %s', async (content, problem) => {
    const path = await file('a.json', content)
    expect(problemsOf({ flags: { '--config': path } }).join('\n')).toContain(`${path}: ${problem}`)
  })

  it('a file that is not there is an error, not an empty file', () => {
    const path = join(folder, 'none.json')
    expect(problemsOf({ flags: { '--config': path } })).toEqual([`${path}: it cannot be read (ENOENT)`])
  })

  it('two ways into NATS contradict each other, and a user needs a password', () => {
    const environment = { SCALED_MCP_NATS_USER: 'me', SCALED_MCP_NATS_TOKEN: 't' }
    expect(problemsOf({ environment })).toEqual([
      'nats.user, nats.token: set only one of them',
      'nats.user: it needs nats.password'
    ])
  })

  it('the message of the error holds all of it, ready to print', () => {
    const error = new ConfigError(['one', 'other'])
    expect(error).toMatchObject({ code: 'ConfigInvalid', problems: ['one', 'other'] })
    expect(error.message).toBe('the configuration is not valid:\n  - one\n  - other')
  })
})

describe('secrets', () => {
  const user = { SCALED_MCP_NATS_USER: 'me' }

  it('a secret comes from a file that its variable names, without the line end', async () => {
    const path = await file('password', 'hunter2\n')
    const config = load({ environment: { ...user, SCALED_MCP_NATS_PASSWORD_FILE: path } })
    expect(config.nats.password).toBe('hunter2')
  })

  it('a file that cannot be read is named; a secret given twice is refused', async () => {
    const path = join(folder, 'none')
    const unreadable = { SCALED_MCP_NATS_TOKEN_FILE: path }
    expect(problemsOf({ environment: unreadable })).toEqual([
      `SCALED_MCP_NATS_TOKEN_FILE: ${path} cannot be read (ENOENT)`
    ])
    const twice = { SCALED_MCP_NATS_TOKEN_FILE: await file('token', 't'), SCALED_MCP_NATS_TOKEN: 'u' }
    expect(problemsOf({ environment: twice })[0]).toContain('SCALED_MCP_NATS_TOKEN is set as well')
  })

  it('a secret is no flag, as every user of the machine can read a command line', () => {
    const flags = { '--nats-password': 'hunter2', '--nats-token': 'hunter2' }
    expect(load({ flags }).nats).toMatchObject({ password: undefined, token: undefined })
  })

  it('a secret in the configuration file is refused, and the way to give it is named', async () => {
    const path = await file('a.json', { nats: { token: 'hunter2' } })
    const problems = problemsOf({ flags: { '--config': path } }).join('\n')
    expect(problems).toContain('SCALED_MCP_NATS_TOKEN_FILE')
    expect(problems).not.toContain('hunter2')
  })

  it('C4: neither an error nor the line that shows the configuration tells one', async () => {
    const environment = { ...user, SCALED_MCP_NATS_PASSWORD: 'hunter2' }
    const shown = describeConfig(load({ environment }), ['worker'])
    expect(shown).toMatchObject({ 'nats.user': 'me', 'nats.password': '***' })
    const url = problemsOf({ environment: { NATS_URL: 'nats://me:hunter2@a:4222' } }).join('\n')
    expect(url).toContain('nats://***@a:4222')
    expect(url).not.toContain('hunter2')
    const wrongType = problemsOf({ options: { nats: { token: { value: 'hunter2' } } } }).join('\n')
    expect(wrongType).toContain('nats.token: its value is not allowed')
    expect(wrongType).not.toContain('hunter2')
  })
})

it('the configuration of a role is shown without what only the other role reads', () => {
  const shown = describeConfig(load(), ['worker'])
  expect(shown).toHaveProperty(['worker.maxSessions'], 100_000)
  expect(shown).not.toHaveProperty(['http.port'])
  expect(shown).not.toHaveProperty(['nats.user'])
})
