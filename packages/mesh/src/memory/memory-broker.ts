/**
 * A mesh in one process: the embedded default of `scaled-mcp dev`, and the ground of unit tests and simulation.
 *
 * M1  Messages cross as bytes, copied when sent: location transparency is proven, not assumed.
 * M2  Everything arrives later, in the order it was sent, when `schedule` says so; or as a `network` has it.
 * M3  What can go wrong over NATS can go wrong here: `disconnect` and `reconnect` cut one process off and bring it back,
 *     `forget` is the end of one that could say nothing any more.
 */
import { randomBytes } from 'node:crypto'
import { header, type Subjects } from '@scaled-mcp/contracts'
import { type Clock, systemClock } from '../clock.ts'
import { INCARNATION_KEY } from '../incarnation.ts'
import {
  type BucketSpec,
  bucketName,
  bucketStream,
  buckets,
  changePrefix,
  eventStream,
  recordPrefix
} from '../layout.ts'
import type { Mesh } from '../mesh.ts'
import { MeshStore } from '../mesh-store.ts'
import { MicroServices } from '../micro-services.ts'
import { MuxWire } from '../mux-wire.ts'
import { SEQUENCE } from '../record-watch.ts'
import type { StoredMessage } from '../stream.ts'
import { NO_RESPONDERS, type OnError, type Packet } from '../transport.ts'
import { MemoryStream } from './memory-stream.ts'
import { MemoryTransport } from './memory-transport.ts'
import { type Network, reliable } from './network.ts'
import { StoredSubjects, type StoredSubjectsInit } from './stored-subjects.ts'

export interface MemoryBrokerOptions {
  readonly clock?: Clock
  /** Runs what it is given, later and in order. Default: `setImmediate`. */
  readonly schedule?: (run: () => void) => void
  /** Default: one that loses nothing and follows `schedule`. */
  readonly network?: Network
  /** For how long the store recognises an append by its id, in milliseconds, as nats-server does up to 2.11. */
  readonly duplicateWindowMs?: number
  /** Told of everything that is stored, at the moment at which it is. */
  readonly onStored?: (message: StoredMessage) => void
  /** Largest packet, in bytes. Default: 1 MiB, as NATS has it. */
  readonly maxPayload?: number
}

export interface MemoryMeshOptions {
  /** The process id; unique among those connected. */
  readonly process: string
  readonly subjects: Subjects
  /** The process's own time. Default: the broker's. */
  readonly clock?: Clock
  /** Told of errors that no caller is there to take: a handler that threw. */
  readonly onError?: OnError
}

const DEFAULT_MAX_PAYLOAD = 1024 * 1024
const NO_BODY = new Uint8Array(0)

export class MemoryBroker {
  readonly #maxPayload: number
  readonly #network: Network
  readonly #onStored: MemoryBrokerOptions['onStored']
  readonly #duplicateWindowMs: number | undefined
  readonly #clock: Clock
  readonly #transports = new Map<string, MemoryTransport>()
  readonly #streams = new Map<string, StoredSubjects>()
  readonly #incarnation = randomBytes(12).toString('base64url')

  constructor(options: MemoryBrokerOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#network = options.network ?? reliable(options.schedule ?? setImmediate)
    this.#maxPayload = options.maxPayload ?? DEFAULT_MAX_PAYLOAD
    this.#onStored = options.onStored
    this.#duplicateWindowMs = options.duplicateWindowMs
  }

  /** Connects one process. @throws RangeError when its id is connected already. */
  connect({ process, subjects, clock = this.#clock, onError = () => undefined }: MemoryMeshOptions): Mesh {
    if (this.#transports.has(process)) throw new RangeError(`process ${process} is connected already`)
    this.#provision(subjects.prefix)
    const inbox = subjects.reply(process)
    const route = (packet: Packet): void => this.#deliver(packet)
    const network = this.#network
    const transport = new MemoryTransport({ network, clock, onError, route }, { process, maxPayload: this.#maxPayload })
    this.#transports.set(process, transport)
    const wire = new MuxWire({ transport, clock, onError }, inbox)
    const stream = (name: string): MemoryStream => new MemoryStream(transport, this.#stream(name))
    const { records, events } = new MeshStore({ transport, clock, onError, stream }, subjects.prefix)
    const services = new MicroServices({ wire, transport, clock }, { subjects, inbox })
    const stop = async (): Promise<void> => {
      this.#transports.delete(process)
      transport.disconnect()
      wire.stop()
    }
    return { process, wire, records, events, services, facts: this.#facts(), stop }
  }

  /** Cuts a process off from all others and from the store. @throws RangeError when it is not connected. */
  disconnect(process: string): void {
    this.#transport(process).disconnect()
  }

  /** Brings a process back that was cut off. @throws RangeError when it is not connected. */
  reconnect(process: string): void {
    this.#transport(process).reconnect()
  }

  /** Nothing reaches the process any more and nobody waits for it; it is not told. Unlike `stop` of its mesh. */
  forget(process: string): void {
    this.#transports.delete(process)
  }

  #deliver(packet: Packet): void {
    let receivers = 0
    for (const transport of this.#transports.values()) receivers += transport.deliver(packet)
    if (receivers > 0 || packet.reply === undefined) return
    this.#deliver({ subject: packet.reply, body: NO_BODY, status: NO_RESPONDERS })
  }

  #transport(process: string): MemoryTransport {
    const transport = this.#transports.get(process)
    if (!transport) throw new RangeError(`process ${process} is not connected`)
    return transport
  }

  #stream(name: string): StoredSubjects {
    const stream = this.#streams.get(name)
    if (!stream) throw new RangeError(`there is no stream ${name}`)
    return stream
  }

  #provision(prefix: string): void {
    const log = bucketName(prefix, eventStream)
    if (this.#streams.has(log)) return
    const { maxEventsPerAddress: maxPerSubject, maxAgeMs } = eventStream
    this.#streams.set(log, this.#stored({ maxPerSubject, maxAgeMs, onStored: this.#onStored }))
    for (const spec of Object.values(buckets)) {
      this.#streams.set(bucketStream(prefix, spec), this.#bucket(prefix, spec))
    }
    this.#mark(prefix)
  }

  #bucket(prefix: string, spec: BucketSpec): StoredSubjects {
    const changes = changePrefix(prefix, spec)
    const records = recordPrefix(prefix, spec)
    const tell = ({ subject, headers, sequence, body }: StoredMessage): void => {
      const key = subject.slice(records.length)
      this.#deliver({ subject: changes + key, headers: { ...headers, [SEQUENCE]: String(sequence) }, body })
    }
    const onStored = (message: StoredMessage): void => {
      this.#onStored?.(message)
      if (changes !== undefined) tell(message)
    }
    return this.#stored({ maxPerSubject: spec.history, onStored })
  }

  #stored(init: Omit<StoredSubjectsInit, 'now' | 'duplicateWindowMs'>): StoredSubjects {
    const now = (): number => this.#clock.monotonic()
    return new StoredSubjects({ ...init, now, duplicateWindowMs: this.#duplicateWindowMs })
  }

  /** Gives the store of a deployment its incarnation. */
  #mark(prefix: string): void {
    const subject = recordPrefix(prefix, buckets.meta) + INCARNATION_KEY
    const append = { subject, headers: { [header.nonce]: this.#incarnation }, body: Buffer.from(this.#incarnation) }
    this.#stream(bucketStream(prefix, buckets.meta)).append({ ...append, expect: 0, id: this.#incarnation })
  }

  #facts(): Mesh['facts'] {
    const facts = { mesh: 'memory', storage: 'none', replicas: 1, maxPayload: this.#maxPayload }
    return { ...facts, incarnation: this.#incarnation }
  }
}
