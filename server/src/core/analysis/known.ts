import type { Ruleset } from '../ruleset/model.ts';
import { analyse, type Analysis } from './analysis.ts';

const known = new WeakMap<Ruleset, Analysis>();

/** An interface that stands for any other in examples, beside those that rules name. */
export const USUAL_INTERFACE = 'eth0';

/** The analysis of a ruleset that does not change any more, begun once and shared by all who ask for it. */
export function analysisOf(ruleset: Ruleset): Analysis {
  let analysis = known.get(ruleset);
  if (analysis === undefined) known.set(ruleset, analysis = analyse(ruleset, { interfaces: [USUAL_INTERFACE] }));
  return analysis;
}
