import { actorOf, type ClusterUnderTest } from './actors-under-test.ts'

/** An actor that lives on a worker of the test's choice; the cluster gives new ones to whoever has few. */
export async function actorOn(cluster: ClusterUnderTest, isWanted: (owner: string) => boolean, kind?: string) {
  for (;;) {
    const actor = actorOf(cluster, kind)
    await actor.ref.ask({ do: 'answer' })
    if (isWanted((await cluster.ownerOf(actor.name)) ?? '')) return actor
  }
}

/** Two workers, and whether an actor is on the first. */
export async function twoHosts(cluster: ClusterUnderTest) {
  const [first, second] = await Promise.all([cluster.start(), cluster.start()])
  return { first, second, isOnFirst: isOn(first.id), isOnSecond: isOn(second.id) }
}

export function isOn(id: string): (owner: string) => boolean {
  return (owner) => owner === id
}
