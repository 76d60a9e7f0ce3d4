import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import type { Coming } from './brute-force.ts';
import { Judged, standings, type Standing } from './judged.ts';
import { smallWorld } from './small-worlds.ts';

describe('analysis of small worlds', () => {
  it('lets match what some packet hits, and nothing else', () => {
    fc.assert(fc.property(smallWorld, (world) => {
      const judged = new Judged(world);
      const { table, enumeration, ruleset } = judged;
      const analysis = analyse(ruleset);
      const { space } = analysis;
      const hasFragments = judged.packets.some(({ fragmentOffset }) => fragmentOffset !== undefined);
      for (const standing of standings(table)) {
        const place = { chain: standing.chain.name, index: standing.index };
        const isHit = enumeration.hitting(standing.rule).length > 0;
        if (!analysis.canMatch(world.table, place)) assert.ok(!isHit, `called dead, but hit: ${judged.context(standing)}`);
        // A rule may be left with fragments alone, which few worlds have.
        else if (!isHit && !enumeration.isOpen(standing.rule)) assert.ok(!hasFragments && !space.intersects(analysis.left(world.table, place), space.equals('fragment', 0)), `said to match, but never hit: ${judged.context(standing)}`);
      }
    }), { numRuns: 40 });
  });

  it('says of each dead rule what is so', () => {
    fc.assert(fc.property(smallWorld, (world) => {
      const judged = new Judged(world);
      for (const finding of judged.findings) CHECKS[finding.code]?.(judged, finding);
      // Of what iptables refuses, and what it would take away, nothing is said.
      if (judged.findings.some(({ severity }) => severity === 'error')) return;
      const told = new Set(judged.findings.filter(({ code }) => DEAD.has(code)).map(({ line }) => line));
      for (const standing of standings(judged.table)) {
        if (told.has(standing.rule.bound.line) || judged.isClosed(standing.chain)) continue;
        const isAlive = analyse(judged.ruleset).canMatch(world.table, { chain: standing.chain.name, index: standing.index });
        assert.ok(isAlive, `cannot match, and nothing is said: ${judged.context(standing)}`);
      }
    }), { numRuns: 40 });
  });
});

const contains = (set: readonly Coming[], { hook, number }: Coming): boolean => set.some((each) => each.hook === hook && each.number === number);
/** Packets in both lists; not fragments, which rules may read in several ways, but all alike. */
const common = (a: readonly Coming[], b: readonly Coming[]): readonly Coming[] => a.filter((each) => each.packet.fragmentOffset === undefined && contains(b, each));

type Check = (judged: Judged, finding: Finding) => void;

/** Diagnostics that say why a rule cannot match. */
const DEAD: ReadonlySet<string> = new Set(['shadowed-rule', 'redundant-rule', 'rule-after-terminal', 'unmatchable-rule', 'misplaced-interface', 'misread-value']);

const CHECKS: Readonly<Record<string, Check>> = {
  'shadowed-rule': covered,
  'redundant-rule': covered,
  'rule-after-terminal': behind,
  'unmatchable-rule': unmatched,
  'unreachable-chain': unreached,
};

function covered(judged: Judged, finding: Finding): void {
  const standing = judged.at(finding);
  const by = judged.related(finding);
  const context = `\n${judged.context(standing)}`;
  assert.ok(by.every(({ chain, index }) => chain !== standing.chain || index < standing.index), `covered by what comes later${context}`);
  assert.ok(by.length > 0 && by.every(({ rule }) => judged.enumeration.meeting(rule).length > 0), `covered by nothing that is met${context}`);
  if (judged.rewrites) return;
  const wanted = judged.wanted(standing);
  assert.deepEqual(judged.with(standing, [...by, standing]).hitting(standing.rule).length, 0, `the cover leaves packets${context}`);
  // Which jumps are needed can not be seen by leaving them out, as they lead to the rule and to others of the cover.
  const isPlain = by.every(({ rule: { bound: { target } } }) => target?.kind !== 'chain');
  const unneeded = !isPlain ? [] : by.filter((each) => judged.with(standing, [...by.filter((other) => other !== each), standing]).hitting(standing.rule).length === 0);
  const [together, alone] = [judged.with(standing, by), judged.with(standing, [standing])];
  const otherwise = (each: Coming): boolean => together.verdict(each) !== alone.verdict(each);
  const others = wanted.filter(otherwise);
  if (finding.code === 'redundant-rule') {
    assert.deepEqual(unneeded.length, 0, `not needed for the cover${context}`);
    // What no jump leads to the rule, it does nothing with.
    const led = common(wanted, alone.meeting(standing.rule));
    if (world(judged) !== 'nat') assert.deepEqual(led.filter(otherwise).length, 0, `called redundant, but packets fare otherwise${context}`);
    return;
  }
  assert.ok(unneeded.length <= 1, `not needed for the cover${context}`);
  if ([...by, standing].every(({ rule: { bound: { target } } }) => target?.kind === 'verdict' && target.verdict !== 'RETURN')) assert.ok(others.length > 0, `called shadowed, but packets fare the same${context}`);
}

const world = ({ world: { table } }: Judged): string => table;

function behind(judged: Judged, finding: Finding): void {
  const standing = judged.at(finding);
  const [by] = judged.related({ ...finding, related: finding.related!.filter(({ message }) => /^(?:Lets no packet past|Takes the last packets)$/u.test(message)) }) as [Standing];
  const { enumeration } = judged;
  assert.deepEqual(enumeration.meeting(standing.rule).length, 0, `packets come to it${judged.context(standing)}`);
  assert.ok(enumeration.meeting(by.rule).length > 0 || isLeftToFragments(judged, by), `no packet comes to what is said to keep them${judged.context(standing)}`);
  if (finding.message.endsWith('lets none past.')) assert.deepEqual(enumeration.hitting(by.rule).length, enumeration.meeting(by.rule).length, `lets some past ${judged.context(standing)}`);
}

/** Whether only fragments come to the rule, which few worlds have. */
function isLeftToFragments({ ruleset, world: { table } }: Judged, { chain, index }: Standing): boolean {
  const analysis = analyse(ruleset);
  return !analysis.isReached(table, { chain: chain.name, index }, analysis.space.equals('fragment', 0));
}

function unmatched(judged: Judged, finding: Finding): void {
  const standing = judged.at(finding);
  if (!finding.message.startsWith('No packet')) return;
  const wanted = judged.wanted(standing);
  if (finding.severity !== 'hint') assert.deepEqual(wanted.length, 0, `some packet would match\n${judged.context(standing)}`);
  else if (!judged.rewrites) assert.deepEqual(common(wanted, judged.entering(standing)).length, 0, `packets that come into the chain would match\n${judged.context(standing)}`);
}

function unreached(judged: Judged, finding: Finding): void {
  const chain = [...judged.table.chains.values()].find(({ declaration }) => declaration === finding.line)!;
  assert.ok(chain.rules.every((rule) => judged.enumeration.meeting(rule).length === 0), `packets come into ${chain.name}\n${judged.world.text}`);
}
