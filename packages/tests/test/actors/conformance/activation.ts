import { expect, it } from 'vitest'
import { type ActorsUnderTest, actorOf, anyId } from './actors-under-test.ts'

const code = (code: string) => expect.objectContaining({ code })

/** How actors begin, and how they are found. */
export function activationClaims(under: ActorsUnderTest): void {
  it('an actor is activated by its first message, and lives on for the next', async () => {
    const { ref } = actorOf(under)
    expect(await ref.ask({ do: 'note', text: 'first' })).toBe('first')
    expect(await ref.ask({ do: 'read notes' })).toEqual(['first'])
  })

  it('many first messages at once activate one instance, which handles them all', async () => {
    const { ref } = actorOf(under)
    const texts = Array.from({ length: 30 }, (_, nth) => String(nth))
    await Promise.all(texts.map((text) => ref.ask({ do: 'note', text })))
    expect(new Set((await ref.ask({ do: 'read notes' })) as string[])).toEqual(new Set(texts))
    expect(await ref.ask({ do: 'count instances' })).toBe(1)
  })

  it('a tell activates as an ask does', async () => {
    const { ref } = actorOf(under)
    ref.tell({ do: 'note', text: 'told' })
    await expect.poll(() => ref.ask({ do: 'read notes' })).toEqual(['told'])
  })

  it('a start that throws is told to the asker, and the next message tries again', async () => {
    const { ref } = actorOf(under, 'shaky')
    const refused = expect(ref.ask({ do: 'answer', value: 1 })).rejects
    await refused.toMatchObject({ message: 'cannot start yet', code: 'SHAKY' })
    expect(await ref.ask({ do: 'answer', value: 2 })).toBe(2)
  })

  it('messages that come before an actor has started wait for that, and are handled in order', async () => {
    const { ref } = actorOf(under, 'slow')
    for (const text of ['a', 'b', 'c']) ref.tell({ do: 'note', text })
    expect(await ref.ask({ do: 'read notes' })).toEqual(['a', 'b', 'c'])
  })

  it('an actor that has stopped itself is begun anew by the next message', async () => {
    const { ref } = actorOf(under)
    await ref.ask({ do: 'note', text: 'of the first' })
    await ref.ask({ do: 'stop' })
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
    expect(await ref.ask({ do: 'count instances' })).toBe(2)
  })

  it('an actor whose stop throws ends all the same', async () => {
    const { ref } = actorOf(under, 'clumsy')
    await ref.ask({ do: 'note', text: 'of the first' })
    await ref.ask({ do: 'stop' })
    expect(await ref.ask({ do: 'read notes' })).toEqual([])
  })

  it('a kind that is not declared is refused at once', () => {
    expect(() => under.actors().getOrActivate('undeclared', anyId())).toThrow(code('ActorKindUnknown'))
  })

  it('an id is a text without a slash, and not empty', () => {
    for (const id of ['', 'a/b']) expect(() => under.actors().getOrActivate('scripted', id)).toThrow(TypeError)
  })

  it('a name that lives is taken, and whoever has it goes on', async () => {
    const id = anyId()
    const spawned = await under.actors().spawn<{ do: string; text?: string }>('scripted', id)
    await spawned.ask({ do: 'note', text: 'of the first' })
    await expect(under.actors().spawn('scripted', id)).rejects.toThrow(code('NameTaken'))
    expect(await spawned.ask({ do: 'read notes' })).toEqual(['of the first'])
  })

  it('of many that spawn one name at once, one has it', async () => {
    const id = anyId()
    const spawning = Array.from({ length: 10 }, () => under.actors().spawn('scripted', id))
    const outcomes = await Promise.allSettled(spawning)
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(refusals).toEqual(Array(9).fill('NameTaken'))
  })

  it('a start that throws is told to whoever spawns, and the name is free', async () => {
    const id = anyId()
    await expect(under.actors().spawn('shaky', id)).rejects.toThrow('cannot start yet')
    expect((await under.actors().spawn('shaky', id)).name).toBe(`shaky/${id}`)
  })

  it('an actor is found by its name while it exists, and not before or after', async () => {
    const { ref, name } = actorOf(under)
    const find = () => under.actors().actorOf<{ do: string }>(name)
    await expect(find()).rejects.toThrow(code('ActorNotFound'))
    await ref.ask({ do: 'answer' })
    expect(await (await find()).ask({ do: 'count instances' })).toBe(1)
    await ref.ask({ do: 'stop' })
    await expect.poll(() => find().catch((error) => error.code)).toBe('ActorNotFound')
  })
}
