import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse, type Place } from '../../../server/src/core/analysis/analysis.ts';
import type { Rule, Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { openDocument, testParser } from '../../support/document.ts';
import { filterTable } from './rulesets.ts';

/** The rules that cover the last rule of a chain, by their text; those that take nothing with how they help before them. */
async function cover(text: string, chain: string): Promise<string[] | undefined> {
  const analysis = analyse((await openDocument(text)).ruleset());
  const { rules } = analysis.ruleset.tables.get('filter')!.chains.get(chain)!;
  return analysis.cover('filter', { chain, index: rules.length - 1 })?.map(({ rule, how }) => `${how === 'takes' ? '' : `${how} `}${rule.bound.line.text}`);
}

const filter = (...rules: string[]): string => ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':ONE - [0:0]', ':TWO - [0:0]', ...rules, 'COMMIT', ''].join('\n');

describe('covering rules', () => {
  it('are those that take the packets, and no others', async () => {
    const rules = ['-A INPUT -s 10.0.0.0/8 -j ACCEPT', '-A INPUT -p udp -j ACCEPT', '-A INPUT -s 10.1.0.0/16 -p tcp -j ACCEPT'];
    assert.deepEqual(await cover(filter(...rules), 'INPUT'), ['-A INPUT -s 10.0.0.0/8 -j ACCEPT']);
  });

  it('are several where none does it alone', async () => {
    const halves = ['-A INPUT -p tcp --dport 0:999 -j DROP', '-A INPUT -p tcp --dport 1000:65535 -j DROP'];
    assert.deepEqual(await cover(filter(...halves, '-A INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 900:1100 -j DROP'), 'INPUT'), halves);
  });

  it('name one with another outcome, even if one without would do', async () => {
    const other = '-A INPUT -s 10.1.2.3/32 -j DROP';
    const found = await cover(filter(other, '-A INPUT -s 10.0.0.0/8 -j ACCEPT', '-A INPUT -s 10.1.0.0/16 -j ACCEPT'), 'INPUT');
    assert.deepEqual(found, [other, '-A INPUT -s 10.0.0.0/8 -j ACCEPT']);
  });

  it('do not name one with another outcome that gets none of the packets', async () => {
    const all = '-A INPUT -s 10.0.0.0/8 -j ACCEPT';
    assert.deepEqual(await cover(filter(all, '-A INPUT -s 10.1.2.3/32 -j DROP', '-A INPUT -s 10.1.0.0/16 -j ACCEPT'), 'INPUT'), [all]);
  });

  it('stand in callers too, and calls may be to blame', async () => {
    const rules = ['-A INPUT -p udp -j DROP', '-A INPUT -j ONE', '-A FORWARD -p tcp -j ONE', '-A ONE -p udp -j ACCEPT'];
    assert.deepEqual(new Set(await cover(filter(...rules), 'ONE')), new Set(['-A INPUT -p udp -j DROP', 'calls -A FORWARD -p tcp -j ONE']));
  });

  it('may be jumps to chains that nothing comes back from', async () => {
    const rules = ['-A INPUT -p tcp -j ONE', '-A ONE -s 10.0.0.0/8 -j RETURN', '-A ONE -j DROP', '-A INPUT -p tcp -s 192.168.0.0/16 -j ACCEPT'];
    assert.deepEqual(await cover(filter(...rules), 'INPUT'), ['-A INPUT -p tcp -j ONE']);
    assert.equal(await cover(filter(...rules.slice(0, 3), '-A INPUT -p tcp -s 10.1.0.0/16 -j ACCEPT'), 'INPUT'), undefined);
  });

  it('are those that rewrite packets where none would match even if it came', async () => {
    const marks = ['-A INPUT -p tcp -j MARK --set-xmark 0x1/0xffffffff', '-A INPUT ! -p tcp -j MARK --set-xmark 0x2/0xffffffff'];
    const rewriting = marks.map((rule) => `rewrites ${rule}`);
    assert.deepEqual(await cover(filter(...marks, '-A INPUT -p icmp -j ACCEPT', '-A INPUT -m mark --mark 0x3 -j DROP'), 'INPUT'), rewriting);
    const led = '-A INPUT -m mark --mark 0x1 -j ONE';
    assert.deepEqual(await cover(filter(...marks, '-A INPUT -p udp -m ttl --ttl-eq 5 -j TTL --ttl-set 6', led, '-A ONE -p udp -j ACCEPT'), 'ONE'), [...rewriting, `calls ${led}`]);
  });

  it('stand before the rule, even where others take marked packets behind it', async () => {
    const text = filter('-A INPUT -j MARK --set-xmark 0x1/0xffffffff', '-A INPUT -j ONE', '-A ONE -m mark --mark 0x2 -j DROP', '-A INPUT -p tcp -j ACCEPT');
    assert.deepEqual(await cover(text, 'ONE'), ['rewrites -A INPUT -j MARK --set-xmark 0x1/0xffffffff', 'calls -A INPUT -j ONE']);
  });

  it('may be jumps from a hook that knows no packet of the kind', async () => {
    const rules = ['-A INPUT -p tcp -j ONE', '-A FORWARD -p udp -j ONE', '-A ONE -o eth1 -p tcp -j ACCEPT'];
    assert.deepEqual(await cover(filter(...rules), 'ONE'), ['calls -A INPUT -p tcp -j ONE', 'calls -A FORWARD -p udp -j ONE']);
  });

  it('there are none where nothing leads to the chain, or the match holds of no packet', async () => {
    assert.equal(await cover(filter('-A ONE -j ACCEPT'), 'ONE'), undefined);
    assert.equal(await cover(filter('-A INPUT ! -s 0.0.0.0/0 -j ACCEPT'), 'INPUT'), undefined);
  });
});

describe('covering rules of any ruleset', () => {
  /** The text without the rules that end a packet's way, but for those that are kept. */
  function without(ruleset: Ruleset, text: string, kept: (rule: Rule, chain: string) => boolean): string {
    const gone = new Set<number>();
    for (const { name, rules } of ruleset.tables.get('filter')!.chains.values()) {
      for (const rule of rules) if (/-j (?:ACCEPT|DROP|REJECT)$/u.test(rule.bound.line.text) && !kept(rule, name)) gone.add(rule.bound.line.number);
    }
    return text.split('\n').filter((_, number) => !gone.has(number)).join('\n');
  }

  it('suffice', async () => {
    const parser = await testParser();
    const rulesetOf = (text: string): Ruleset => new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, text).ruleset();
    fc.assert(fc.property(filterTable, (text) => {
      const ruleset = rulesetOf(text);
      const analysis = analyse(ruleset);
      for (const { name, rules } of ruleset.tables.get('filter')!.chains.values()) {
        for (const [index, dead] of rules.entries()) {
          const found = analysis.cover('filter', { chain: name, index });
          if (found === undefined) continue;
          // What a covering jump leads to is needed, too.
          const isJump = found.some(({ rule }) => rule.bound.target?.kind === 'chain');
          const reduced = rulesetOf(without(ruleset, text, (rule, chain) => rule === dead || found.some((each) => each.rule === rule) || (isJump && chain.length < 6 && chain !== 'INPUT')));
          assert.ok(!canMatch(reduced, name, dead), `${text}\n${dead.bound.line.text}\n${found.map(({ rule }) => rule.bound.line.text).join('\n')}`);
        }
      }
    }), { numRuns: 60 });
  });

  function canMatch(ruleset: Ruleset, chain: string, { bound }: Rule): boolean {
    const analysis = analyse(ruleset);
    const places = ruleset.tables.get('filter')!.chains.get(chain)!.rules.flatMap((rule, index): Place[] => (rule.bound.line.text === bound.line.text ? [{ chain, index }] : []));
    // Of equal rules only the last one is surely as dead as it was.
    return analysis.canMatch('filter', places.at(-1)!);
  }
});
