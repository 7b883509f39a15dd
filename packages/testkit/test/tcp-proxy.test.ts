import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TcpProxy, until } from '../src/index.ts'

describe('a proxy', () => {
  let echo: Server
  let proxy: TcpProxy
  let client: Socket
  let heard: string

  beforeEach(async () => {
    echo = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    proxy = await TcpProxy.to(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`)
    client = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    heard = ''
    client.setEncoding('utf8').on('data', (text) => {
      heard += text
    })
    await once(client, 'connect')
    client.write('a')
    await until(() => heard === 'a')
  })
  afterEach(() => {
    client.destroy()
    proxy.close()
    echo.close()
  })

  it.each(['there', 'back'] as const)('holds up what goes %s, and lets it arrive once afterwards', async (way) => {
    proxy.block(way)
    client.write('b')
    proxy.heal()
    client.write('c')
    await until(() => heard.length >= 3)
    expect(heard).toBe('abc')
  })
})
