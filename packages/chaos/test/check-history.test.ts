import { describe, expect, it } from 'vitest'
import { checkHistory } from '../src/checker/check-history.ts'
import type { HistoryEvent } from '../src/history.ts'
import { Story } from './story.ts'

const rulesOf = (history: readonly HistoryEvent[]) => checkHistory(history).map(({ rule }) => rule)

let story: Story
const told = (tell: (story: Story) => void) => {
  story = new Story()
  tell(story)
  return rulesOf(story.events)
}

describe('a history in which every promise is kept', () => {
  it('has no violation, also when calls are refused, interrupted and cut by faults that explain it', () => {
    const rules = told((s) => {
      s.append('a', 'ok').append('b', 'refused').put('c', 'ok')
      s.strike('kill').append('d', 'session_moved').append('e', 'ok').healed()
      s.strike('gateway').append('f', 'cut').healed()
      s.strike('nats').put('g', 'store').healed()
      s.enter('h', 'ok').read('h').retire('task/1')
      s.strike('kill', 'spared').enter('i', 'actor_moved').enter('j', 'ok').retire('task/2').healed()
      s.read('h', 'i', 'j').ends('task/1 stopped', 'task/2 lost w-1')
      s.heard('a', 'd', 'e').list('a', 'c', 'd', 'e', 'f').end()
    })
    expect(rules).toEqual([])
  })
})

describe('what a list holds', () => {
  it('lacks what was acknowledged', () => {
    expect(told((s) => s.append('a', 'ok').heard('a').list())).toEqual(['lost'])
  })

  it('has something twice', () => {
    expect(told((s) => s.put('a', 'ok').list('a', 'a'))).toEqual(['duplicated'])
  })

  it('has what another session asked for', () => {
    expect(told((s) => s.list('theirs'))).toEqual(['swapped'])
  })

  it('has what was said not to have run', () => {
    expect(told((s) => s.put('a', 'refused').list('a'))).toEqual(['ran-unasked'])
  })

  it('is in another order than it was asked for', () => {
    expect(told((s) => s.put('a', 'ok').put('b', 'ok').list('b', 'a'))).toContain('disordered')
  })

  it('has forgotten what it had once', () => {
    const rules = told((s) => s.strike('kill').append('a', 'session_moved').healed().list('a').list())
    expect(rules).toEqual(['forgotten'])
  })
})

describe('how a deed ended', () => {
  it('with an answer that belongs to another', () => {
    expect(told((s) => s.answered('put', 'a', 'b').list('a'))).toEqual(['swapped'])
  })

  it('with a session that is unknown before its client has ended it', () => {
    expect(told((s) => s.append('a', 'not-found'))).toEqual(['not-found'])
  })

  it('with what no fault excuses', () => {
    expect(told((s) => s.append('a', '500 oops'))).toEqual(['unexpected'])
  })

  it('never', () => {
    expect(told((s) => s.begun('append', 'a'))).toEqual(['hung'])
    expect(told((s) => s.append('a', 'hung'))).toEqual(['hung'])
  })

  it('interrupted without a fault, or by one that interrupts nothing', () => {
    expect(told((s) => s.append('a', 'session_moved'))).toEqual(['interrupted'])
    expect(told((s) => s.strike('drain').append('a', 'session_moved').healed())).toEqual(['interrupted'])
  })

  it('interrupted though its session was spared, or after the fault was over', () => {
    expect(told((s) => s.strike('kill', 'spared').append('a', 'session_moved').healed())).toEqual(['interrupted'])
    expect(told((s) => s.strike('kill').healed().append('a', 'session_moved'))).toEqual(['interrupted'])
  })

  it('interrupted though it may run again', () => {
    expect(told((s) => s.strike('kill').put('a', 'session_moved').healed())).toEqual(['interrupted'])
  })

  it('cut though no gateway was struck', () => {
    expect(told((s) => s.strike('kill').append('a', 'cut').healed())).toEqual(['interrupted'])
  })
})

describe('what is heard on the standalone stream', () => {
  it('lacks what was acknowledged', () => {
    expect(told((s) => s.append('a', 'ok').list('a'))).toEqual(['event-lost'])
  })

  it('says something twice', () => {
    expect(told((s) => s.append('a', 'ok').heard('a', 'a').list('a'))).toEqual(['event-twice'])
  })

  it('is in another order', () => {
    expect(told((s) => s.append('a', 'ok').append('b', 'ok').heard('b', 'a').list('a', 'b'))).toEqual([
      'event-disordered'
    ])
  })

  it('is of another session', () => {
    expect(told((s) => s.list().heard('theirs'))).toEqual(['event-swapped'])
  })

  it('nothing, as it was refused for good', () => {
    expect(told((s) => s.deaf())).toEqual(['unexpected'])
  })
})

describe('what a ledger holds that sessions share', () => {
  it('lacks what was acknowledged', () => {
    expect(told((s) => s.enter('a', 'ok').read())).toEqual(['ledger-lost'])
  })

  it('has something twice', () => {
    expect(told((s) => s.enter('a', 'ok').read('a', 'a'))).toEqual(['ledger-duplicated'])
  })

  it('has what nobody entered there', () => {
    expect(told((s) => s.read('theirs'))).toEqual(['ledger-swapped'])
  })

  it('has what was said not to have run', () => {
    expect(told((s) => s.enter('a', 'refused').read('a'))).toEqual(['ledger-ran-unasked'])
  })

  it('was written by two owners at once: its readings contradict each other', () => {
    const rules = told((s) => {
      s.strike('kill').enter('a', 'actor_moved').enter('b', 'actor_moved').enter('c', 'ok').healed()
      s.read('c', 'a').read('c', 'b')
    })
    expect(rules).toEqual(['ledger-forked'])
  })

  it('has forgotten what it had once', () => {
    const rules = told((s) => s.strike('kill').enter('a', 'actor_moved').healed().read('a').read())
    expect(rules).toEqual(['ledger-forked'])
  })
})

describe('how a deed ended that asks an actor', () => {
  it('with an answer that belongs to another', () => {
    const rules = told((s) => s.enter('a', 'ok').answered('enter', 'b', 'a', { actor: 'ledger/1' }))
    expect(rules).toEqual(['ledger-swapped'])
  })

  it('interrupted as its actor moved, without a fault that moves it', () => {
    expect(told((s) => s.enter('a', 'actor_moved'))).toEqual(['interrupted'])
    expect(told((s) => s.strike('drain').enter('a', 'actor_moved').healed())).toEqual(['interrupted'])
  })

  it('interrupted as the actor of another deed moved', () => {
    expect(told((s) => s.strike('kill').append('a', 'actor_moved').healed())).toEqual(['interrupted'])
  })
})

describe('what a watcher is told', () => {
  it('lacks an end', () => {
    expect(told((s) => s.retire('task/1').ends())).toEqual(['watch-untold'])
  })

  it('says an end twice', () => {
    expect(told((s) => s.retire('task/1').ends('task/1 stopped', 'task/1 stopped'))).toEqual(['watch-twice'])
  })

  it('says that a task was lost whose worker was not struck, or only drained', () => {
    const lost = (s: Story) => s.retire('task/1').ends('task/1 lost w-1')
    expect(told((s) => lost(s))).toEqual(['watch-unexcused'])
    expect(told((s) => lost(s.strike('drain').healed()))).toEqual(['watch-unexcused'])
    expect(told((s) => s.strike('kill').retire('task/1').healed().ends('task/1 lost w-2'))).toEqual(['watch-unexcused'])
  })

  it('says that a task never was, though no watcher had to begin anew', () => {
    expect(told((s) => s.retire('task/1').ends('task/1 notFound'))).toEqual(['watch-unexcused'])
  })
})
