import type { FlowRate } from '../../values/flow-rate.ts';
import { HZ } from './clock.ts';

/**
 * The buckets of `hashlimit`, in the kernel's arithmetic. For packets, credits stand for time: a tick adds 2^39 of them and
 * 1/1000000 s costs 137438953 (for a tick of 1/250 s). Seen in the kernel.
 */
const CREDITS_PER_UNIT = 137438953n;
const UNITS_PER_TICK = 2 ** 39 / Number(CREDITS_PER_UNIT);
const DOUBLE_WORD = 2n ** 64n;

/** For bytes, a second's worth of credits is the size of the bucket, which a burst refills so many times. */
const BYTE_CREDITS_PER_TICK = 2 ** 24;
const BYTE_ROOM = BYTE_CREDITS_PER_TICK * HZ;

/** What a table of flows is set up with. */
export interface BucketShape {
  readonly rate: FlowRate;
  /** Packets, or steps of a second's worth of bytes. */
  readonly burst: number;
}

/** The state of one flow; plain data. */
export interface Bucket {
  level: number;
  /** Tick of the last packet. */
  last: number;
  /** Refills that a burst of bytes has left. */
  refills: number;
}

/** Time in 1/1000000 s that the kernel makes of a time, which wraps round at 64 bits of credits. */
export function heldTime(time: number): number {
  return Number((BigInt(time) * CREDITS_PER_UNIT) % DOUBLE_WORD) / Number(CREDITS_PER_UNIT);
}

/** The largest burst of packets whose time the bucket holds without wrapping round. */
export const longestBurst = (interval: number): number => Number((DOUBLE_WORD - 1n) / CREDITS_PER_UNIT / BigInt(interval));

/** Whether the kernel can express the cost of a chunk of bytes in credits at all. */
export const isPayable = (cost: number): boolean => chunkCredits(cost) > 0;

const room = ({ rate, burst }: BucketShape): number => (rate.kind === 'bytes' ? BYTE_ROOM : heldTime(rate.interval * burst));

/** A flow that is seen for the first time: its bucket is full. */
export const fullBucket = (shape: BucketShape, now: number): Bucket => ({ level: room(shape), last: now, refills: shape.burst });

/** Lets a packet of so many bytes take its cost, if the bucket holds it. */
export function take(bucket: Bucket, shape: BucketShape, now: number, length: number): boolean {
  const inflow = shape.rate.kind === 'bytes' ? BYTE_CREDITS_PER_TICK : UNITS_PER_TICK;
  bucket.level = Math.min(room(shape), bucket.level + (now - bucket.last) * inflow);
  bucket.last = now;
  const cost = shape.rate.kind === 'packets' ? shape.rate.interval : byteCost(shape.rate.cost, length);
  if (bucket.level < cost && shape.rate.kind === 'bytes' && bucket.refills > 0) {
    bucket.refills--;
    bucket.level = BYTE_ROOM;
  }
  if (bucket.level < cost) return false;
  bucket.level -= cost;
  return true;
}

/** Credits of a packet: its chunks of 16 bytes, one more begun, at the rate's cost; never more than the bucket holds. */
function byteCost(cost: number, length: number): number {
  return Math.min(BYTE_ROOM, (Math.floor(length / 16) + 1) * chunkCredits(cost));
}

const chunkCredits = (cost: number): number => Number((BigInt(cost) * BigInt(BYTE_ROOM)) >> 32n);
