import type { CompileContext, ExtensionUse, Problem } from '../definition.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { integer } from '../../values/integer.ts';
import { asRate, rate } from '../../values/rate.ts';
import { defineMatch, option } from '../definition.ts';
import { HZ, jiffies } from '../shared/clock.ts';

const SCALE = 10_000;
const DEFAULT_INTERVAL = 20 * 60 * SCALE;
const DEFAULT_BURST = 5;

const average = option('limit', rate(SCALE));
const burst = option('limit-burst', integer({ what: 'a burst', min: 0, max: 10_000, example: '10', placeholder: 'PACKETS' }));

/** iptables-legacy's bucket counts credits, of which each tick adds so many (for a tick of 1/250 s). Seen in the kernel. */
const CREDITS_PER_TICK = 128;
const CREDITS_PER_SECOND = HZ * CREDITS_PER_TICK;
const WORD = 2 ** 32;

/** Credits of a time in 1/10000 s, in the kernel's 32-bit arithmetic: beyond 13.4 s it drops parts of a second. */
function credits(time: number): number {
  const most = Math.floor((WORD - 1) / CREDITS_PER_SECOND);
  if (time > most) return (Math.floor(time / SCALE) * CREDITS_PER_SECOND) % WORD;
  return Math.floor((time * CREDITS_PER_SECOND) / SCALE);
}

/** Cost of a packet and size of the bucket, in units of which `perSecond` flow in. */
interface Bucket {
  readonly cost: number;
  readonly room: number;
}

interface Level {
  level: number;
  /** Time of the last packet: ticks for legacy, nanoseconds for nft. */
  last: number;
}

function shape(use: ExtensionUse): { readonly interval: number; readonly burst: number } {
  // iptables-nft reads a burst of 0 as the default; iptables-legacy refuses it.
  return { interval: use.option(average)?.value ?? DEFAULT_INTERVAL, burst: use.option(burst)?.value || DEFAULT_BURST };
}

function legacyBucket(use: ExtensionUse): Bucket {
  const { interval, burst: packets } = shape(use);
  return { cost: credits(interval), room: credits((interval * packets) % WORD) };
}

/** iptables-nft has a bucket of nanoseconds, exact but for the rate being rounded to whole packets of its unit. */
function nftBucket(use: ExtensionUse): Bucket {
  const { interval, burst: packets } = shape(use);
  const { count, seconds } = asRate(interval, SCALE);
  const cost = Math.floor((seconds * 1e9) / count);
  return { cost, room: cost * packets };
}

/** Takes a packet's cost out of the bucket if it holds that much. */
function spend(state: Level, now: number, inflow: number, { cost, room }: Bucket): boolean {
  state.level = Math.min(room, state.level + (now - state.last) * inflow);
  state.last = now;
  if (state.level < cost) return false;
  state.level -= cost;
  return true;
}

function conditions(use: ExtensionUse, context: CompileContext): readonly Condition[] {
  const buckets = { legacy: legacyBucket(use), nft: nftBucket(use) };
  const slot = context.slot<{ legacy: Level; nft: Level }>(() => ({ legacy: { level: buckets.legacy.room, last: 0 }, nft: { level: buckets.nft.room, last: 0 } }));
  const now = ({ backend, world }: Traversal): number => (backend === 'nft' ? Math.round(world.now * 1e9) : jiffies(world.now));
  return [{
    source: use.options.length === 0 ? '-m limit' : use.options.map(({ text }) => text).join(' '),
    test(traversal) {
      const { backend, world } = traversal;
      return spend(world.slot(slot)[backend], now(traversal), backend === 'nft' ? 1 : CREDITS_PER_TICK, buckets[backend]);
    },
    observe({ backend, world }) {
      const left = Math.floor(world.slot(slot)[backend].level / buckets[backend].cost);
      return left === 0 ? 'the limit is used up' : `the limit has room for ${left} more`;
    },
  }];
}

/** iptables-legacy's kernel side refuses a bucket whose size overflows 32 bits; iptables-nft has room. */
function check(use: ExtensionUse): readonly Problem[] {
  const { cost, room } = legacyBucket(use);
  const zero = use.option(burst);
  if (zero?.value === 0) {
    return [{ code: 'invalid-value', message: 'iptables-legacy refuses a burst of 0, and iptables-nft reads it as 5; write the burst you want, at least 1.', span: zero.span, accepted: true, refusedBy: 'legacy' }];
  }
  if (room >= cost) return [];
  return [{ code: 'invalid-value', message: 'iptables-legacy refuses this limit: average and burst together are too large for its 32-bit bucket. Write a smaller burst or a faster average, such as `--limit 1/hour`.', span: use.span, accepted: true, refusedBy: 'legacy' }];
}

function save(use: ExtensionUse): readonly string[] {
  const { interval, burst: packets } = shape(use);
  const context = { family: use.family };
  return ['--limit', average.values[0]!.print(interval, context), ...(packets === DEFAULT_BURST ? [] : ['--limit-burst', String(packets)])];
}

export default defineMatch({ name: 'limit', families: ['ipv4', 'ipv6'], options: [average, burst], check, save, conditions });
