import assert from 'node:assert/strict';
import { facts, run } from '../engine/run.ts';

/** Whether a packet that comes `at` seconds behind the clock's time matches `-m time` with these options. */
async function matches(options: string, clock: string, at = 0): Promise<string> {
  const [result] = await run(`*filter\n-A INPUT -m time ${options} -j DROP\nCOMMIT\n`, [`udp 1.1.1.1:1 -> 9.9.9.9:1 in=eth0 at=${at}s`], { host: facts({ clock }) });
  return result!.verdict;
}

describe('time by the clock of the host', () => {
  const cases: readonly (readonly [options: string, clock: string, verdict: string, at?: number])[] = [
    ['--timestart 09:00 --timestop 17:00', '2026-11-29T09:00:00Z', 'DROP'],
    ['--timestart 09:00 --timestop 17:00', '2026-11-29T08:59:59Z', 'ACCEPT'],
    ['--timestart 09:00 --timestop 17:00', '2026-11-29T08:59:59Z', 'DROP', 2],
    ['--timestart 09:00 --timestop 17:00', '2026-11-29T10:00:00+02:00', 'ACCEPT'],
    ['--timestart 22:00 --timestop 06:00', '2026-11-29T23:00:00Z', 'DROP'],
    ['--timestart 22:00 --timestop 06:00', '2026-11-29T06:00:01Z', 'ACCEPT'],
    ['--weekdays Sun', '2026-11-29T06:00:01Z', 'DROP'],
    ['! --weekdays Sun', '2026-11-29T06:00:01Z', 'ACCEPT'],
    ['--monthdays 30', '2026-11-29T23:59:59Z', 'DROP', 1],
    ['--datestart 2026-11-29T12:00 --datestop 2026-11-30', '2026-11-29T12:00:00Z', 'DROP'],
    ['--datestart 2026-11-29T12:00 --datestop 2026-11-30', '2026-11-30T00:00:01Z', 'ACCEPT'],
    // Sunday's night goes on into Monday, where the hours are joined.
    ['--weekdays Sun --timestart 22:00 --timestop 06:00 --contiguous', '2026-11-30T05:00:00Z', 'DROP'],
    ['--weekdays Sun --timestart 22:00 --timestop 06:00', '2026-11-30T05:00:00Z', 'ACCEPT'],
    ['--timestart 09:00 --timestop 17:00 --kerneltz', '2026-11-29T09:00:00Z', 'UNKNOWN'],
  ];
  for (const [options, clock, verdict, at] of cases) it(`${options} at ${clock}${at === undefined ? '' : ` + ${at} s`}`, async () => { assert.equal(await matches(options, clock, at), verdict); });
});
