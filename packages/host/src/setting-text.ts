/** How the value of a setting is written as text (in flags and variables), and how a person is told what it may be. */
import { type TArray, type TSchema, type TUnion, TypeGuard } from '@sinclair/typebox'

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false]
])

/** The value that a text stands for. What stands for none comes back as it is, for the check to refuse. */
export function parseText(schema: TSchema, text: unknown): unknown {
  if (typeof text !== 'string') return text
  if (TypeGuard.IsArray(schema)) return text.split(',').flatMap((item) => item.trim() || [])
  if (TypeGuard.IsBoolean(schema)) return BOOLEANS.get(text) ?? text
  return isNumeric(schema) && /^-?\d+$/.test(text) ? Number(text) : text
}

/** What is allowed, to follow "it must be". */
export function allowedText(schema: TSchema): string {
  if (TypeGuard.IsLiteral(schema)) return String(schema.const)
  if (TypeGuard.IsUnion(schema)) return `one of ${literalsOf(schema).join(', ')}`
  if (TypeGuard.IsBoolean(schema)) return 'true or false'
  if (TypeGuard.IsInteger(schema)) return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (TypeGuard.IsArray(schema)) return `a list, each item ${allowedText((schema as TArray).items)}`
  return schema.description ?? 'a text that is not empty'
}

function isNumeric(schema: TSchema): boolean {
  return TypeGuard.IsInteger(schema) || (TypeGuard.IsUnion(schema) && literalsOf(schema).some(Number.isInteger))
}

function literalsOf(schema: TUnion): readonly unknown[] {
  return schema.anyOf.map((literal) => literal['const'])
}
