import type { Connection } from '../../engine/conntrack/connection.ts';
import type { ConntrackState } from '../../engine/packet.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';

/** States of packets that belong to a connection; without one there is nothing that could be asked about it. */
export const WITH_ENTRY: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED'];

/** The connection's entry as a match finds it: none for INVALID and UNTRACKED packets, unknown where the state is open. */
export function connectionOf({ connection, state }: Traversal): Connection | Unknown | undefined {
  if (connection !== undefined) return connection;
  return state instanceof Unknown ? state : undefined;
}

/** Decides by the connection's entry; without one the kernel says `without`. */
export function byConnection(traversal: Traversal, without: boolean, test: (connection: Connection) => Truth): Truth {
  const connection = connectionOf(traversal);
  if (connection === undefined) return without;
  return connection instanceof Unknown ? connection : test(connection);
}

/** The state in words for traces. */
export function observeState(state: ConntrackState | Unknown): string {
  return state instanceof Unknown ? 'the connection state is open' : `the connection state is ${state}`;
}
