/** Whether `subject` matches `pattern`, in which `*` stands for one token and a last `>` for one or more. */
export function subjectMatches(pattern: string, subject: string): boolean {
  if (pattern === subject) return true
  const wanted = pattern.split('.')
  const tokens = subject.split('.')
  const isOpen = wanted.at(-1) === '>'
  if (isOpen) wanted.pop()
  if (isOpen ? tokens.length <= wanted.length : tokens.length !== wanted.length) return false
  return wanted.every((token, index) => token === '*' || token === tokens[index])
}
