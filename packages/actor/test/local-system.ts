import { ActorSystem, type ActorSystemOptions, VirtualClock } from '../src/index.ts'
import type { SystemUnderTest } from './conformance/system-under-test.ts'

/** All actors in this process; by chance nothing is added to a pause. */
export function localSystem(options: Partial<ActorSystemOptions> = {}): SystemUnderTest {
  const clock = new VirtualClock(1_000)
  const failures: { readonly name: string; readonly error: unknown }[] = []
  const onFailure = (name: string, error: unknown) => failures.push({ name, error })
  return { system: ActorSystem.start({ clock, random: () => 0, onFailure, ...options }), clock, failures }
}
