import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { enumerated } from '../analysis/every-answer.ts';
import { conditionalScript, takingScript } from '../analysis/scripts.ts';
import { findingsOf, open } from './check.ts';

/** Diagnostics that say what no packet comes to or matches. */
const DEAD: ReadonlySet<string> = new Set(['shadowed-rule', 'redundant-rule', 'rule-after-terminal', 'unmatchable-rule', 'unreachable-chain']);

interface Case {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** What is said of lines, from 1: the code and the related lines. */
  readonly answers: readonly string[];
}

/** Reads rulesets after lines `=== NAME TITLE`; what has to be said of a line stands behind it after `#=`. */
function casesIn(text: string): readonly Case[] {
  return text.split(/^=== /mu).slice(1).map((part) => {
    const [head, ...lines] = part.trimEnd().split('\n');
    const [, name, title] = /^(\S+) (.*)$/u.exec(head!)!;
    const cut = lines.map((line) => /^(.*?)(?: *#= (.*))?$/u.exec(line)!);
    return { name: name!, title: title!, text: `${cut.map(([, rule]) => rule).join('\n')}\n`, answers: cut.flatMap(([, , answer], index) => (answer === undefined ? [] : [`${index + 1} ${answer}`])) };
  });
}

describe('rulesets of which every dead rule is known', () => {
  for (const { name, title, text, answers } of casesIn(readFileSync(new URL('../../fixtures/known-answers.txt', import.meta.url), 'utf8'))) {
    it(title, () => {
      const said = findingsOf(text, name).filter(({ code }) => DEAD.has(code))
        .map(({ code, line, related = [] }) => `${line.number + 1} ${[code, ...(related.length === 0 ? [] : [related.map((each) => each.line.number + 1).join()])].join(' ')}`);
      assert.deepEqual(said.sort(), [...answers].sort());
    });
  }
});

describe('scripts that ask what nobody knows', () => {
  it('have no rule called dead that a packet hits by some of the answers', () => fc.assert(fc.property(fc.oneof(conditionalScript, takingScript), (text) => {
    const dead = findingsOf(text, 'fw.sh').filter(({ code }) => DEAD.has(code) && code !== 'unreachable-chain');
    const { hit } = enumerated(text, (each) => open(each, 'fw.sh').ruleset());
    for (const { code, line } of dead) assert.ok(!hit.has(line.number), `${code} in line ${line.number + 1} of\n${text}`);
  }), { numRuns: Number(process.env['ASKING_SCRIPTS'] ?? 20) }));
});
