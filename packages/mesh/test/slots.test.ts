import { expect, test } from 'vitest'
import { Slots } from '../src/slots.ts'

test('what is added is found under its number until it is removed, and is gone then', () => {
  const slots = new Slots<{ name: string }>()
  const [a, b] = [slots.add({ name: 'a' }), slots.add({ name: 'b' })]
  slots.remove(a)
  expect([slots.get(a), slots.get(b)?.name, slots.size]).toEqual([undefined, 'b', 1])
})

test('a number is used again, so that turnover takes no memory', () => {
  const slots = new Slots<object>()
  const used = Array.from({ length: 1_000 }, () => {
    const slot = slots.add({})
    slots.remove(slot)
    return slot
  })
  expect(new Set(used)).toEqual(new Set([0]))
})

test('the next number is told in advance', () => {
  const slots = new Slots<object>()
  slots.add({})
  const removed = slots.add({})
  slots.add({})
  slots.remove(removed)
  const told = slots.next
  expect(slots.add({})).toBe(told)
})

test('removing twice frees one number, so that two things never share it', () => {
  const slots = new Slots<object>()
  const slot = slots.add({})
  slots.remove(slot)
  slots.remove(slot)
  expect(slots.add({})).not.toBe(slots.add({}))
})
