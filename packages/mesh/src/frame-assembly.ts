/** Puts the packets of one answer back together: parts into frames, frames into a sequence without gaps (W3, W4). */
import { type Headers, header, ScaledMcpError } from '@scaled-mcp/contracts'
import { parseChunkMark } from './chunk.ts'
import type { Packet } from './transport.ts'
import type { Frame } from './wire.ts'

export class FrameAssembly {
  #next = 0
  #parts: Uint8Array[] = []
  #headers: Headers | undefined

  /**
   * The frame that `packet` completes; undefined while parts of it are missing.
   * @throws StreamBroken when a part or a frame is missing.
   */
  add(packet: Packet): Frame | undefined {
    const mark = packet.headers?.[header.chunk]
    if (mark === undefined) {
      if (this.#parts.length > 0) throw broken('a part of a frame')
      return this.#frame(packet.headers, packet.body)
    }
    return this.#isWhole(packet, mark) ? this.#takeWhole() : undefined
  }

  #isWhole(packet: Packet, text: string): boolean {
    const mark = parseChunkMark(text)
    if (mark?.index !== this.#parts.length + 1) throw broken(`part ${text}`)
    if (mark.index === 1) this.#headers = packet.headers
    this.#parts.push(packet.body)
    return mark.index === mark.total
  }

  #takeWhole(): Frame {
    const body = Buffer.concat(this.#parts)
    this.#parts = []
    return this.#frame(this.#headers, body)
  }

  #frame(headers: Headers | undefined, body: Uint8Array): Frame {
    const [number = '0', end] = headers?.[header.stream]?.split(' ') ?? ['0', 'end']
    if (Number(number) !== this.#next) throw broken(`frame ${this.#next} before ${number}`)
    return { headers, body, sequence: this.#next++, last: end === 'end' }
  }
}

function broken(what: string): ScaledMcpError {
  return new ScaledMcpError('StreamBroken', what)
}
