import type { About } from './knowledge.ts';

/** What can't be decided from what is known, with the reason in words that complete "it depends on whether …". */
export class Unknown {
  readonly reason: string;
  /** Where the whole answer hangs on one open field of the packet: which. The reason's words are then asked once. */
  readonly about: About | undefined;
  constructor(reason: string, about?: About) {
    this.reason = reason;
    this.about = about;
  }
}

/** Three-valued truth: a condition holds, does not hold, or can't be decided. */
export type Truth = boolean | Unknown;

/** Negation keeps the unknown. */
export function not(truth: Truth): Truth {
  return truth instanceof Unknown ? truth : !truth;
}

/** False when one is false, else unknown when one is unknown. */
export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === true ? b : b === true ? a : new Unknown(a.reason);
}

/** True when one is true, else unknown when one is unknown. */
export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  return a === false ? b : b === false ? a : new Unknown(a.reason);
}
