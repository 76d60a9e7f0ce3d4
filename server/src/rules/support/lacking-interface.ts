import type { Hook } from '../../core/netfilter.ts';
import type { BoundRule, HeaderPart } from '../../core/ruleset/model.ts';
import { NO_INTERFACE } from '../../core/ruleset/placement.ts';

export type Side = 'in' | 'out';

/** Whether the rule asks for an interface on this side which packets have at none of the hooks. */
export function asksInVain({ header }: BoundRule, side: Side, hooks: ReadonlySet<Hook>): boolean {
  const part = header[side];
  return part !== undefined && wantsInterface(part) && lack(hooks, side);
}

/** Whether there are hooks, and packets have an interface on this side at none of them. */
export const lack = (hooks: ReadonlySet<Hook>, side: Side): boolean => hooks.size > 0 && [...hooks].every((hook) => NO_INTERFACE[side].lacking.has(hook));

/** Whether a packet without the interface fails the test: `! -o eth0` and `-o +` are true of it (seen in the kernel). */
function wantsInterface({ value, negated }: HeaderPart<string>): boolean {
  return (value === '+') === negated;
}
