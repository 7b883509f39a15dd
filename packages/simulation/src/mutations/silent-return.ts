import type { Member } from '@scaled-mcp/cluster'

/** Keeps to itself that it has connected anew. */
export function silentReturn(member: Member): Member {
  return {
    lease: member.lease,
    lost: member.lost,
    join: () => member.join(),
    drain: () => member.drain(),
    undrain: () => member.undrain(),
    offer: (kinds) => member.offer(kinds),
    returned: async () => undefined,
    leave: () => member.leave()
  }
}
