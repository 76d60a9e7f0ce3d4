/** The same with properties that can be assigned, for what is filled in step by step. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
