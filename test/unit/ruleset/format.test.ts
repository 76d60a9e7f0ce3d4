import assert from 'node:assert/strict';
import { formatLine } from '../../../server/src/core/ruleset/format.ts';
import { formatting } from '../../../server/src/features/formatting.ts';
import { rangeFormatting } from '../../../server/src/features/range-formatting.ts';
import { caseFiles } from '../../support/cases.ts';
import { openDocument } from '../../support/document.ts';
import { applyEdits } from '../features/cursor.ts';

/** The text after formatting. */
async function format(text: string, name?: string): Promise<string> {
  const document = await openDocument(text, name);
  return applyEdits(text, formatting(document));
}

const inFilter = (line: string): string => `*filter\n${line}\nCOMMIT\n`;

describe('formatting', () => {
  it('spells rules as iptables-save does', async () => {
    assert.equal(await format(inFilter('  --append INPUT --jump ACCEPT --protocol tcp --dport ssh  -s 192.0.2.1')), inFilter('-A INPUT -s 192.0.2.1/32 -p tcp -m tcp --dport 22 -j ACCEPT'));
    assert.equal(await format(inFilter('-I   INPUT 2 -m comment --comment   ssh -i eth0')), inFilter('-I INPUT 2 -i eth0 -m comment --comment ssh'));
    assert.equal(await format(inFilter(':INPUT   DROP  [1:2]')), inFilter(':INPUT DROP [1:2]'));
  });

  it('keeps comments, blank lines, counters, lists and line endings', async () => {
    const text = '# a  comment\r\n\r\n*filter\r\n:INPUT DROP\r\n[3:4] -A INPUT -p tcp -s 192.0.2.1,192.0.2.2 -j DROP\r\nCOMMIT\r\n';
    assert.equal(await format(text), text.replace('-p tcp -s 192.0.2.1,192.0.2.2', '-s 192.0.2.1/32,192.0.2.2/32 -p tcp'));
  });

  for (const [what, rule] of Object.entries({
    'what is wrong': '-A  INPUT --dport 22', 'what iptables-save forgets': '-A  INPUT -p tcp ! --dport 0:65535', 'what it prints with another meaning': '-A  INPUT -p ipcomp -m ipcomp --ipcompspi 0:4294967295',
    'names of hosts': '-A  INPUT -s example.org', 'rules with -c': '-A  INPUT -c 1 2 -j DROP', 'rules of the other family': '-6  -A INPUT -j DROP', 'commands on chains': '-F  INPUT',
  })) it(`leaves alone ${what}`, async () => { assert.equal(await format(inFilter(rule)), inFilter(rule)); });

  it('leaves scripts alone', async () => {
    const script = 'iptables  -A INPUT --jump ACCEPT\n';
    assert.equal(await format(script, 'firewall.sh'), script);
  });

  it('does not take a rule for worth formatting twice', async () => {
    for (const { file, cases } of caseFiles()) {
      for (const { rule, table, chain, takenBy, families, line } of cases.filter((each) => each.takenBy.length > 0)) {
        const name = families.includes('ipv4') ? 'rules.v4' : 'rules.v6';
        const once = await format(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, name);
        assert.equal(await format(once, name), once, `${file}:${line} ${takenBy.join()}`);
      }
    }
  });

  it('touches only the lines of a range', async () => {
    const text = inFilter('-A  INPUT\n-A  OUTPUT\n-A  FORWARD');
    const document = await openDocument(text);
    assert.equal(applyEdits(text, rangeFormatting(document, { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } })), text.replace('-A  OUTPUT', '-A OUTPUT'));
    assert.equal(formatLine(document, document.lines[0]!), undefined);
  });
});
