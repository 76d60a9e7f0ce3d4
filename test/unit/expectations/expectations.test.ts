import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { beginExpectations, runExpectations, type ExpectationResult } from '../../../server/src/core/expectations/expectations.ts';
import { parseVerdict, printVerdict } from '../../../server/src/core/notation/verdict.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';

async function expectations(text: string): Promise<ExpectationResult[]> {
  const document = await openDocument(text);
  return runExpectations(document.lines, { family: document.family, program: (family) => compile(document.ruleset(family)), ruleset: (family) => document.ruleset(family) });
}

const statuses = async (text: string): Promise<string[]> => (await expectations(text)).map(({ status }) => status);

const RULES = `*filter
:INPUT DROP [0:0]
-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT
-A INPUT -p tcp --dport 25 -j REJECT --reject-with tcp-reset
-A INPUT -p tcp -m recent --name KNOCK --rcheck --seconds 10 --dport 80 -j ACCEPT
-A INPUT -p udp --dport 79 -m recent --name KNOCK --set -j DROP
COMMIT
`;

describe('expectations', () => {
  it('pass where every packet of a class fares so, and fail where one does not', async () => {
    assert.deepEqual(await statuses(`# expect ACCEPT: tcp 10.1.1.1:4000 -> 9.9.9.9:22 in=eth0
# expect DROP: tcp 10.1.1.1:4000 -> 9.9.9.9:22 in=eth0
# expect DROP: tcp any -> any:23 in=eth0
# expect ACCEPT: tcp any -> any:23 in=eth0
# expect DROP: tcp any -> any:22 in=eth0
# expect REJECT: tcp any -> any:25 in=eth0
# expect REJECT with tcp-reset: tcp any -> any:25 in=eth0
# expect REJECT with icmp-port-unreachable: tcp any -> any:25 in=eth0
${RULES}`), ['pass', 'fail', 'pass', 'fail', 'fail', 'pass', 'pass', 'fail']);
  });

  it('are left for later where they take an analysis', async () => {
    const document = await openDocument(`# expect ACCEPT: tcp 10.1.1.1:4000 -> 9.9.9.9:22 in=eth0\n# expect DROP: tcp any -> any:22 in=eth0\n${RULES}`);
    const begun = beginExpectations(document.lines, { family: document.family, program: (family) => compile(document.ruleset(family)), ruleset: (family) => document.ruleset(family) });
    assert.deepEqual(begun.map((each) => 'judging' in each), [false, true]);
    const diagnostics = new Diagnostics(document);
    const failed = (): readonly number[] => diagnostics.findings().filter(({ code }) => code === 'expectation-failed').map(({ line }) => line.number);
    assert.deepEqual(failed(), []);
    for (const step of diagnostics.analysing()) assert.equal(step, undefined);
    assert.deepEqual(failed(), [1]);
  });

  it('share a world only behind a scenario, until a line that is none', async () => {
    const knock = '# expect DROP: udp 1.1.1.1:1 -> 9.9.9.9:79 in=eth0 at=0s\n';
    const enter = (at: string): string => `# expect ACCEPT: tcp 1.1.1.1:2 -> 9.9.9.9:80 in=eth0 at=${at}\n`;
    assert.deepEqual(await statuses(`${knock}${enter('4s')}# scenario knocking\n${knock}${enter('4s')}${enter('14s')}\n${enter('4s')}# scenario again\n${enter('0s')}${knock}${enter('2s')}${RULES}`),
      ['pass', 'fail', 'pass', 'pass', 'fail', 'fail', 'fail', 'pass', 'pass']);
  });

  it('say what happened, and where', async () => {
    const [failed, refuted, passed] = await expectations(`# expect DROP: tcp 10.1.1.1:4000 -> 9.9.9.9:22 in=eth0
# expect ACCEPT: tcp any -> any:22 in=eth0
# expect DROP: udp any -> any:53 in=eth0
${RULES}`);
    assert.equal(failed!.message, 'Expected DROP, but the packet fares otherwise: ACCEPT by line 6.');
    assert.equal(refuted!.message, 'Expected ACCEPT, but `tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0` fares otherwise: DROP by the policy of INPUT in filter.');
    assert.equal(passed!.message, 'DROP by the policy of INPUT in filter.');
  });

  it('see addresses that NAT has given', async () => {
    assert.deepEqual(await statuses(`# expect DNAT 10.0.0.5:8080: tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0
# expect DNAT 10.0.0.5: tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0
# expect DNAT 10.0.0.6: tcp 1.1.1.1:1 -> 9.9.9.9:80 in=eth0
# expect DNAT 10.0.0.5:8080: tcp 1.1.1.1:1 -> 9.9.9.9:81 in=eth0
# expect SNAT 7.7.7.7: udp 1.1.1.1:1 -> 9.9.9.9:81 in=eth0 out=eth1
# expect SNAT 7.7.7.7:9: udp 1.1.1.1:1 -> 9.9.9.9:81 in=eth0 out=eth1
*nat
-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5:8080
-A POSTROUTING -p udp -j SNAT --to-source 7.7.7.7
COMMIT
`), ['pass', 'pass', 'fail', 'fail', 'pass', 'fail']);
  });

  it('that can\'t be read are told with their place', async () => {
    const [verdict, packet] = await expectations('# expect MAYBE: tcp any -> any\n# expect DROP: tcp any => any\n*filter\nCOMMIT\n');
    assert.deepEqual([verdict!.status, packet!.status], ['invalid', 'invalid']);
    assert.equal(verdict!.line.text.slice(verdict!.span.start, verdict!.span.end), 'MAYBE');
    assert.match(verdict!.message, /`MAYBE` is not a verdict/u);
    assert.equal(packet!.line.text.slice(packet!.span.start, packet!.span.end), '=>');
  });
});

describe('expectations about classes', () => {
  const answer = async (expectation: string, ...rules: string[]): Promise<string> => {
    const [result] = await expectations(`# expect ${expectation}\n*filter\n:INPUT DROP [0:0]\n${rules.join('\n')}\nCOMMIT\n`);
    return `${result!.status}: ${result!.message}`;
  };

  it('are proven where rules depend on each other', async () => {
    const rules = ['-A INPUT -s 10.1.0.0/16 -p tcp -j ACCEPT', '-A INPUT ! -s 10.0.0.0/8 -j DROP', '-A INPUT -p tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -m multiport --dports 20:30 -j DROP', '-A INPUT -j ACCEPT'];
    assert.equal(await answer('ACCEPT: tcp 10.0.0.0/8 -> any:22 in=eth0', ...rules), 'pass: ACCEPT for every such packet.');
    assert.equal(await answer('ACCEPT: tcp 10.0.0.0/8 -> any in=eth0', ...rules), 'fail: Expected ACCEPT, but `tcp 10.0.0.9:40000 -> 10.0.0.5:20 in=eth0` fares otherwise: DROP by line 7.');
    assert.match(await answer('ACCEPT: tcp 10.0.0.0/7 -> any:22 in=eth0', ...rules), /^fail: .*`tcp 11\..* fares otherwise: DROP by line 5\.$/u);
  });

  it('are followed through more courses than the engine follows', async () => {
    const rules = Array.from({ length: 40 }, (_, index) => `-A INPUT -s 10.${index}.0.0/16 -p tcp -j ACCEPT`);
    assert.equal(await answer('DROP: udp any -> any in=eth0', ...rules, '-A INPUT -s 192.0.2.1 -j DROP'), 'pass: DROP for every such packet.');
    assert.equal(await answer('DROP: tcp 172.16.0.0/12 -> any in=eth0', ...rules), 'pass: DROP for every such packet.');
    assert.match(await answer('DROP: tcp any -> any in=eth0', ...rules), /^fail: .*`tcp 10\..* fares otherwise: ACCEPT/u);
  });

  it('stay undecided where it depends on what the file does not say', async () => {
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0', '-A INPUT -m set --match-set admins src -j ACCEPT'), /^undecided: .*admins/u);
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0', '-A INPUT -m set --match-set admins src -j ACCEPT', '-A INPUT ! -s 10.0.0.0/8 -j ACCEPT'), /^undecided/u);
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0', '-A INPUT -s 10.0.0.9 -j DROP', '-A INPUT -m set --match-set admins src -j ACCEPT'), /^fail: .*`tcp 10\.0\.0\.9:/u);
  });

  it('tell the types of REJECT apart', async () => {
    const rules = ['-A INPUT -s 10.0.0.0/8 -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -s 10.0.0.0/9 -j REJECT', '-A INPUT -p tcp --dport 22 -j REJECT --reject-with tcp-reset', '-A INPUT -j REJECT'];
    assert.match(await answer('REJECT: tcp any -> any in=eth0', ...rules), /^pass/u);
    assert.equal(await answer('REJECT with tcp-reset: tcp any -> any:22 in=eth0', ...rules), 'pass: REJECT with tcp-reset by line 4 or by line 6.');
    assert.match(await answer('REJECT with tcp-reset: tcp any -> any in=eth0', ...rules), /^fail: .* REJECT with icmp-port-unreachable by line 7\.$/u);
  });

  it('depend on flags only where they are left open', async () => {
    const rules = ['-A INPUT -p tcp --syn -j ACCEPT', '-A INPUT -p tcp -m length --length 0:100 -j DROP', '-A INPUT -j ACCEPT'];
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0', ...rules), /^pass/u);
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0 state=ESTABLISHED', ...rules, '-A INPUT -s 10.0.0.9 -j DROP'), /^pass/u);
    assert.match(await answer('ACCEPT: tcp any -> any:22 in=eth0 flags=any', ...rules), /^fail: .*`tcp .* flags=.* length=60/u);
  });

  it('about translated addresses are refuted, or left open', async () => {
    const nat = (expectation: string): Promise<string[]> => statuses(`# expect ${expectation}
*nat
-A PREROUTING -s 10.0.0.0/8 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5
-A PREROUTING -s 10.1.0.0/16 -p tcp --dport 81 -j DNAT --to-destination 10.0.0.5
COMMIT
`);
    assert.deepEqual(await nat('DNAT 10.0.0.5: tcp any -> 192.0.2.1:80 in=eth0'), ['fail']);
    assert.deepEqual(await nat('DNAT 10.0.0.5: tcp 10.0.0.0/8 -> 192.0.2.1:80 in=eth0'), ['undecided']);
  });
});

describe('verdicts', () => {
  it('are read and printed', () => {
    const printed = (text: string): string => { const read = parseVerdict(text, 'ipv4'); return read.ok ? printVerdict(read.value) : read.message; };
    assert.deepEqual(['accept', 'DROP', 'QUEUE', 'REJECT', 'reject with tcp-rst', 'DNAT 10.0.0.5:80', 'SNAT [2001:db8::1]:80'].map(printed),
      ['ACCEPT', 'DROP', 'QUEUE', 'REJECT', 'REJECT with tcp-reset', 'DNAT 10.0.0.5:80', 'SNAT [2001:db8::1]:80']);
    assert.match(printed('REJECT tcp-reset'), /only `with TYPE`/u);
    assert.match(printed('REJECT with nothing'), /`nothing` is not a type/u);
    assert.match(printed('DNAT'), /needs one address/u);
    assert.match(printed('ACCEPT it'), /`it` behind `ACCEPT`/u);
  });
});
