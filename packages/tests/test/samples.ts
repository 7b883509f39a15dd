/** A TypeScript sample of a Markdown text. */
export interface Sample {
  readonly code: string
  /** What it is called when others import it: a sample may begin with `// server.ts`. */
  readonly file: string | undefined
  /** The lines that it prints, as the comments behind its `console.log` say. */
  readonly prints: readonly string[]
}

/** Every `ts` sample of a Markdown text, in order. */
export function samplesIn(markdown: string): readonly Sample[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => ({
    code,
    file: code.match(/^\/\/ (\S+\.ts)\n/)?.[1],
    prints: [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, line = '']) => line)
  }))
}
