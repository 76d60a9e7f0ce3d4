import { HZ } from './clock.ts';

/** What `hashlimit --hashlimit-rate-match` compares a flow with. */
export interface WindowShape {
  /** Packets or bytes that a window may hold. */
  readonly rate: number;
  /** What is let through of a window before it is known to hold too much. */
  readonly burst: number;
  /** Least seconds of a window. */
  readonly seconds: number;
}

/** The state of one flow; plain data. */
export interface FlowWindow {
  amount: number;
  /** Whether the window before held too much. */
  wasOver: boolean;
  /** Ticks at which the window began and the last packet came. */
  since: number;
  last: number;
}

export const freshWindow = (now: number): FlowWindow => ({ amount: 0, wasOver: false, since: now, last: now });

/**
 * Counts a packet (1, or its bytes) and says whether the flow is within its rate. The first packet behind a window closes
 * it: what it held, over the time that it took, decides about all packets of the next one. Seen in the kernel.
 */
export function measure(window: FlowWindow, { rate, burst, seconds }: WindowShape, now: number, amount: number): boolean {
  const passed = now - window.since;
  if (passed > 0 && passed >= seconds * HZ) {
    window.wasOver = window.amount * seconds * HZ > passed * rate;
    window.amount = 0;
    window.since = now;
  }
  window.last = now;
  window.amount += amount;
  return !window.wasOver && window.amount <= burst;
}
