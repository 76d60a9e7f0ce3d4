import type { Family } from '../netfilter.ts';
import type { BoundLine } from './bound-line.ts';
import { Execution } from './execution/execution.ts';
import type { ExecutionStart } from './execution/state.ts';
import type { Ruleset } from './model.ts';

export type { ExecutionStart } from './execution/state.ts';

/** Executes the lines in order into the ruleset that they leave behind. */
export function buildRuleset(lines: Iterable<BoundLine>, family: Family, start: ExecutionStart = {}): Ruleset {
  const execution = new Execution(family, start);
  for (const line of lines) execution.execute(line);
  return execution.finish();
}
