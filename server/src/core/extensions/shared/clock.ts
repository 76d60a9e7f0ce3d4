/**
 * Ticks of the kernel's coarse clock in a second (CONFIG_HZ). Limits are refilled and `recent` measures in ticks. 250 is
 * what Debian, Ubuntu and the kernel's own default use; other values shift a boundary by some milliseconds.
 */
export const HZ = 250;

/** The tick at a time in seconds. A sum of decimal fractions may lie a hair below its tick, which counts as reached. */
export const jiffies = (seconds: number): number => Math.floor(seconds * HZ + 1e-6);
