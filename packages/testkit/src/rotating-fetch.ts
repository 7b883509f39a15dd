/**
 * A `fetch` that sends each request to the next of the URLs, round and round: a load balancer without stickiness. It
 * swaps the origin and keeps path and query.
 */
export function rotatingFetch(urls: readonly string[]): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const origins = urls.map((url) => new URL(url).origin)
  let sent = 0
  return (url, init) => {
    const { pathname, search } = new URL(url)
    const origin = origins[sent++ % origins.length]
    return fetch(new URL(pathname + search, origin), init)
  }
}
