/** Asks a process something with SIGUSR2 and reads its answer from the lines it writes: `WORD PID ANSWER`. */
export class SignalledLines {
  readonly #waiting = new Map<string, (answer: string) => void>()

  /** Takes the lines of all processes. */
  readonly read = (line: string): void => {
    const [, question = '', answer = ''] = /^(\w+ \d+) ?(.*)$/.exec(line) ?? []
    this.#waiting.get(question)?.(answer)
    this.#waiting.delete(question)
  }

  /** Resolves with what the process `pid` says to `word`. */
  ask(pid: number, word: string): Promise<string> {
    const answered = new Promise<string>((resolve) => this.#waiting.set(`${word} ${pid}`, resolve))
    process.kill(pid, 'SIGUSR2')
    return answered
  }
}
