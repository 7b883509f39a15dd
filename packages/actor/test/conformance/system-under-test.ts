import type { ActorSystem, ActorSystemOptions, VirtualClock } from '../../src/index.ts'

/** A system whose time and chance are the test's. */
export interface SystemUnderTest {
  readonly system: ActorSystem
  readonly clock: VirtualClock
  /** What `onFailure` was told. */
  readonly failures: readonly { readonly name: string; readonly error: unknown }[]
}

/** A way to make a system that keeps the claims. */
export type MakeSystem = (options?: Partial<ActorSystemOptions>) => SystemUnderTest
