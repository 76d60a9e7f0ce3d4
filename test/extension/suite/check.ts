/** Throws with `message` unless the condition holds; node's own assertions do not exist in a web worker. */
export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both are the same JSON. */
export function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  ok(is === should, `expected ${should}, got ${is}`);
}

/** The first value of `look` that is neither undefined nor false, asked again for twenty seconds. */
export async function eventually<Value>(what: string, look: () => Promise<Value> | Value): Promise<Exclude<Value, undefined | false>> {
  for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
    const value = await look();
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>;
  }
  throw new Error(`waited twenty seconds for ${what}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
