import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import { PROTOCOL } from '../../../core/engine/protocols.ts';
import { conditionsOf } from './conditions.ts';
import { isShut, ORDINARY } from './ordinary.ts';
import { following, isShutTo } from './standing.ts';
import type { Lacking } from './stopped-traffic.ts';
import { answersTo, type Traffic } from './traffic.ts';

const ESTABLISHED = { conditions: ['-m conntrack --ctstate RELATED,ESTABLISHED'], what: 'packets of established connections' } as const;

/** What a rule asks for that can't ask for a connection. */
const stateless = (answers: Traffic): string => `${conditionsOf(answers)}${answers.packet.protocol === PROTOCOL.tcp ? ' ! --syn' : ''}`;

/** What comes back for connections that this host may open, where nothing of it is let in; in small steps. */
export function* lackingAnswersIn(analysis: Analysis): Steps<readonly Lacking[]> {
  const { family } = analysis.ruleset;
  const answers = [ORDINARY.tcpAnswersIn, ORDINARY.udpAnswersIn].map((each) => each[family]);
  yield* following(analysis, [ORDINARY.tcpOut[family], ...answers]);
  if (isShut(analysis, ORDINARY.tcpOut) || !answers.every((each) => isShutTo(analysis, each))) return [];
  return [{
    ...ESTABLISHED, traffic: answers[0]!, inRaw: answers.map(stateless),
    message: (example) => `This host may open connections, but no answer comes in: ${example}.`,
  }];
}

/** What goes back for traffic that comes in, where nothing of it is let out; in small steps. */
export function* lackingAnswersOut(analysis: Analysis, coming: Traffic): Steps<readonly Lacking[]> {
  if (coming.packet.path !== 'in' || coming.packet.protocol === undefined) return [];
  const answers = answersTo(coming);
  yield* following(analysis, [answers]);
  if (!isShutTo(analysis, answers)) return [];
  return [{
    ...ESTABLISHED, traffic: answers, inRaw: [stateless(answers)],
    message: (example) => `Connections such as \`${coming.text}\` are let in, but no answer goes out: ${example}.`,
  }];
}
