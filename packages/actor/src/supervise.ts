import type { ActorCell } from './actor-cell.ts'
import { ActorError } from './actor-error.ts'
import { directive } from './supervision.ts'

/**
 * Has done with an actor that failed what its supervision says.
 * @param lived whether the instance that failed has started; one that has not cannot resume.
 */
export function supervise(cell: ActorCell<unknown>, error: unknown, lived: boolean): void {
  const decided = directive(cell.kin?.supervision, error)
  if (decided === 'stop') void cell.stop({ kind: 'failed', error })
  else if (decided === 'escalate') escalate(cell, error)
  else if (decided === 'restart' || !lived) restart(cell, error, lived)
}

function escalate(cell: ActorCell<unknown>, error: unknown): void {
  const { parent, living, self } = cell
  void cell.stop({ kind: 'failed', error })
  if (parent) parent.childFailed(error)
  else living.failed(self.name, new ActorError('Escalated', self.name, { cause: error }))
}

function restart(cell: ActorCell<unknown>, error: unknown, lived: boolean): void {
  const { kin, living, self } = cell
  const pauseMs = kin?.budget(living.random).spend(living.clock.monotonic())
  if (pauseMs === undefined) {
    escalate(cell, new ActorError('RestartsExhausted', self.name, { cause: error }))
    return
  }
  living.events.publish({ kind: 'restarting', name: self.name, error, pauseMs })
  cell.restart(pauseMs, lived)
}
