import type { Family } from '../netfilter.ts';
import type { Argument } from '../syntax/line.ts';
import type { Problem } from '../extensions/definition.ts';
import { INTERFACE_LIMIT } from '../values/interface.ts';
import { findShort, type BaseOption } from './options.ts';

/** What iptables comes to behind a letter that it passes over. */
export type BehindUnknown =
  /** It answers and stops. */
  | { readonly kind: 'stop'; readonly spec: BaseOption }
  /** It leaves the line to the other family. */
  | { readonly kind: 'family'; readonly spec: BaseOption }
  /** It takes the row itself for an option's value, and goes on. */
  | { readonly kind: 'value'; readonly spec: BaseOption };

/** What the letters behind the unknown one in `word` lead to; undefined where iptables comes to the unknown letter again, or refuses something else. */
export function readBehindUnknown(unknown: string, letters: string, word: Argument, family: Family): BehindUnknown | undefined {
  // What is no ASCII is several letters to getopt.
  if (unknown > '~') return undefined;
  const [own, other] = family === 'ipv4' ? ['4', '6'] : ['6', '4'];
  const flags = family === 'ipv4' ? `vnxf${own}` : `vnx${own}`;
  const decisive = new RegExp(`^[${flags}]*(?<stop>[hV])|^[${flags}]*(?<family>${other})|^[v${own}]*(?<value>[ioM])$`, 'u').exec(letters)?.groups;
  for (const kind of ['stop', 'family', 'value'] as const) {
    const letter = decisive?.[kind];
    if (letter === undefined || (kind === 'value' && letter !== 'M' && word.text.length > INTERFACE_LIMIT)) continue;
    return { kind, spec: findShort(letter)! };
  }
  return undefined;
}

/** What becomes of the row of letters, and that an option with two dashes was probably meant. */
export function explainPassedOver(unknown: string, { kind, spec }: BehindUnknown, { text, start, end }: Argument): Problem {
  const becomes = {
    stop: `prints its ${spec.name === 'help' ? 'help' : 'version'} for \`${spec.short!}\` and stops with success: it loads nothing of this block, and reads nothing behind it`,
    family: `leaves the line to the other family for \`${spec.short!}\``,
    value: `takes \`${text}\` itself for the value of \`-${spec.short!}\``,
  };
  return {
    code: kind === 'stop' ? 'early-end' : 'misread-value', span: { start, end }, accepted: true,
    message: `iptables-restore reads \`${text}\` as letters of their own, passes over \`${unknown}\`, which is none of its options, and ${becomes[kind]}. A long option has two dashes.`,
  };
}
