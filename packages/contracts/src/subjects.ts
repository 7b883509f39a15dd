import { type Address, addressKey } from './address.ts'
import type { Role } from './process-id.ts'

/**
 * What a process answers on its control subjects: who it is; of a gateway, whether somebody still reads a stream; of a
 * worker, that it has handed everything over, or takes sessions again.
 */
export type ControlVerb = 'ping' | 'reading' | 'drain' | 'undrain'

/**
 * Every subject of one deployment. Two deployments with different prefixes share one NATS without touching.
 * `docs/protocol.md` lists them, and a test holds that page equal to this class.
 */
export class Subjects {
  readonly prefix: string

  /** @throws RangeError when `prefix` is not letters, digits, `_` or `-`. */
  constructor(prefix = 'mcp') {
    if (!/^[A-Za-z0-9_-]+$/.test(prefix)) {
      throw new RangeError(`prefix "${prefix}" must be letters, digits, "_" or "-"`)
    }
    this.prefix = prefix
  }

  /** A request to the actor at `address`, hosted by `worker`. */
  ask(worker: string, address: Address): string {
    return `${this.prefix}.worker.${worker}.ask.${addressKey(address)}`
  }

  /** A one-way message to the actor at `address`, hosted by `worker`. */
  tell(worker: string, address: Address): string {
    return `${this.prefix}.worker.${worker}.tell.${addressKey(address)}`
  }

  /** Where a process answers about itself; NATS micro services list it. */
  control(role: Role, process: string, verb: ControlVerb): string {
    return `${this.prefix}.${role}.${process}.ctl.${verb}`
  }

  /** The one subscription of a worker's actors: every ask and tell to any of them. */
  worker(worker: string): string {
    return `${this.prefix}.worker.${worker}.*.*.*.*`
  }

  /** Takes apart a subject that {@link worker} matches; the key is one of `addressKey`. */
  parseWorker(subject: string): WorkerSubject {
    const form = subject.indexOf('.', this.prefix.length + '.worker.'.length) + 1
    const key = subject.indexOf('.', form) + 1
    return { form: subject.startsWith('tell', form) ? 'tell' : 'ask', key: subject.slice(key) }
  }

  /** The one inbox of a process; `${reply}.<token>` names one question. */
  reply(process: string): string {
    return `${this.prefix}.reply.${process}`
  }

  /** The process that a reply subject belongs to. */
  processOfReply(id: string): string {
    return id.slice(this.prefix.length + '.reply.'.length).split('.', 1)[0] as string
  }

  /** The event log of one address. */
  out(address: Address): string {
    return `${this.prefix}.out.${addressKey(address)}`
  }
}

/** What a worker reads off the subject of a message to it. */
export interface WorkerSubject {
  readonly form: 'ask' | 'tell'
  readonly key: string
}
