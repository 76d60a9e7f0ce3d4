import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { analyse, type Analysis } from '../../../server/src/core/analysis/analysis.ts';
import { matchOf } from '../../../server/src/core/analysis/match.ts';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import { Placements } from '../../../server/src/core/ruleset/placement.ts';
import type { Rule, Ruleset, Table } from '../../../server/src/core/ruleset/model.ts';
import { EVERY, NONE, type PacketSet } from '../../../server/src/core/sets/diagram.ts';
import { wellFormed } from '../../../server/src/core/sets/well-formed.ts';
import { packetOf } from '../../../server/src/core/sets/witness.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { filterTable, PACKETS } from '../analysis/rulesets.ts';
import { findingsOf, fixed, open } from './check.ts';

/** Diagnostics that say of a rule that no packet can match it. */
const DEAD: ReadonlySet<string> = new Set(['shadowed-rule', 'redundant-rule', 'rule-after-terminal', 'unmatchable-rule']);

const deadIn = (findings: readonly Finding[]): Finding[] => findings.filter(({ code, message }) => DEAD.has(code) && message.startsWith('No packet') || code === 'redundant-rule');

/** The lines whose rules some packet of the enumeration hits. */
function linesHit(ruleset: Ruleset): ReadonlySet<number> {
  const program = compile(ruleset);
  return new Set(PACKETS.flatMap((packet) => simulate(program, new Worlds(), packet).steps.map(({ rule }) => rule.bound.line.number)));
}

/** The lines of which the analysis says that no rule can match. */
function linesThatCannotMatch(ruleset: Ruleset): number[] {
  const analysis = analyse(ruleset);
  return [...ruleset.tables.get('filter')!.chains.values()].flatMap(({ name, rules }) => rules.flatMap(({ bound }, index) =>
    (analysis.canMatch('filter', { chain: name, index }) ? [] : [bound.line.number])));
}

/** Lines of chains of which a finding says that nothing leads or gets there, and of those that only such chains lead to. */
function linesOfClosedChains(ruleset: Ruleset, findings: readonly Finding[]): ReadonlySet<number> {
  const table = ruleset.tables.get('filter')!;
  const placements = Placements.of(table);
  const named = findings.filter(({ code }) => code === 'unreachable-chain' || code === 'unused-chain').map(({ line }) => line);
  const closed = new Set([...table.chains.values()].filter(({ declaration }) => declaration !== undefined && named.includes(declaration)).flatMap(({ name }) => [...placements.reachedFrom(name)]));
  return new Set([...closed].flatMap((name) => table.chains.get(name)!.rules.map(({ bound }) => bound.line.number)));
}

describe('rules that no packet matches', () => {
  it('are those that no packet of an enumeration hits, each with one finding', () => {
    fc.assert(fc.property(filterTable, (text) => {
      const document = open(text);
      const findings = new Diagnostics(document).complete();
      const ruleset = document.ruleset();
      const dead = deadIn(findings).map(({ line }) => line.number);
      const hit = linesHit(ruleset);
      assert.deepEqual(dead.filter((line) => hit.has(line)), [], 'called dead, but hit');
      assert.equal(new Set(dead).size, dead.length, 'two findings for one line');
      // Of what iptables refuses, and what it would take away, nothing is said.
      if (findings.some(({ severity }) => severity === 'error')) return;
      const elsewhere = linesOfClosedChains(ruleset, findings);
      const explained = findings.filter(({ code }) => code === 'misplaced-interface' || code === 'unmatchable-rule').map(({ line }) => line.number);
      const missed = linesThatCannotMatch(ruleset).filter((line) => !dead.includes(line) && !elsewhere.has(line) && !explained.includes(line));
      assert.deepEqual(missed, [], 'cannot match, and nothing said');
    }), { numRuns: 60 });
  });

  it('match again where the fix moves them', () => {
    fc.assert(fc.property(filterTable, (text) => {
      for (const finding of deadIn(findingsOf(text))) {
        const move = finding.fixes?.find(({ title }) => title.startsWith('Move it'));
        if (move === undefined) continue;
        const moved = fixed(text, move);
        const number = move.edits[0]!.line.number;
        assert.ok(!deadIn(findingsOf(moved)).some(({ line }) => line.number === number), `${finding.message}\n${moved}`);
      }
    }), { numRuns: 40 });
  });
});

const corpus = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));

/** A number below the bound from a generator that is the same in every run. */
function randoms(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** The variables of some packet of the set. */
function someBits({ space }: Analysis, set: PacketSet, random: (bound: number) => number): Uint8Array {
  const bits = Uint8Array.from({ length: space.variables }, () => random(2));
  for (let at = set; at !== EVERY;) {
    const [low, high] = [space.low(at), space.high(at)];
    const bit = low === NONE ? 1 : high === NONE ? 0 : random(2);
    bits[space.level(at)] = bit;
    at = bit === 1 ? high : low;
  }
  return bits;
}

describe('rules of real rulesets that are called dead', function () {
  this.timeout(60_000);
  const listed = existsSync(corpus) ? JSON.parse(readFileSync(`${corpus}rulesets.json`, 'utf8')) as { file: string; lines: number; family_guess: string }[] : [];
  if (listed.length === 0) it.skip('need ../shared/corpus');

  for (const { file, family_guess: family } of listed.filter(({ lines }) => lines < 300)) {
    it(`${file}: packets that match them do not hit them`, () => {
      const document = open(readFileSync(corpus + file, 'utf8'), family === 'ip6' ? 'rules.v6' : 'rules.v4');
      const dead = new Set(deadIn(new Diagnostics(document).complete()).map(({ line }) => line));
      if (dead.size > 0) for (const table of document.ruleset().tables.values()) replay(document.ruleset(), table, (rule) => dead.has(rule.bound.line));
    });
  }

  function replay(ruleset: Ruleset, table: Table, isDead: (rule: Rule) => boolean): void {
    const analysis = analyse(ruleset);
    const program = compile(ruleset);
    const random = randoms(7);
    for (const { name, rules } of table.chains.values()) {
      const hooks = [...Placements.of(table).hooksOf(name)];
      const arriving = hooks.reduce<PacketSet>((so, hook) => analysis.space.union(so, wellFormed(analysis.space, table.name, hook, analysis.tracks)), NONE);
      for (const rule of rules.filter(isDead)) {
        const set = analysis.space.intersection(matchOf(analysis.space, rule, table.name).may, arriving);
        for (let round = 0; set !== NONE && round < 20; round++) {
          const packet = packetOf(analysis.space, someBits(analysis, set, random));
          const { steps } = simulate(program, new Worlds(), packet);
          assert.ok(!steps.some((step) => step.rule === rule && step.matched === true), `${printPacket(packet)} hits ${rule.bound.line.text}`);
        }
      }
    }
  }
});

describe('rules that are called redundant', () => {
  const coded = (...rules: readonly string[]): readonly string[] => new Diagnostics(open(['*filter', ':INPUT ACCEPT [0:0]', ':ONE - [0:0]', ':TWO - [0:0]', ...rules, 'COMMIT', ''].join('\n'))).complete()
    .filter(({ code }) => code === 'redundant-rule' || code === 'shadowed-rule' || code === 'unmatchable-rule').map(({ code, line }) => `${line.number} ${code}`);

  it('are none that lead to a chain which packets come back from', () => {
    assert.deepEqual(coded('-A INPUT -p tcp -j DROP', '-A INPUT -p tcp -m tcp --dport 22 -j ONE', '-A ONE -s 10.0.0.0/8 -j DROP', '-A INPUT -p udp -j ONE'), ['5 shadowed-rule']);
    assert.deepEqual(coded('-A INPUT -p tcp -j DROP', '-A INPUT -p tcp -m tcp --dport 22 -j ONE', '-A ONE -j DROP', '-A INPUT -p udp -j ONE'), ['5 redundant-rule']);
  });

  it('are none that other packets go past for good', () => {
    assert.deepEqual(coded('-A INPUT -p tcp -g ONE', '-A INPUT -p tcp -j DROP', '-A ONE -s 10.0.0.0/8 -j DROP'), ['5 shadowed-rule']);
    assert.deepEqual(coded('-A INPUT -p tcp -g ONE', '-A INPUT -p tcp -j DROP', '-A ONE -j DROP'), ['5 redundant-rule']);
  });

  it('are covered by rules of their chain, whatever else leads there', () => {
    const rules = ['-A INPUT -p udp -j ONE', '-A INPUT -p icmp -j ONE', '-A ONE -p udp -j ACCEPT', '-A ONE ! -p icmp -j ACCEPT'];
    assert.deepEqual(coded(...rules), ['7 redundant-rule']);
    assert.deepEqual(coded(...rules.slice(0, 3), '-A TWO -p tcp -j ONE', '-A ONE ! -p icmp -j ACCEPT'), ['8 redundant-rule']);
  });
});

describe('rules that no packet can match', () => {
  const said = (rule: string): readonly string[] => new Diagnostics(open(`*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n${rule}\nCOMMIT\n`)).complete()
    .filter(({ code }) => code === 'unmatchable-rule').map(({ message }) => message);

  it('are said to be so for what is the matter', () => {
    assert.deepEqual(said('-A INPUT -f -j DROP'), ['No packet can match this rule: the kernel puts fragments together before INPUT sees them.']);
    assert.deepEqual(said('-A INPUT -p icmp -m icmp --icmp-type 0 -m conntrack --ctstate NEW -j ACCEPT'), ['No packet can match this rule: no packet that meets its other conditions is ever in such a state.']);
    assert.deepEqual(said('-A INPUT -p udp -m udp --dport 53 -p udp -m conntrack --ctstate NEW -j ACCEPT'), []);
  });
});

describe('rules under conditions that nobody knows', () => {
  const script = (...lines: readonly string[]): string => ['#!/bin/sh', 'iptables -P INPUT ACCEPT', ...lines, ''].join('\n');
  const found = (...lines: readonly string[]): readonly Finding[] => deadIn(findingsOf(script(...lines), 'fw.sh'));
  const said = (...lines: readonly string[]): readonly string[] => found(...lines).map(({ line, code, related = [] }) => `${line.number} ${code} by ${related.map((each) => each.line.number).join(' ')}`);
  const [first, second] = ['iptables -A INPUT -p tcp -j DROP', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'];

  it('are dead by others that are there with them', () => {
    assert.deepEqual(said('if [ -f /x ]; then', first, second, 'fi'), ['4 shadowed-rule by 3']);
    assert.deepEqual(said('if [ -f /x ]; then', first, 'fi', 'if [ -f /x ]; then', second, 'fi'), []);
    assert.deepEqual(said('if [ -n "$X" ]; then', first, 'fi', '[ -z "$X" ] ||', second), ['6 shadowed-rule by 3']);
    assert.deepEqual(said('if [ -f /x ]; then', first, 'else', second, 'fi'), []);
  });

  it('leave nothing where there is one of them in any case', () => {
    assert.deepEqual(said('if [ -f /x ]; then', first, 'else', 'iptables -A INPUT -p tcp -j ACCEPT', 'fi', second), ['7 shadowed-rule by 3 5']);
    assert.deepEqual(said('if [ -f /x ]; then', first, 'elif [ -f /y ]; then', 'iptables -A INPUT -p tcp -j REJECT', 'fi', second), []);
    assert.deepEqual(said('case $1 in', 'a)', 'iptables -A INPUT -j DROP ;;', '*)', 'iptables -A INPUT -j REJECT ;;', 'esac', second), ['8 rule-after-terminal by 6']);
  });

  it('are dead in chains that are only there with them', () => {
    assert.deepEqual(said('if [ -f /x ]; then', 'iptables -N WEB', 'iptables -A INPUT -p tcp -j WEB', 'iptables -A WEB -p tcp -j DROP', 'iptables -A WEB -p tcp --dport 22 -j ACCEPT', 'fi'), ['6 rule-after-terminal by 5']);
  });

  it('are not said to be partly shadowed where they take what is left', () => {
    const partly = (...lines: readonly string[]): readonly number[] => findingsOf(script(...lines), 'fw.sh', 'partly-shadowed').filter(({ code }) => code === 'partly-shadowed').map(({ line }) => line.number);
    assert.deepEqual(partly('if [ -f /x ]; then', second, 'iptables -A INPUT -j DROP', 'fi'), []);
    assert.deepEqual(partly('if [ -f /x ]; then', second, first, 'fi'), [4]);
    assert.deepEqual(partly('if [ -f /x ]; then', second, 'else', first, 'fi'), []);
  });

  it('are not taken out where nothing would be left of a branch', () => {
    const titles = (...lines: readonly string[]): readonly (readonly string[])[] => found(...lines).map(({ fixes = [] }) => fixes.map(({ title }) => title));
    assert.deepEqual(titles(first, 'if [ -f /x ]; then', second, 'fi'), [[]]);
    assert.deepEqual(titles(first, 'if [ -f /x ]; then', '# ssh', second, '', 'else', 'echo no', 'fi'), [[]]);
    assert.deepEqual(titles(first, 'if [ -f /x ]; then', second, 'echo yes', 'fi'), [['Delete this rule', 'Comment this rule out']]);
    assert.deepEqual(titles(first, 'for port in 22; do', 'iptables -A INPUT -p tcp --dport $port -j ACCEPT', 'done'), [[]]);
  });
});
