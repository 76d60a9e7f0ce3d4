import { readBigInteger } from './integer.ts';
import { asRate, rate } from './rate.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** `hashlimit` counts the time between packets in 1/1000000 s. */
export const FLOW_SCALE = 1_000_000;

/**
 * A rate of packets, as the time between two of them and the seconds of the unit it was written in; or a rate of bytes,
 * as the kernel's cost of a chunk of 16 bytes, which rounds it.
 */
export type FlowRate =
  | { readonly kind: 'packets'; readonly interval: number; readonly seconds: number }
  | { readonly kind: 'bytes'; readonly cost: number };

const WORD = 0xffffffff;
const CHUNK = 16;
/** What strtoull makes of any larger number. */
const MOST = 2n ** 64n - 1n;
const UNITS: readonly (readonly [unit: string, bytes: number])[] = [['m', 1024 * 1024], ['k', 1024]];

const packets = rate(FLOW_SCALE);

/** `NUMBER[/UNIT]` packets or `NUMBER[k|m]b/s` bytes. */
export const flowRate: ValueType<FlowRate> = {
  placeholder: 'NUMBER[/UNIT]|BYTES/s',
  parse(text, context) {
    const bytes = /^[ \t\n\v\f\r]*\+?([0-9]+)(.*?)b\/(s.*)$/su.exec(text);
    if (bytes !== null) return readBytes(bytes[1]!, bytes[2]!, bytes[3]!, text);
    const parsed = packets.parse(text, context);
    if (!parsed.ok) return parsed;
    const value = { kind: 'packets', interval: parsed.value, seconds: unitOf(text) } as const;
    const meant = /^([0-9]+)([kmgt]?)i?b/iu.exec(text);
    return meant === null ? { ...parsed, value } : ok(value, `iptables counts bytes with \`b/s\`, \`kb/s\` and \`mb/s\` alone; \`${text}\` is a number of packets to it. Write bytes as \`${meant[1]!}${/[km]/iu.exec(meant[2]!)?.[0].toLowerCase() ?? ''}b/s\`.`);
  },
  print: (value, context) => (value.kind === 'packets' ? packets.print(value.interval, context) : `${printBytes(value.cost)}b/s`),
  complete: (context) => [...packets.complete!(context), ...['16kb/s', '512kb/s', '1mb/s', '10mb/s'].map((text) => ({ text, detail: 'bytes on average' }))],
  hover: (value, context) => (value.kind === 'packets' ? packets.hover!(value.interval, context) : `${bytesOf(value.cost)} bytes a second on average.`),
};

function unitOf(text: string): number {
  const unit = /\/([a-z]+)$/iu.exec(text)?.[1]?.toLowerCase() ?? 's';
  return [['day', 86400], ['hour', 3600], ['minute', 60]].find(([word]) => (word as string).startsWith(unit))?.[1] as number | undefined ?? 1;
}

/** iptables looks for the first `b/s` and at the letter before it, and passes over all else behind the number (seen in 1.8.9). */
function readBytes(digits: string, prefix: string, unit: string, text: string): Parsed<FlowRate> {
  const [letter, factor] = UNITS.find(([name]) => prefix.endsWith(name)) ?? ['', 1];
  const number = BigInt(digits) > MOST ? MOST : BigInt(digits);
  const bytes = BigInt.asUintN(64, number * BigInt(factor));
  if (bytes === 0n) return fail(`\`${text}\` lets nothing through; write a positive rate such as \`512kb/s\`.`);
  const cost = costOf(bytes);
  if (cost === undefined) return fail(`iptables crashes on \`${text}\`, whose chunks of ${CHUNK} bytes fill 32 bits; write a rate below \`32768mb/s\`.`);
  const value = { kind: 'bytes', cost } as const;
  if (prefix !== letter || !'second'.startsWith(unit)) return ok(value, misread(digits, prefix, letter, text));
  const [kept, meant] = [bytesOf(cost), Number(digits) * factor];
  return ok(value, Math.abs(kept - meant) > meant / 100 ? `The kernel rounds \`${text}\` to ${printBytes(cost)}b/s.` : undefined);
}

function misread(digits: string, prefix: string, letter: string, text: string): string {
  const isUnit = /^[A-Za-z]+$/u.test(prefix) && letter === '';
  return isUnit ? `\`${prefix}b\` is not a unit that iptables knows, and it reads \`${text}\` as bytes; write \`kb\` or \`mb\`.`
    : `iptables reads ${shown(text)} as \`${digits}${letter}b/s\` and passes over the rest; write that.`;
}

/**
 * The kernel's cost of a chunk at a rate of bytes a second, as iptables reckons it: it counts the chunks of a second in 32 bits,
 * so that faster rates begin again at 0. Undefined where that makes it divide by 0. Seen in iptables.
 */
function costOf(bytes: bigint): number | undefined {
  const chunks = Number(BigInt.asUintN(32, bytes / BigInt(CHUNK)));
  return chunks === WORD ? undefined : Math.floor(WORD / (chunks + 1));
}

/** Bytes a second that a cost comes down to. */
export const bytesOf = (cost: number): number => (Math.floor(WORD / cost) - 1) * CHUNK;

/** The largest unit in which the rate keeps its cost. */
function printBytes(cost: number): string {
  const bytes = bytesOf(cost);
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(bytes / size);
    if (whole > 0 && costOf(BigInt.asUintN(32, BigInt(whole * size))) === cost) return `${whole}${unit}`;
  }
  return String(bytes);
}

/** The rate as it is measured and printed with `--hashlimit-rate-match`: so many packets in each interval of its unit. Seen in iptables. */
export function measured(value: FlowRate): FlowRate {
  return value.kind === 'bytes' ? value : { ...value, interval: Math.floor(value.interval / value.seconds) };
}

/** Seconds of the unit in which the rate is printed, by which iptables tells whether an expiry is the default one. */
export const printedUnit = ({ interval }: { readonly interval: number }): number => asRate(interval, FLOW_SCALE).seconds;

/** The largest burst that is written without a unit. */
export const MOST_BURST = 1_000_000;

/** A number of packets, or of bytes with `kb`, `mb` or `b` behind it. */
export const flowBurst: ValueType<number> = {
  placeholder: 'PACKETS|BYTES[kb|mb|b]',
  parse(text) {
    const [, digits, unit] = /^([ \t\n\v\f\r]*\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*))(.*)$/su.exec(text) ?? [];
    const number = digits === undefined ? undefined : readBigInteger(digits);
    if (number === undefined || number > MOST) return fail(`${shown(text)} is not a burst: write a number of packets such as \`10\`, or for a rate of bytes an amount such as \`1mb\`.`);
    if (number > BigInt(MOST_BURST) && unit === '') return fail(`\`${text}\` is above ${MOST_BURST}, the largest burst without a unit; for a rate of bytes write \`${text}b\`.`);
    const factor = UNITS.find(([name]) => unit!.startsWith(name))?.[1] ?? 1;
    const value = Number(number) * factor;
    if (value === 0) return fail(`A burst of \`${text}\` lets nothing through; the least is 1.`, '1');
    return ok(value, /^([km]?b|[km])?$/u.test(unit!) ? undefined : `iptables passes over what stands behind the number in \`${text}\`, and reads it as ${value}; write \`kb\`, \`mb\` or nothing behind it.`);
  },
  print: String,
};

/** Steps of a burst of bytes, each as large as a second's worth; the kernel counts in those. */
export const burstSteps = (burst: number, cost: number): number => Math.ceil((burst % 2 ** 32) / bytesOf(cost));

/** A burst of bytes as iptables-save prints it: whole steps, in the largest unit, rounded down. */
export function printBurst(burst: number, cost: number): string {
  const bytes = burstSteps(burst, cost) * bytesOf(cost);
  const [unit, size] = UNITS.find(([, each]) => bytes >= each) ?? ['', 1];
  return `${Math.floor(bytes / size)}${unit}b`;
}
