/** What can't be decided from what is known, with the reason in words that complete "it depends on whether …". */
export class Unknown {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Three-valued truth: a condition holds, does not hold, or can't be decided. */
export type Truth = boolean | Unknown;

/** Negation keeps the unknown. */
export function not(truth: Truth): Truth {
  return truth instanceof Unknown ? truth : !truth;
}
