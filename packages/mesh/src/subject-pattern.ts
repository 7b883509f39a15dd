const EXPRESSION: Readonly<Record<string, string>> = { '*': '[^.]+', '>': '.+' }

/** Whether a subject matches `pattern`, in which `*` stands for one token and a last `>` for one or more. */
export function subjectMatcher(pattern: string): (subject: string) => boolean {
  const tokens = pattern.split('.').map((token) => EXPRESSION[token] ?? token.replace(/\W/g, '\\$&'))
  const expression = new RegExp(`^${tokens.join('\\.')}$`)
  return (subject) => expression.test(subject)
}
