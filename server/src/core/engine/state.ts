import type { Kind } from './ledger.ts';

/** A copy of plain data that shares nothing with it. */
export function copyState<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part: unknown) => copyState(part)) as T;
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, copyState(part)])) as T;
  if (value instanceof Set) return new Set(value) as T;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyState(part)])) as T;
}

/** What matches and targets keep. */
export const STATE: Kind<unknown> = { copy: copyState, essence: (state) => state };
