import type { Wire } from '@scaled-mcp/mesh'

/** A wire whose parts can be exchanged; what is not overridden goes to the one behind it. */
export function alteredWire(wire: Wire, overrides: Partial<Omit<Wire, 'connected'>>): Wire {
  return {
    get connected() {
      return wire.connected
    },
    maxBodyBytes: wire.maxBodyBytes,
    tell: (subject, message) => wire.tell(subject, message),
    ask: (subject, message, options) => wire.ask(subject, message, options),
    askStream: (subject, message, receiver, options) => wire.askStream(subject, message, receiver, options),
    abandon: (pattern, error) => wire.abandon(pattern, error),
    doubt: (pattern, error) => wire.doubt(pattern, error),
    serve: (subject, handler) => wire.serve(subject, handler),
    flush: () => wire.flush(),
    onConnection: (listener) => wire.onConnection(listener),
    ...overrides
  }
}
