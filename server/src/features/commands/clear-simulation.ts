import { defineCommand } from '../feature.ts';
import { readPlace } from '../support/command-argument.ts';

/** Takes the simulation out of a document. */
export default defineCommand({
  name: 'iptables-lens.clearSimulation',
  run(session, argument) {
    if (session.simulations.delete(readPlace(argument).uri)) session.refresh();
    return {};
  },
});
