import { Actor } from '@scaled-mcp/actor'

export interface TaskOrder {
  readonly do: 'begin' | 'end'
}

/** Lives until it is told to end. */
export class Task extends Actor<TaskOrder> {
  override receive(order: TaskOrder, context: { stop(): void }): void {
    if (order.do === 'end') context.stop()
  }
}
