import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerInit } from '../src/index.ts'

function logged(init: LoggerInit, write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  write(createLogger(init, { write: (line) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('logger', () => {
  it('writes one JSON object a line, with the level by name, the time in ISO 8601 and the fields of the process', () => {
    const [line] = logged({ level: 'info', fields: { role: 'worker' } }, (logger) => logger.info({ epoch: 3 }, 'ready'))
    expect(line).toMatchObject({ level: 'info', role: 'worker', epoch: 3, msg: 'ready' })
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('leaves out what is less severe than its level', () => {
    const lines = logged({ level: 'warn' }, (logger) => {
      logger.info('quiet')
      logger.warn('loud')
    })
    expect(lines.map(({ msg }) => msg)).toEqual(['loud'])
  })

  it.each([
    'authorization',
    'cookie',
    'set-cookie',
    'mcp-session-id',
    'sessionId',
    'token',
    'access_token',
    'password'
  ])('the value of %s is in no line, at whatever depth a request or a configuration holds it', (name) => {
    const secret = 'hunter2'
    const lines = logged({ level: 'info' }, (logger) => {
      logger.info({ [name]: secret })
      logger.info({ headers: { [name]: secret, accept: 'application/json' } })
      logger.info({ req: { headers: { [name]: secret } } })
    })
    expect(lines).toHaveLength(3)
    expect(JSON.stringify(lines)).not.toContain(secret)
    expect(lines[1]).toMatchObject({ headers: { accept: 'application/json' } })
  })
})
