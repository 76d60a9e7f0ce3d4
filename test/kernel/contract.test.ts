import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { BUILT, contradictions, outright, told } from './contract.ts';
import { conversations } from './conversations.ts';
import type { OracleRequest } from './protocol.ts';
import { sequenced } from './sequence.ts';
import { describeWithKernel } from './support.ts';

/** What JSON does not tell: sets, counters, timeout policies and routes are facts, the time is now. */
const isTold = ({ ruleset, topology }: OracleRequest): boolean => !/-m (set|nfacct|time)|-j SET|--timeout udp/u.test(ruleset) && (topology?.ip ?? []).length === 0;

describeWithKernel('packets and answers of the command line', (backend: Backend, oracle) => {
  it('say what the kernel says', async function () {
    this.timeout(300_000);
    if (!existsSync(BUILT)) {
      console.log('      left out: it needs the built command line (npm run build)');
      this.skip();
    }
    let compared = 0;
    for (const request of conversations().filter(isTold).map(outright).filter(({ packets }) => packets.length > 0)) {
      const { ok, error, packets = [] } = await oracle().ask({ ...request, packets: sequenced(request.packets) });
      assert.ok(ok, `${request.id}: ${error}`);
      const answers = told(request, backend);
      const found = packets.map((theirs, index) => contradictions(answers[index]!, theirs));
      assert.deepEqual(found.map((each, index) => [request.id, request.packets[index], each]).filter(([, , each]) => (each as string[]).length > 0), []);
      compared += packets.length;
    }
    assert.ok(compared > 150, `${compared} packets`);
  });
});
