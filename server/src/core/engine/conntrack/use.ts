import type { Connection, Ports, Tuple } from './connection.ts';
import { candidates, rivals, taken, type ConntrackTable } from './table.ts';
import { inverse, isIcmp } from './tuple.ts';

/** Most ports that the kernel tries in a row; of a range that has more, one is always found. */
export const ATTEMPTS = 128;

/** The part of a tuple that NAT chooses a port for; the id of an ICMP query is its source port. */
export type PortPart = 'sourcePort' | 'destinationPort';

/** What a connection's NAT may know of the tuples in use; tuples are those of the original direction. */
export class Use {
  private readonly table: ConntrackTable;
  private readonly connection: Connection;
  private readonly now: number;

  constructor(table: ConntrackTable, connection: Connection, now: number) {
    this.table = table;
    this.connection = connection;
    this.now = now;
  }

  /** Whether no other connection surely has the tuple, whose `part` a port was chosen for. */
  free(tuple: Tuple, part: PortPart = 'sourcePort'): boolean {
    if (this.isTaken(tuple)) return false;
    // Where others share few ports, each of these is taken, whoever has it.
    return canAllHave(this.rivals(tuple, part).map((ports) => this.left(tuple, part, ports).filter((port) => port !== tuple[part])));
  }

  /** Whether another connection may have the tuple, because a part of either is not known. */
  contested(tuple: Tuple): boolean {
    return this.holders(tuple).length > 0;
  }

  /** Whether other connections may have the tuple with each of these ports. */
  mayBeUsedUp(tuple: Tuple, part: PortPart, ports: readonly number[]): boolean {
    return canAllHave(ports.map((port) => this.holders({ ...tuple, [part]: port })));
  }

  private isTaken(tuple: Tuple): boolean {
    return taken(this.table, inverse(tuple), this.connection, this.now);
  }

  private holders(tuple: Tuple): readonly Connection[] {
    return candidates(this.table, inverse(tuple), this.now).map((found) => found.connection).filter((connection) => connection !== this.connection);
  }

  /** Ports of a range that no connection of which all is known has. */
  private left(tuple: Tuple, part: PortPart, ports: Ports): number[] {
    return portsOf(ports).filter((port) => !this.isTaken({ ...tuple, [part]: port }));
  }

  /** The small ranges from which the ports of those were drawn that surely have the tuple but for its port. */
  private rivals(tuple: Tuple, part: PortPart): Ports[] {
    const answered = isIcmp(tuple.protocol) || part === 'destinationPort' ? 'sourcePort' : 'destinationPort';
    return rivals(this.table, inverse(tuple), answered, this.now).flatMap((connection) => {
      const drawn = part === 'sourcePort' ? connection.drawnFrom : connection.drawnTo;
      return connection === this.connection || drawn === undefined || drawn.to - drawn.from >= ATTEMPTS ? [] : [drawn];
    });
  }
}

export const portsOf = ({ from, to }: Ports): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Whether each of those who want something can have one thing of their own. */
function canAllHave<T>(wanted: readonly (readonly T[])[]): boolean {
  const owners = new Map<T, number>();
  const give = (who: number, asked: Set<T>): boolean => wanted[who]!.some((thing) => {
    if (asked.has(thing)) return false;
    asked.add(thing);
    const owner = owners.get(thing);
    if (owner !== undefined && !give(owner, asked)) return false;
    owners.set(thing, who);
    return true;
  });
  return wanted.every((_, who) => give(who, new Set()));
}
