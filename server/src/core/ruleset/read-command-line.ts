import { cover, type Span } from '../text.ts';
import type { BoundCommand, BoundRule } from './model.ts';
import type { StatedOption } from './legal-options.ts';
import { optionText, type GivenBase, type Reading } from './reading.ts';

/** Reads `-t TABLE`; undefined when it has no value. */
export function readTable(reading: Reading, given: GivenBase): BoundRule['table'] {
  const value = reading.value(given);
  if (value === undefined) return undefined;
  const span = cover(given.nameSpan, value);
  reading.token('value', value, 'table');
  if (!reading.isCommand) {
    reading.problem('illegal-option', '`-t` can\'t stand in a ruleset file; the `*table` line above names the table.', span,
      { title: 'Remove -t', span: withBlank(reading.line.text, span), newText: '', safe: false });
  }
  return { name: value.text, span: value };
}

/** Reads `-c PACKETS BYTES` or `-c PACKETS,BYTES`, which mean nothing to the rule. */
export function readCounters(reading: Reading, given: GivenBase): void {
  const { spec, nameSpan } = given;
  const packets = reading.value(given);
  if (packets === undefined) return;
  reading.token('value', packets, spec.name);
  const both = /^[0-9]+,[0-9]+$/u.test(packets.text);
  const bytes = both ? packets : reading.takeValue();
  if (bytes !== undefined && !both) reading.token('value', bytes, spec.name);
  if (bytes === undefined) reading.problem('missing-value', '`-c` needs packets and bytes: `-c 10 1200`.', cover(nameSpan, packets));
  else if (!both && !(/^[0-9]+$/u.test(packets.text) && /^[0-9]+$/u.test(bytes.text))) {
    reading.problem('invalid-value', `\`${packets.text} ${bytes.text}\` are no counters; write two numbers, packets and bytes: \`-c 10 1200\`.`, cover(packets, bytes));
  }
}

/** Reads `-n`, `-x`, `-w` …; a ruleset takes none for waiting, and whether the others may stand there shows when the command is known. */
export function readListing(reading: Reading, given: StatedOption): void {
  if (!isWaiting(given.spec)) return;
  skipNumber(reading);
  if (!reading.isCommand) refuse(reading, given);
}

/** Reports `-n`, `-x` and `--line-numbers`, which iptables and iptables-restore take only with `-L`. */
export function refuseListing(reading: Reading, stated: readonly StatedOption[], command: BoundCommand | undefined): void {
  // What a command line does whose command is no known word, nobody knows.
  if ((command?.lists ?? command?.kind) === 'list' || (reading.isCommand && command === undefined)) return;
  for (const given of stated) if (given.spec.meaning.kind === 'listing' && !isWaiting(given.spec)) refuse(reading, given);
}

function refuse(reading: Reading, { spec, nameSpan }: StatedOption): void {
  const why = reading.isCommand ? 'belongs to `-L`; iptables refuses it beside any other command.' : 'is for the command line; iptables-restore refuses it in a rule.';
  reading.problem('illegal-option', `\`${optionText(spec)}\` ${why}`, nameSpan,
    { title: `Remove ${optionText(spec)}`, span: withBlank(reading.line.text, nameSpan), newText: '', safe: true });
}

const isWaiting = ({ short }: StatedOption['spec']): boolean => short === 'w' || short === 'W';

/** The seconds that `-w` and `-W` may have behind them. */
function skipNumber(reading: Reading): void {
  if (/^[0-9.]+$/u.test(reading.args[reading.next]?.text ?? '')) reading.next++;
}

/** The span with the blanks that follow it, so that removing it leaves one blank. */
function withBlank(text: string, span: Span): Span {
  let end = span.end;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return { start: span.start, end };
}
