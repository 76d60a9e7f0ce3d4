import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import type { Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { PACKETS } from './rulesets.ts';
import { QUESTIONS } from './scripts.ts';

/** The packets that are sent. */
export const INCOMING = PACKETS.filter(({ path, mark }) => path === 'in' && mark === 0);

/** The lines whose rules a packet hits by some answers to what a script asks, and the verdicts that each packet may have. */
export interface Enumerated {
  readonly hit: ReadonlySet<number>;
  readonly verdicts: ReadonlyMap<Packet, ReadonlySet<string>>;
}

/** What becomes of the packets by every way to answer the questions of a script. */
export function enumerated(text: string, rulesetOf: (text: string) => Ruleset): Enumerated {
  const hit = new Set<number>();
  const verdicts = new Map(INCOMING.map((packet) => [packet, new Set<string>()]));
  for (const each of answered(text)) {
    const program = compile(rulesetOf(each));
    for (const packet of INCOMING) {
      const { verdict, steps } = simulate(program, new Worlds(), packet);
      verdicts.get(packet)!.add(verdict);
      for (const { rule } of steps) hit.add(rule.bound.line.number);
    }
  }
  return { hit, verdicts };
}

/** What the script does by each way to answer its questions. */
function* answered(text: string): Iterable<string> {
  for (let ways = 0; ways < 2 ** QUESTIONS.length; ways++) {
    yield QUESTIONS.reduce((so, question, index) => so.replaceAll(question, (ways >> index) % 2 === 0 ? 'false' : 'true'), text);
  }
}
