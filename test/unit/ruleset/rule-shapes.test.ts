import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleset } from '../../../bench/ruleset.ts';
import type { BoundOption, ExtensionUse } from '../../../server/src/core/extensions/definition.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { bindLine, bindRule } from '../../../server/src/core/ruleset/bind.ts';
import type { BoundRule, HeaderPart, RuleTarget } from '../../../server/src/core/ruleset/model.ts';
import { RuleShapes } from '../../../server/src/core/ruleset/rule-shapes.ts';
import type { PlainRule } from '../../../server/src/core/syntax/plain-rule.ts';
import { readPlainRule } from '../../../server/src/core/syntax/plain-rule.ts';
import type { Line } from '../../../server/src/core/syntax/line.ts';
import { caseFiles } from '../../support/cases.ts';

describe('a rule whose shape is known', () => {
  const rules = [...new Set(caseFiles().flatMap(({ cases }) => cases.map(({ chain, rule }) => `-A ${chain} ${rule}`)))];
  const texts = [...rules, '[12:345] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT ! -s 0.0.0.0/0 -j DROP', '-A INPUT -s 192.0.2.1,192.0.2.2 -j DROP', '-A INPUT -g LOG', '-I INPUT 3 -j X', '-A X -j Y'];
  const words = [...new Set(texts.flatMap((text) => text.split(' ')))];

  it('is bound as the walk through its words binds it, whatever came before', () => {
    const change = fc.record({ at: fc.nat(), word: fc.constantFrom(...words) });
    const changed = fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 2 })).map(([text, changes]) => {
      const parts = text.split(' ');
      for (const { at, word } of changes) parts[at % parts.length] = word;
      return parts.join(' ');
    });
    fc.assert(fc.property(fc.constantFrom<Family>('ipv4', 'ipv6'), fc.array(changed, { minLength: 1, maxLength: 40 }), (family, lines) => {
      for (const text of lines) assertAsWalked(text, family);
    }), { numRuns: 1000 });
  });

  it('is bound so in every case of the catalogue', () => {
    for (const family of ['ipv4', 'ipv6'] as const) for (let round = 0; round < 2; round++) for (const text of texts) assertAsWalked(text, family);
  });

  it('is read without a walk in nearly all rules of an ordinary file', () => {
    const shapes = new RuleShapes('ipv4');
    const lines = ruleset(2000, 1).split('\n').filter((text) => text.startsWith('-A'));
    const walked = lines.filter((text) => {
      const { line, rule } = plainLine(text);
      if (shapes.read(line) !== undefined) return false;
      shapes.learn(line, rule, bindRule(line, rule.arguments, 'ipv4', false));
      return true;
    });
    assert.ok(walked.length < lines.length / 50, `${walked.length} of ${lines.length} walked`);
  });

  it('is walked through where a value has a problem, or makes one beside the others', () => {
    for (const [known, text] of [
      ['-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT'],
      ['-A INPUT -s 192.0.2.1 -j CHAIN', '-A INPUT -s 192.0.2.1 -j NONSENSE --x'],
      ['-A INPUT ! -s 192.0.2.0/24 -j DROP', '-A INPUT ! -s 0.0.0.0/0 -j DROP'],
      ['-A INPUT ! -d 192.0.2.0/24 -j DROP', '-A INPUT ! -d 192.0.2.1,192.0.2.2 -j DROP'],
      ['-A INPUT -i eth7 -o eth8 -j CHAIN', '-A INPUT -i eth7 -o eth8 -j QUEUE'],
      ['-A INPUT -i eth7 -o eth8 -j CHAIN', '-A INPUT -i eth7 -o eth8 -j MASQUERADE'],
      ['-A INPUT -m length --length 1:2 -j DROP', '-A INPUT -m length --length 2:1 -j DROP'],
      ['-A INPUT -m comment --comment "a b" -j DROP', '-A INPUT -m comment --comment "-j" -j DROP'],
    ] as const) {
      assertAsWalked(known, 'ipv4');
      assertAsWalked(text, 'ipv4');
    }
  });
});

function plainLine(text: string): { readonly line: Line; readonly rule: PlainRule } {
  const rule = readPlainRule(text);
  assert.ok(rule, text);
  return { line: { number: 0, text, eol: '\n', content: rule }, rule };
}

function assertAsWalked(text: string, family: Family): void {
  const rule = readPlainRule(text);
  if (rule === undefined) return;
  const line: Line = { number: 0, text, eol: '\n', content: rule };
  assert.deepEqual(shown(bindLine(line, rule, family)), shown(bindRule(line, rule.arguments, family, false)), text);
}

/** Everything that a bound rule tells. */
function shown(bound: BoundRule): unknown {
  const { command, header, matches, target, traits, sources, destinations, tokens, problems, skipped, ends, table, unresolved, conditional, broken } = bound;
  return {
    command: command && { kind: command.kind, chain: command.chain, chainSpan: command.chainSpan && { start: command.chainSpan.start, end: command.chainSpan.end }, position: command.position, span: { start: command.span.start, end: command.span.end } },
    header: Object.fromEntries(Object.entries(header).map(([name, part]) => [name, part && shownPart(part)])),
    matches: matches.map(shownUse), target: target && shownTarget(target),
    traits: { names: traits.extensions.map(({ name }) => name), asksInterface: traits.asksInterface }, sources, destinations,
    tokens, problems, skipped, ends, table, unresolved, conditional, broken,
  };
}

const shownPart = ({ value, negated, span, nameSpan, valueSpan, text }: HeaderPart<unknown>): unknown => ({ value, negated, span, nameSpan, valueSpan, text });

const shownOption = ({ spec, negated, value, values, protocol, span, nameSpan, valueSpans, text }: BoundOption): unknown =>
  ({ name: spec.name, negated, value, values, protocol, span, nameSpan, valueSpans, text });

const shownUse = ({ definition, family, protocol, options, span }: ExtensionUse): unknown =>
  ({ name: definition.name, family, protocol, options: options.map(shownOption), span });

function shownTarget(target: RuleTarget): unknown {
  const { kind, span, nameSpan } = target;
  return { kind, span, nameSpan, what: kind === 'verdict' ? target.verdict : kind === 'extension' ? shownUse(target.use) : { chain: target.chain, goto: target.goto } };
}
