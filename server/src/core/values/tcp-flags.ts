import { TCP_FLAGS } from '../engine/packet.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

/** Flags that iptables knows by name; ECE and CWR it does not. */
const NAMED: readonly (readonly [name: string, bit: number])[] = [
  ['FIN', TCP_FLAGS.FIN], ['SYN', TCP_FLAGS.SYN], ['RST', TCP_FLAGS.RST], ['PSH', TCP_FLAGS.PSH], ['ACK', TCP_FLAGS.ACK], ['URG', TCP_FLAGS.URG],
];

const ALL = NAMED.reduce((bits, [, bit]) => bits | bit, 0);

const BITS: ReadonlyMap<string, number> = new Map([...NAMED, ['ALL', ALL], ['NONE', 0]]);

/** `FLAG[,FLAG…]`, `ALL` or `NONE`, as the bits of the header. */
export const tcpFlags: ValueType<number> = {
  placeholder: 'FLAGS',
  separator: ',',
  parse(text) {
    let bits = 0;
    for (const word of text.split(',').filter((each) => each !== '')) {
      const bit = BITS.get(word.toUpperCase());
      if (bit === undefined) return unknownFlag(word, text);
      bits |= bit;
    }
    return ok(bits, text.replaceAll(',', '') === '' ? 'No flag is named; write `NONE` for that.' : undefined);
  },
  print: printTcpFlags,
  complete: () => [...NAMED.map(([name]) => ({ text: name })), { text: 'ALL', detail: NAMED.map(([name]) => name).join(',') }, { text: 'NONE', detail: 'no flag' }],
  hover: (bits) => `Flags \`${printTcpFlags(bits)}\`.`,
};

function unknownFlag(word: string, text: string): ReturnType<ValueType<number>['parse']> {
  const upper = word.toUpperCase();
  if (upper === 'ECE' || upper === 'CWR') return fail(`iptables can't match the flag \`${word}\` by name; it knows \`SYN\`, \`ACK\`, \`FIN\`, \`RST\`, \`URG\` and \`PSH\`. Write \`-m ecn --ecn-tcp-${upper.toLowerCase()}\` for this one.`);
  const { hint, suggestion } = didYouMean(word, BITS.keys());
  return fail(`${shown(word)} is not a TCP flag.${hint} Write one or more of \`SYN\`, \`ACK\`, \`FIN\`, \`RST\`, \`URG\`, \`PSH\` with commas and no blanks, or \`ALL\` or \`NONE\`.`,
    suggestion === undefined ? undefined : text.split(',').map((each) => (each === word ? suggestion : each)).join(','));
}

/** Flags as iptables-save prints them: `NONE`, or names in the header's order; ECE and CWR follow for traces. */
export function printTcpFlags(bits: number): string {
  const names = [...NAMED, ['ECE', TCP_FLAGS.ECE] as const, ['CWR', TCP_FLAGS.CWR] as const].filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
}
