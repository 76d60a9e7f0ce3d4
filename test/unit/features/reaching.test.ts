import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analysisOf } from '../../../server/src/core/analysis/known.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { reachChain } from '../../../server/src/features/commands/reach-chain.ts';
import { reachRule } from '../../../server/src/features/commands/reach-rule.ts';
import { filterTable } from '../analysis/rulesets.ts';
import { sessionWith } from './cursor.ts';

interface Answer { readonly error?: { readonly message: string }; readonly packet?: string; readonly result?: { readonly steps: readonly { readonly line: number; readonly matched: boolean }[] } }

const filter = (...lines: string[]): string => ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':WEB - [0:0]', ':LONE - [0:0]', ...lines, 'COMMIT', ''].join('\n');

/** The answer for the line of the text that stands under `wanted`. */
async function answerFor(text: string, wanted: string): Promise<Answer> {
  const { session, document } = await sessionWith(text, 'rules.v4');
  return reachRule(session, { uri: document.uri, line: text.split('\n').indexOf(wanted) }) as Answer;
}

describe('a packet that reaches a rule', () => {
  const RULES = filter(
    '-A INPUT -i lo -j ACCEPT', '-A INPUT -s 10.0.0.0/8 -j DROP', '-A INPUT -p tcp -m multiport --dports 80,443 -j WEB', '-A INPUT -s 10.1.0.0/16 -p udp -j ACCEPT',
    '-A INPUT -s 10.2.0.1,192.0.2.1 -p udp -j ACCEPT', '-A WEB ! -s 203.0.113.0/24 -m conntrack --ctstate NEW -j ACCEPT', '-A WEB -p tcp --dport 22 -j ACCEPT', '-A LONE -j DROP',
    '-A INPUT -m string --algo bm --string x -j DROP', '-A INPUT -p udp --dport 0 -s 0.0.0.0/0 ! -s 0.0.0.0/0 -j DROP',
  );

  it('is simulated, as plain as can be', async () => {
    assert.equal((await answerFor(RULES, '-A INPUT -s 10.0.0.0/8 -j DROP')).packet, 'tcp 10.0.0.9:40000 -> 10.0.0.5:22 in=eth0');
    assert.equal((await answerFor(RULES, '-A WEB ! -s 203.0.113.0/24 -m conntrack --ctstate NEW -j ACCEPT')).packet, 'tcp 198.51.100.9:40000 -> 10.0.0.5:80 in=eth0');
    assert.equal((await answerFor(RULES, '-A INPUT -s 10.2.0.1,192.0.2.1 -p udp -j ACCEPT')).packet, 'udp 192.0.2.1:40000 -> 10.0.0.5:22 in=eth0');
  });

  it('is not there where others take them all, or none comes', async () => {
    const why = async (line: string): Promise<string | undefined> => (await answerFor(RULES, line)).error?.message;
    assert.match((await why('-A INPUT -s 10.1.0.0/16 -p udp -j ACCEPT'))!, /^No packet reaches this rule: earlier rules take every packet that could match \(line (7, )?8\)\.$/u);
    assert.match((await why('-A WEB -p tcp --dport 22 -j ACCEPT'))!, /the jumps to WEB lead only other packets there \(line 9\)\.$|^No packet that comes to WEB can match this rule\.$/u);
    assert.equal(await why('-A LONE -j DROP'), 'No packet comes to LONE.');
    assert.match((await why('-A INPUT -m string --algo bm --string x -j DROP'))!, /^Whether a packet reaches this rule depends on what is not known/u);
    assert.match((await why('COMMIT'))!, /no rule on this line/u);
  });

  it('is told with what has to hold where another table asks for what is not known', async () => {
    const text = `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m rpfilter --invert -j DROP\nCOMMIT\n${filter('-A INPUT -p udp -j ACCEPT')}`;
    assert.match((await answerFor(text, '-A INPUT -p udp -j ACCEPT')).error!.message, /^Whether a packet reaches this rule depends on what is not known: the way back to the sender is the interface that the packet came in by\. `udp .*` might\.$/u);
  });

  it('reaches it in the engine, for every rule of any ruleset', async () => {
    await fc.assert(fc.asyncProperty(filterTable, async (text) => {
      const { session, document } = await sessionWith(text, 'rules.v4');
      const ruleset = document.ruleset();
      for (const { name, rules } of ruleset.tables.get('filter')!.chains.values()) {
        for (const [index, { bound: { line } }] of rules.entries()) {
          const answer = reachRule(session, { uri: document.uri, line: line.number }) as Answer;
          const isLeft = analysisOf(ruleset).left('filter', { chain: name, index }) !== NONE;
          assert.equal(answer.error === undefined, isLeft, `${line.text}: ${answer.error?.message}\n${text}`);
          if (isLeft) assert.ok(answer.result!.steps.some((step) => step.line === line.number + 1 && step.matched), `${line.text}: ${answer.packet}`);
        }
      }
    }), { numRuns: 5 });
  });
});

describe('what can reach a chain', () => {
  it('is told by protocols and interfaces, with an example for each hook', async () => {
    const text = filter('-A INPUT -i eth1 -p tcp --dport 80 -j WEB', '-A FORWARD -p udp -o eth2 -j WEB', '-A WEB -j ACCEPT');
    const { session, document } = await sessionWith(text, 'rules.v4');
    const reach = (line: string) => reachChain(session, { uri: document.uri, line: text.split('\n').indexOf(line) });
    assert.deepEqual(reach(':WEB - [0:0]'), {
      summary: 'To WEB come from INPUT tcp packets by eth1, such as `tcp 203.0.113.9:40000 -> 10.0.0.5:80 in=eth1`; from FORWARD udp packets to eth2, such as `udp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0 out=eth2`.',
      packets: [{ hook: 'INPUT', packet: 'tcp 203.0.113.9:40000 -> 10.0.0.5:80 in=eth1' }, { hook: 'FORWARD', packet: 'udp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0 out=eth2' }],
    });
    assert.equal(reach(':LONE - [0:0]').summary, 'LONE holds no rules.');
    assert.equal(reach('COMMIT').summary, 'There is no chain on this line.');
  });
});
