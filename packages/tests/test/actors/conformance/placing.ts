import { actorOf, type ClusterUnderTest } from './actors-under-test.ts'

/** An actor that lives on a worker of the test's choice; the cluster gives new ones to whoever has few. */
export async function actorOn(cluster: ClusterUnderTest, isWanted: (owner: string) => boolean, kind?: string) {
  for (;;) {
    const actor = actorOf(cluster, kind)
    await actor.ref.ask({ do: 'answer' })
    if (isWanted((await cluster.ownerOf(actor.name)) ?? '')) return actor
  }
}
