import type { NatsConnection } from 'nats'

/** Who asks and who is asked, as a subscriber to the questions of a cluster sees it. */
export class Traffic {
  readonly gateways = new Set<string>()
  readonly workers = new Set<string>()

  constructor(connection: NatsConnection) {
    connection.subscribe('mcp.worker.*.ask.>', {
      callback: (_error, { subject, reply }) => {
        this.workers.add(subject.split('.')[2] as string)
        this.gateways.add(reply?.split('.')[2] as string)
      }
    })
  }

  /** Forgets what it has seen. */
  clear(): void {
    this.gateways.clear()
    this.workers.clear()
  }
}
