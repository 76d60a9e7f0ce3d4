import { copyTable, emptyTable, find, type ConntrackTable } from './conntrack/table.ts';
import type { Connection, Tuple } from './conntrack/connection.ts';
import type { Slot, World } from './traversal.ts';

/** One course that the past may have taken: what the kernel would remember. */
export class WorldState implements World {
  now = 0;
  /** What was assumed of earlier packets to get here, the latest last; empty where no other course of the past is possible. */
  past: readonly string[] = [];
  table: ConntrackTable = emptyTable();
  private slots: unknown[] = [];
  private sharedStates = new Map<string, unknown>();

  slot<S>(slot: Slot<S>): S {
    return (this.slots[slot.index] ??= slot.initial()) as S;
  }

  shared<S>(kind: string, name: string, initial: () => S): S {
    const key = `${kind}\0${name}`;
    let state = this.sharedStates.get(key);
    if (state === undefined) this.sharedStates.set(key, state = initial());
    return state as S;
  }

  findConnection(tuple: Tuple): Connection | undefined {
    return find(this.table, tuple, this.now)?.connection;
  }

  /** A world that shares nothing with this one, and where each of its connections went. */
  copy(): { readonly world: WorldState; readonly copies: ReadonlyMap<Connection, Connection> } {
    const world = new WorldState();
    const { table, copies } = copyTable(this.table);
    world.now = this.now;
    world.past = this.past;
    world.table = table;
    world.slots = structuredClone(this.slots);
    world.sharedStates = structuredClone(this.sharedStates);
    return { world, copies };
  }

  /** A text that is equal for worlds in which every packet fares the same. */
  fingerprint(): string {
    const connections = [...this.table.byTuple.values()].map(({ connection }) => connection);
    return serialize([this.now, this.slots, this.sharedStates, [...new Set([...connections, ...this.table.open])]]);
  }
}

function serialize(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    // JSON has one word for all of these: what stays for ever is not what is gone.
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part);
    if (part instanceof Map) return ['map', ...part];
    return part instanceof Set ? ['set', ...part] : part;
  });
}

/** Most courses of the past that are kept side by side. */
const MOST = 16;
/** Most of its assumptions that a course of the past is told by. */
const TOLD = 4;

/** Goes on from a packet of which this was supposed. */
export function remember(world: WorldState, supposed: readonly string[]): void {
  if (supposed.length > 0) world.past = [...world.past, ...supposed.map((text) => `of an earlier packet: ${text}`)].slice(-TOLD);
}

/**
 * The world as packets see it from the outside: one course of the past, or several while something about earlier
 * packets could not be decided. A packet is run in each of them.
 */
export class Worlds {
  /** At least one. */
  possible: readonly WorldState[] = [new WorldState()];
  /** Whether there were more courses than are kept, so that results may miss some. */
  incomplete = false;

  /** Seconds on the worlds' clock, which never goes back. */
  get now(): number {
    return this.possible[0]!.now;
  }

  /** Goes on with these courses, equal ones once. */
  continueWith(states: readonly WorldState[]): void {
    if (states.length === 1) {
      this.possible = states;
      states[0]!.past = [];
      return;
    }
    const distinct = new Map<string, WorldState>();
    for (const state of states) {
      const key = state.fingerprint();
      const equal = distinct.get(key);
      if (equal === undefined) distinct.set(key, state);
      else equal.past = equal.past.filter((text) => state.past.includes(text));
    }
    if (distinct.size > MOST) this.incomplete = true;
    this.possible = [...distinct.values()].slice(0, MOST);
    const [first, ...others] = this.possible;
    const shared = first!.past.filter((text) => others.every(({ past }) => past.includes(text)));
    for (const state of this.possible) state.past = state.past.filter((text) => !shared.includes(text));
  }
}
