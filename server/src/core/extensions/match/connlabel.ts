import type { Connection } from '../../engine/conntrack/connection.ts';
import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { conntrackLabel, type ConntrackLabel } from '../../values/conntrack-label.ts';
import { defineMatch, flag, option, type ExtensionUse } from '../definition.ts';
import { byConnection } from '../shared/connection.ts';
import { negate } from '../shared/fields.ts';

const label = option('label', conntrackLabel, { negatable: true });
const set = flag('set');

/** The labels that a connection has been given, in the room that it keeps for extensions. */
const labelsOf = ({ extras }: Connection): ConntrackLabel[] => (extras['connlabel'] ??= []) as ConntrackLabel[];

/** A name may stand for any number. */
function labelTruth(labels: readonly ConntrackLabel[], wanted: ConntrackLabel): Truth {
  if (labels.includes(wanted)) return true;
  const ambiguous = labels.some((each) => typeof each !== typeof wanted || typeof each === 'string');
  return ambiguous ? new Unknown(`the connection has the label ${wanted}`) : false;
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(label);
  if (bound === undefined) return [];
  const sets = use.option(set) !== undefined;
  return [{
    source: use.options.map(({ text }) => text).join(' '),
    test: (traversal) => negate(bound, byConnection(traversal, false, (connection) => {
      // What raw's CT target leaves has no room for labels. Seen in the kernel.
      if (connection.isTemplate) return false;
      const labels = labelsOf(connection);
      if (!sets) return labelTruth(labels, bound.value);
      if (!labels.includes(bound.value)) labels.push(bound.value);
      return true;
    })),
    observe({ connection }) {
      if (connection === undefined) return 'conntrack has no entry for the packet';
      const labels = labelsOf(connection);
      return labels.length === 0 ? 'the connection has no label' : `the connection has the label ${labels.join(', ')}`;
    },
  }];
}

export default defineMatch({ name: 'connlabel', families: ['ipv4', 'ipv6'], tracks: true, options: [label, set], requires: [['label']], conditions });
