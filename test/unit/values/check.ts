import assert from 'node:assert/strict';
import type { Family } from '../../../server/src/core/netfilter.ts';
import type { ValueType } from '../../../server/src/core/values/value.ts';

export interface Where {
  readonly family?: Family;
  readonly protocol?: number;
}

/** Asserts what a type reads, as `text → printed` where iptables takes it without oddity. */
export function takes<V>(type: ValueType<V>, pairs: Readonly<Record<string, string>>, where: Where = {}): void {
  for (const [text, printed] of Object.entries(pairs)) {
    const context = { family: 'ipv4' as const, ...where };
    const parsed = type.parse(text, context);
    assert.ok(parsed.ok, `\`${text}\` is refused: ${parsed.ok ? '' : parsed.message}`);
    assert.equal(parsed.warning, undefined, `\`${text}\``);
    assert.equal(type.print(parsed.value, context), printed, `\`${text}\``);
  }
}

/** Asserts what a type takes with a warning: `text → [printed, part of the warning]`. */
export function warns<V>(type: ValueType<V>, pairs: Readonly<Record<string, readonly [printed: string, warning: RegExp]>>, where: Where = {}): void {
  for (const [text, [printed, warning]] of Object.entries(pairs)) {
    const context = { family: 'ipv4' as const, ...where };
    const parsed = type.parse(text, context);
    assert.ok(parsed.ok, `\`${text}\` is refused`);
    assert.match(parsed.warning ?? '', warning, `\`${text}\``);
    assert.equal(type.print(parsed.value, context), printed, `\`${text}\``);
  }
}

/** Asserts what a type refuses: `text → [part of the message, what to write instead]`. */
export function refuses<V>(type: ValueType<V>, pairs: Readonly<Record<string, readonly [message: RegExp, suggestion?: string]>>, where: Where = {}): void {
  for (const [text, [message, suggestion]] of Object.entries(pairs)) {
    const parsed = type.parse(text, { family: 'ipv4', ...where });
    assert.ok(!parsed.ok, `\`${text}\` is taken`);
    assert.match(parsed.message, message, `\`${text}\``);
    assert.equal(parsed.suggestion, suggestion, `suggestion for \`${text}\``);
  }
}
