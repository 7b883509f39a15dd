import { ScaledMcpError } from '@scaled-mcp/contracts'
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator } from 'nats'

/** How to prove to NATS who we are: one of user and password, token, nkey seed or credentials file; and TLS. */
export interface NatsCredentials {
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
  /** The seed itself (`SU…`), not a file. */
  readonly nkeySeed?: string | undefined
  /** Contents of a `.creds` file. */
  readonly credentialsFile?: string | undefined
  /** Encrypts the connection; with `certFile` and `keyFile` the client proves itself too. Paths of PEM files. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } | undefined
}

/** A server list without its secrets, and what the secrets say. */
export interface ServerList {
  /** `host:port` each; safe to log. */
  readonly servers: string[]
  readonly credentials: NatsCredentials
}

/**
 * Takes `nats://user:password@host:port`, or `nats://token@host:port` as the `nats` CLI does, apart; the client does
 * not. A `tls://` address asks for TLS.
 * @throws ConfigInvalid for what is not an address.
 */
export function parseServers(addresses: string | readonly string[]): ServerList {
  const list = (typeof addresses === 'string' ? addresses.split(',') : addresses).map(parseAddress)
  const named = list.find(({ username }) => username !== '')
  return {
    servers: list.map(({ host }) => host),
    credentials: {
      ...(named && secretsOf(named)),
      ...(list.some(({ protocol }) => protocol === 'tls:') && { tls: {} })
    }
  }
}

function parseAddress(address: string): URL {
  const text = address.trim()
  const url = text.includes('://') ? text : `nats://${text}`
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed?.host) throw new ScaledMcpError('ConfigInvalid', 'a NATS server must be given as nats://host:port')
  return parsed
}

function secretsOf({ username, password }: URL): NatsCredentials {
  const name = decodeURIComponent(username)
  return password === '' ? { token: name } : { user: name, password: decodeURIComponent(password) }
}

/** The same, as the client takes it. */
export function authOptions({
  user,
  password,
  token,
  nkeySeed,
  credentialsFile,
  tls
}: NatsCredentials): ConnectionOptions {
  const bytes = new TextEncoder()
  return {
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(nkeySeed !== undefined && { authenticator: nkeyAuthenticator(bytes.encode(nkeySeed)) }),
    ...(credentialsFile !== undefined && { authenticator: credsAuthenticator(bytes.encode(credentialsFile)) }),
    ...(tls && { tls })
  }
}
