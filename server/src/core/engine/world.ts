import { branchTable, emptyTable, find, type ConntrackTable } from './conntrack/table.ts';
import type { Connection, Tuple } from './conntrack/connection.ts';
import { Ledger, type Entry } from './ledger.ts';
import { STATE } from './state.ts';
import type { Slot, World } from './traversal.ts';

/** One course that the past may have taken: what the kernel would remember. */
export class WorldState implements World {
  now = 0;
  /** What was assumed of earlier packets to get here, the latest last; empty where no other course of the past is possible. */
  past: readonly string[] = [];
  table: ConntrackTable;
  private readonly ledger: Ledger;
  private slots: (Entry<unknown> | undefined)[] = [];
  private sharedStates = new Map<string, Entry<unknown>>();

  constructor(ledger = new Ledger()) {
    this.ledger = ledger;
    this.table = emptyTable(ledger);
  }

  slot<S>({ index, initial }: Slot<S>): S {
    const entry = this.slots[index];
    if (entry !== undefined) return this.ledger.own(entry, (copied) => { this.slots[index] = copied; }) as S;
    return (this.slots[index] = this.ledger.add<unknown>(initial(), STATE, index)).value as S;
  }

  shared<S>(kind: string, name: string, initial: () => S): S {
    const key = `${kind}\0${name}`;
    const entry = this.sharedStates.get(key);
    if (entry !== undefined) return this.ledger.own(entry, (copied) => { this.sharedStates.set(key, copied); }) as S;
    const added = this.ledger.add<unknown>(initial(), STATE, key);
    this.sharedStates.set(key, added);
    return added.value as S;
  }

  findConnection(tuple: Tuple): Connection | undefined {
    return find(this.table, tuple, this.now)?.connection;
  }

  /** A world of its own that goes on from here, and the copies in it of what the packet on its way has to do with. */
  branch(): { readonly world: WorldState; readonly copies: ReadonlyMap<unknown, unknown> } {
    const { ledger, entries, values } = this.ledger.branch();
    const world = new WorldState(ledger);
    world.now = this.now;
    world.past = this.past;
    world.table = branchTable(this.table, ledger, entries);
    world.slots = [...this.slots];
    world.sharedStates = new Map(this.sharedStates);
    for (const entry of entries) {
      if (typeof entry.place === 'number') world.slots[entry.place] = entry;
      else if (entry.place !== undefined) world.sharedStates.set(entry.place, entry);
    }
    return { world, copies: values };
  }

  /** Closes the account of a packet whose way is over. */
  settle(): void {
    this.ledger.settle();
  }

  /** Goes on as the only course. */
  alone(): void {
    this.ledger.forgetChanges();
  }

  /** A text that is equal for worlds of the same beginning in which every packet fares the same. */
  fingerprint(): string {
    return `${this.now} ${this.ledger.changes}`;
  }
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
    for (const state of states) state.settle();
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
    if (others.length === 0) first!.alone();
    const shared = first!.past.filter((text) => others.every(({ past }) => past.includes(text)));
    for (const state of this.possible) state.past = state.past.filter((text) => !shared.includes(text));
  }
}
