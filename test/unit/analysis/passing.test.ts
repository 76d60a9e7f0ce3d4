import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import { completed } from '../../../server/src/core/analysis/steps.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import type { Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { parseClass } from '../../../server/src/core/notation/parse.ts';
import { classOf } from '../../../server/src/core/sets/class.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { testParser } from '../../support/document.ts';
import { filterTable } from './rulesets.ts';

const CLASSES = ['tcp any -> any:22', 'udp any -> any:53 in=eth0', 'tcp 10.1.0.0/16 -> any path=out', 'any any -> any', 'tcp any -> any path=out state=ESTABLISHED flags=ACK', 'icmp any -> any type=echo-request'];

/** Tables that packets come to before filter: rules that mark, drop and translate some. */
const EARLIER = [
  '', '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j MARK --set-mark 0x1\nCOMMIT\n',
  '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -s 10.1.0.0/16 -j DROP\n-A OUTPUT -p udp -j DROP\nCOMMIT\n',
  '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 10.1.0.0/16 -j CT --notrack\nCOMMIT\n',
  '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination 10.9.9.9\nCOMMIT\n',
];

describe('the search for packets that fare in a certain way', () => {
  let rulesetOf: (text: string) => Ruleset;
  before(async () => {
    const parser = await testParser();
    rulesetOf = (text) => new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, text).ruleset();
  });

  it('finds none where following all packets together does, and what it finds fares so', () => {
    let asked = 0;
    let undecided = 0;
    fc.assert(fc.property(fc.constantFrom(...EARLIER), filterTable, fc.constantFrom(...CLASSES), (earlier, filter, notation) => {
      const analysis = analyse(rulesetOf(earlier + filter), { interfaces: ['eth0'] });
      const parsed = parseClass(notation, 'ipv4');
      assert.ok(parsed.ok);
      const { path } = parsed.packet;
      const { space } = analysis;
      const packets = classOf(space, parsed.packet, parsed.networks);
      const fates = analysis.fates(path, packets);
      const passing = completed(analysis.searching());
      const [accepted, stopped] = [completed(passing.accepted(path, packets)), completed(passing.stopped(path, packets))];
      const blocked = [fates.dropped, fates.rejected, fates.queued].reduce((so, set) => space.union(so, set), NONE);
      asked += 2;
      if (accepted === 'none') assert.deepEqual([fates.accepted, fates.translated], [NONE, NONE]);
      else if (accepted !== undefined) assert.ok(space.intersects(accepted.packet, fates.accepted) && space.includes(packets, accepted.packet));
      else undecided++;
      if (stopped === 'none') assert.equal(blocked, NONE);
      else if (stopped !== undefined) assert.ok(stopped.fates.all !== NONE && space.includes(space.difference(blocked, fates.accepted), stopped.fates.all));
      else undecided++;
    }), { numRuns: 60 });
    // Where destinations are translated, and where rules mark what others ask for.
    assert.ok(undecided < asked / 4, `${undecided} of ${asked} are left open`);
  });
});
