/**
 * Why an actor is gone: it was told to stop, itself or with its parent; it failed, and its supervision ended it; it did not
 * live when the watch began; or the worker that it lived on died.
 */
export type Termination =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'lost'; readonly worker: string }

/** What an actor is told of one that it watches. */
export interface Terminated {
  readonly name: string
  readonly reason: Termination
}
