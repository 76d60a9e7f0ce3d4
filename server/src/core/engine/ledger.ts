import { Digest, type Sum } from './digest.ts';

/** Whoever may change an entry in place; told apart by identity. */
type Owner = object;

/** How values of a kind are copied, and what of them makes a difference. */
export interface Kind<T> {
  copy(value: T): T;
  essence(value: T): unknown;
}

/** Something that packets change, as one world has it. */
export interface Entry<T> {
  readonly value: T;
  readonly kind: Kind<T>;
  owner: Owner;
  /** What tells it from others of its kind, beside its value. */
  readonly place: number | string | undefined;
  /** Whether the packet that is on its way may have changed it. */
  isTouched: boolean;
  /** What it was worth when that packet first touched it; undefined when it was not there. */
  before: Sum | undefined;
  /** Whether it has been taken out since. */
  isGone: boolean;
}

/**
 * What is a world's own, and how worlds that have branched off each other differ. An entry that a world does not own is
 * looked at by others as well: it is copied before it is changed. While there are several worlds, each keeps the sum of
 * what has changed since they were one, so that equal ones are found without looking at all that they hold.
 */
export class Ledger {
  owner: Owner = {};
  private touched: Entry<unknown>[] = [];
  private change: Sum | undefined;

  /** An entry that was not there before. */
  add<T>(value: T, kind: Kind<T>, place?: Entry<T>['place']): Entry<T> {
    const entry: Entry<T> = { value, kind, owner: this.owner, place, isTouched: true, before: undefined, isGone: false };
    this.touched.push(entry as Entry<unknown>);
    return entry;
  }

  /** The value as it may be changed: the entry's own, or that of a copy which `put` puts in its place. */
  own<T>(entry: Entry<T>, put: (copied: Entry<T>) => void): T {
    let own = entry;
    if (own.owner !== this.owner) put(own = { ...entry, value: entry.kind.copy(entry.value), owner: this.owner, isTouched: false });
    this.touch(own);
    return own.value;
  }

  /** Notes that an entry is taken out. */
  remove<T>(entry: Entry<T>): void {
    const own = entry.owner === this.owner ? entry : { ...entry, owner: this.owner, isTouched: false };
    this.touch(own);
    own.isGone = true;
  }

  private touch<T>(own: Entry<T>): void {
    if (own.isTouched) return;
    own.isTouched = true;
    own.before = this.change === undefined ? undefined : worth(own);
    this.touched.push(own as Entry<unknown>);
  }

  /** What another world begins with that branches off here: copies of all that the packet on its way has touched, and of their values. */
  branch(): { readonly ledger: Ledger; readonly entries: readonly Entry<unknown>[]; readonly values: ReadonlyMap<unknown, unknown> } {
    const isFirst = this.change === undefined;
    this.change ??= { high: 0, low: 0 };
    this.owner = {};
    const ledger = new Ledger();
    ledger.change = { ...this.change };
    const values = new Map<unknown, unknown>();
    for (const entry of this.touched) {
      // What was done to it before is common to both.
      if (isFirst && !entry.isGone) entry.before = worth(entry);
      entry.owner = this.owner;
      if (!values.has(entry.value)) values.set(entry.value, entry.kind.copy(entry.value));
      ledger.touched.push({ ...entry, value: values.get(entry.value), owner: ledger.owner });
    }
    return { ledger, entries: ledger.touched, values };
  }

  /** Closes the account of a packet whose way is over. */
  settle(): void {
    const { change, touched } = this;
    for (const entry of touched) {
      if (change !== undefined) add(change, entry);
      entry.isTouched = false;
      entry.before = undefined;
    }
    touched.length = 0;
  }

  /** Of worlds that have branched off each other, equal for those in which the same has changed. */
  get changes(): string {
    return this.change === undefined ? '' : `${this.change.high} ${this.change.low}`;
  }

  /** Goes on as the only world. */
  forgetChanges(): void {
    this.change = undefined;
  }
}

function add(change: Sum, entry: Entry<unknown>): void {
  const { before } = entry;
  const after = entry.isGone ? NOTHING : worth(entry);
  change.high = (change.high + after.high - (before?.high ?? 0)) | 0;
  change.low = (change.low + after.low - (before?.low ?? 0)) | 0;
}

const NOTHING: Sum = { high: 0, low: 0 };

const worth = <T>({ value, kind, place }: Entry<T>): Sum => new Digest().add(place).add(kind.essence(value)).sum;
