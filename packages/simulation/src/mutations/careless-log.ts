/** Event logs of which one mechanism each is missing. */
import { header } from '@scaled-mcp/contracts'
import type { EventLog, Mesh, PutOutcome } from '@scaled-mcp/mesh'
import type { Log } from './mutation.ts'

type Append = EventLog['append']
type Replay = EventLog['replay']

/** The mesh with another event log. */
export function withEvents(mesh: Mesh, instead: (events: EventLog) => EventLog): Mesh {
  return { ...mesh, events: instead(mesh.events) }
}

/** A new owner takes its mark for written. */
export function unsealed(events: EventLog): EventLog {
  const append: Append = async (key, event, expect) =>
    event.headers?.[header.streamName] === 'seal' ? won(expect) : events.append(key, event, expect)
  return altered(events, { append })
}

/** An event counts as stored once it is asked for: it mostly is, under the sequence that comes next. */
export function sentEarly(events: EventLog, log: Log): EventLog {
  let last = 0
  const append: Append = async (key, event, expect) => {
    last = Math.max(last, log.last) + 1
    void events.append(key, event, expect) // what becomes of it nobody asks; it rejects only for what is too large
    return won(last)
  }
  return altered(events, { append })
}

/** Writes whatever is there. */
export function blindLog(events: EventLog): EventLog {
  const append: Append = async (key, event) => {
    let put: PutOutcome
    do {
      put = await events.append(key, event, await events.last(key))
    } while (put.outcome === 'lost')
    return put
  }
  return altered(events, { append })
}

/** Nobody recognises a write of its own whose acknowledgement was lost. */
export function unmarked(events: EventLog): EventLog {
  const append: Append = (key, { headers, body }, expect) => {
    const { [header.eventMark]: _, ...rest } = headers ?? {}
    return events.append(key, { headers: rest, body }, expect)
  }
  return altered(events, { append })
}

/** Whoever comes back gets what comes, and nothing of what has been. */
export function unreplayed(events: EventLog): EventLog {
  const conflicts = new Set<string>()
  const append: Append = async (key, event, expect) => {
    const put = await events.append(key, event, expect)
    if (put.outcome === 'lost') conflicts.add(key)
    return put
  }
  const replay: Replay = async (key, after, receive) => {
    const isReturn = after > 0 && !conflicts.delete(key)
    if (!isReturn) await events.replay(key, after, receive)
  }
  return altered(events, { append, replay })
}

/** A stream's beginning is stored without the request that it answers. */
export function requestless(events: EventLog): EventLog {
  const append: Append = (key, event, expect) => {
    const isOpening = event.headers?.[header.eventKind] === 'open'
    return events.append(key, isOpening ? { ...event, body: new Uint8Array() } : event, expect)
  }
  return altered(events, { append })
}

/** A new owner does not see that a stream has ended. */
export function endless(events: EventLog): EventLog {
  const replay: Replay = (key, after, receive) =>
    events.replay(key, after, (event) => {
      if (after > 0 || event.headers?.[header.eventKind] !== 'end') receive(event)
    })
  return altered(events, { replay })
}

function altered(events: EventLog, overrides: Partial<EventLog>): EventLog {
  return {
    append: (key, event, expect) => events.append(key, event, expect),
    last: (key) => events.last(key),
    newest: (key) => events.newest(key),
    at: (key, sequence) => events.at(key, sequence),
    replay: (key, after, receive) => events.replay(key, after, receive),
    purge: (key) => events.purge(key),
    ...overrides
  }
}

function won(revision: number): PutOutcome {
  return { outcome: 'won', revision, nonce: '' }
}
