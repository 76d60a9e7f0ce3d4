import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { baseStates, type BaseState } from '../../values/state.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { observeState } from '../shared/connection.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const state = option('state', baseStates, { negatable: true });

function stateTruth(states: readonly BaseState[], { state: base }: Traversal): Truth {
  return base instanceof Unknown ? new Unknown(`the connection state is ${states.join(' or ')}`) : states.includes(base);
}

export default defineMatch({
  name: 'state',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options: [state],
  requires: [['state']],
  conditions: (use) => conditionOf(use, state, stateTruth, (traversal) => observeState(traversal.state)),
  packets: (use, space) => optionPackets(use, space, state, (states) => space.inStates(states)),
});
