import { simulate } from './simulation.ts'

const from = Number(process.argv[2] ?? 1)
const count = Number(process.argv[3] ?? 1)
const rules = new Map<string, number[]>()
const codes = new Map<string, number>()
let ops = 0
let takeovers = 0
const recoveries: number[] = []
for (let seed = from; seed < from + count; seed++) {
  const start = performance.now()
  const result = await simulate({ seed })
  ops += result.history.operations.length
  takeovers += result.takeovers
  recoveries.push(...result.recoveries)
  for (const { outcome, code, kind } of result.history.operations) {
    const key = `${outcome} ${code ?? ''}`
    codes.set(key, (codes.get(key) ?? 0) + 1)
  }
  for (const rule of new Set(result.violations.map(({ rule }) => rule))) rules.set(rule, [...(rules.get(rule) ?? []), seed])
  if (count <= 5) {
    process.stdout.write(`${seed} ${result.mix} ${result.trace} ${(performance.now() - start).toFixed(0)} ms ${JSON.stringify([...result.faults])}\n`)
    for (const v of result.violations.slice(0, 30)) process.stdout.write(`  ${v.rule} ${v.at.toFixed(1)} ${v.detail}\n`)
  }
}
process.stdout.write(`ops ${ops} takeovers ${takeovers} recoveries ${recoveries.length} max ${Math.max(...recoveries)}\n`)
for (const [rule, seeds] of rules) process.stdout.write(`${rule}: ${seeds.length}: ${seeds.slice(0, 12)}\n`)
process.stdout.write(`${JSON.stringify([...codes].sort((a, b) => b[1] - a[1]))}\n`)
