import assert from 'node:assert/strict';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import type { Backend } from '../../../server/src/core/netfilter.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { openDocument } from '../../support/document.ts';

const script = (...commands: readonly string[]): Promise<RulesetDocument> => openDocument(commands.map((command) => `iptables ${command}\n`).join(''), 'firewall.sh');

/** The rules that commands leave behind. */
async function rules(commands: readonly string[], backend: Backend = 'nft'): Promise<string[]> {
  return rulesOf(await script(...commands), backend);
}

const rulesOf = (document: RulesetDocument, backend: Backend = 'nft', at?: number): string[] =>
  saveRuleset(document.ruleset('ipv4', backend, at), backend).map(({ text }) => text).filter((text) => text.startsWith('-A'));

/** The exit statuses of commands that fail, by their place in the list. */
async function failures(commands: readonly string[], backend: Backend = 'nft'): Promise<[number, number | undefined][]> {
  return (await script(...commands)).ruleset('ipv4', backend).failures.map(({ line, status }) => [line.number, status]);
}

// Every result here is that of iptables 1.8.9; test/kernel/commands.test.ts asks it again, about many more.
describe('commands executed in order', () => {
  it('leave the ruleset as it is when they fail', async () => {
    const commands = ['-A INPUT -j DROP', '-I INPUT 3 -j ACCEPT', '-D INPUT -s 1.1.1.1,2.2.2.2', '-A INPUT -j MISSING', '-A INPUT --nonsense', '-t nat -A PREROUTING -j MASQUERADE'];
    assert.deepEqual(await rules(commands), ['-A INPUT -j DROP']);
    assert.deepEqual(await failures(commands), [[1, 1], [2, 1], [3, 2], [4, 2], [5, 4]]);
    assert.deepEqual(await failures(commands, 'legacy'), [[1, 1], [2, 1], [3, 2], [4, 2], [5, 1]]);
  });

  it('insert several addresses in reverse order, and delete all of them or none', async () => {
    const added = '-I INPUT -s 192.0.2.1,192.0.2.2 -j DROP';
    assert.deepEqual(await rules([added]), ['-A INPUT -s 192.0.2.2/32 -j DROP', '-A INPUT -s 192.0.2.1/32 -j DROP']);
    assert.equal((await rules([added, '-D INPUT -s 192.0.2.1,192.0.2.9 -j DROP'])).length, 2);
    assert.equal((await rules([added, '-D INPUT -s 192.0.2.1,192.0.2.2 -j DROP'])).length, 0);
  });

  it('know a rule again by what it says to the kernel', async () => {
    assert.deepEqual(await failures(['-A INPUT -p tcp --dport ssh -j REJECT', '-C INPUT -p tcp -m tcp --dport 22 -j REJECT --reject-with icmp-port-unreachable']), []);
    assert.deepEqual(await failures(['-A INPUT -p tcp -j DROP', '-D INPUT -p tcp -m tcp -j DROP']), [[1, 1]]);
    const joined = ['-A INPUT -p tcp --dport 3 -m tcp --sport 4', '-D INPUT -p tcp --sport 4 --dport 3'];
    assert.deepEqual([await failures(joined), await failures(joined, 'legacy')], [[], [[1, 1]]]);
  });

  it('refuse what the kernel refuses once a hook leads to it', async () => {
    const loop = ['-N A', '-N B', '-A A -j B', '-A B -j A', '-A INPUT -j A'];
    assert.deepEqual(await failures(loop), [[4, 4]]);
    assert.deepEqual(await failures(['-t nat -N OUT', '-t nat -A OUT -j MASQUERADE', '-t nat -A PREROUTING -j OUT', '-t nat -A POSTROUTING -j OUT']), [[2, 4]]);
  });

  it('delete all user-defined chains or none', async () => {
    const chains = async (...commands: string[]): Promise<string[]> => [...(await script(...commands)).ruleset().tables.get('filter')!.chains.keys()].filter((name) => name.length === 1);
    assert.deepEqual(await chains('-N A', '-N B', '-A B -j DROP', '-X'), ['A', 'B']);
    assert.deepEqual(await chains('-N A', '-N B', '-A B -j DROP', '-F', '-X'), []);
  });

  it('start from what the kernel holds', async () => {
    const document = await script('-A WEB -j ACCEPT', '-D INPUT 1');
    document.setStart([(await openDocument('*filter\n:WEB - [0:0]\n-A INPUT -j DROP\n-A INPUT -j WEB\nCOMMIT\n')).ruleset()]);
    assert.deepEqual(rulesOf(document), ['-A INPUT -j WEB', '-A WEB -j ACCEPT']);
    assert.deepEqual(document.ruleset().failures, []);
  });

  it('are asked for as they are after a line', async () => {
    const document = await script('-A INPUT -i lo -j ACCEPT', '-A INPUT -j DROP', '-F');
    assert.deepEqual([0, 1, 2].map((at) => rulesOf(document, 'nft', at).length), [1, 2, 0]);
  });

  it('make only the tables that iptables-nft makes', async () => {
    const tables = async (backend: Backend): Promise<string[]> => saveRuleset((await script('-t nat -L', '-t raw -F PREROUTING', '-P INPUT DROP')).ruleset('ipv4', backend), backend)
      .map(({ text }) => text).filter((text) => text.startsWith('*'));
    assert.deepEqual([await tables('nft'), await tables('legacy')], [['*raw', '*filter'], ['*filter', '*raw', '*nat']]);
  });

  it('are restored by runs of their own, none of which replaces a block of another', async () => {
    const run = (options: string, ...lines: readonly string[]): string => `iptables-restore ${options} <<'EOF'\n*filter\n${lines.join('\n')}\nCOMMIT\nEOF\n`;
    const document = await openDocument(run('', ':A - [0:0]', '-A INPUT -j A') + run('-n', ':A - [0:0]', '-A A -j DROP') + run('-nt', '-A A -j ACCEPT') + run('-n', '-A A -h'), 'firewall.sh');
    assert.deepEqual(rulesOf(document), ['-A INPUT -j A', '-A A -j DROP']);
    assert.deepEqual(document.ruleset().problems.map(({ code }) => code), []);
  });
});
