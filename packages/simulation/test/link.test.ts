import { expect, it } from 'vitest'
import { Link } from '../src/network/link.ts'
import { Random } from '../src/world/random.ts'
import { World } from '../src/world/world.ts'

function linked() {
  const world = new World()
  const arrived: number[] = []
  const link = new Link({ world, random: new Random(1) })
  const send = (...numbers: number[]) => {
    for (const number of numbers) link.send(() => arrived.push(number))
  }
  return { world, link, send, arrived }
}

it('what was sent arrives later and in its order, also when it was held for a while (X1)', async () => {
  const { world, link, send, arrived } = linked()
  send(1, 2, 3)
  expect(arrived).toEqual([])
  link.cut()
  send(4)
  await world.run(100)
  expect(arrived).toEqual([])
  link.heal()
  send(5)
  await world.run(200)
  expect(arrived).toEqual([1, 2, 3, 4, 5])
})

it('what is on its way when the link is cleared never arrives, and what is sent then does', async () => {
  const { world, link, send, arrived } = linked()
  send(1, 2)
  link.clear()
  send(3)
  await world.run(100)
  expect(arrived).toEqual([3])
})
