import assert from 'node:assert/strict';
import { openDocument } from '../../support/document.ts';
import { evaluate } from './run.ts';

const DROP = 'iptables -A INPUT -j DROP';
const times = (count: number, text: string): string => text.repeat(count);

/** Scripts of which a shell would never come to the end, or that are larger than anybody writes. */
const TOO_MUCH: Readonly<Record<string, string>> = {
  'a function that calls itself': `f() { ${DROP}; f; f; }\nf`,
  'subshells inside each other': `${times(3000, '( ')}${DROP}${times(3000, ' )')}`,
  'conditions inside each other': `${times(2000, 'if true; then ')}${DROP}${times(2000, '; fi')}`,
  'substitutions inside each other': `iptables -A INPUT -s ${times(800, '$(echo ')}10.0.0.1${times(800, ')')} -j DROP`,
  'expansions inside each other': `x=${times(3000, '${a:-')}x${times(3000, '}')}\n${DROP}`,
  'tests inside each other': `[[ ${times(3000, '( ')}a${times(3000, ' )')} ]] && ${DROP}`,
  'commands that are joined': `${times(20_000, 'true && ')}${DROP}`,
  'branches of a condition': `if false; then :\n${times(1000, `elif [ "$1" = a ]; then ${DROP}\n`)}fi`,
  'arrays that double': `A=(x x)\n${times(40, 'A=("${A[@]}" "${A[@]}")\n')}${DROP}`,
  'a pattern that is looked for at every place': `x=${times(20_000, 'a')}\ny=\${x//a*a*a*a*b/c}\n${DROP}`,
};

/** Scripts of which all is told all the same. */
const WHOLE: Readonly<Record<string, string>> = {
  'parentheses inside each other': `: $((${times(3000, '(')}1${times(3000, ')')}))\n${DROP}`,
  'texts that double': `A=x\n${times(60, 'A=$A$A\n')}${DROP}`,
  'a pattern that takes a text in many ways': `case ${times(5000, 'a')} in ${times(40, '*a')}*b) iptables -F;; esac\n${DROP}`,
  'aliases that double': `${Array.from({ length: 40 }, (_, index) => `alias a${index}="a${index + 1}; a${index + 1}"`).join('\n')}\na0\n${DROP}`,
  'hundreds of commands that are joined': `${times(900, 'true && ')}${DROP}`,
};

describe('a script that is too much', () => {
  for (const [what, script] of Object.entries(TOO_MUCH)) {
    it(`is given up where it is: ${what}`, () => {
      assert.notEqual(evaluate(script, { args: ['b'] }).givenUpAt, undefined);
    });
  }

  it('is given up where a file reads itself', () => {
    assert.equal(evaluate(`${DROP}\n. ./self`, { args: [], readFile: () => '. ./self' }).givenUpAt, DROP.length + 1);
  });

  for (const [what, script] of Object.entries(WHOLE)) {
    it(`is followed to its end: ${what}`, () => {
      const { givenUpAt, invocations } = evaluate(script, { args: [] });
      assert.equal(givenUpAt, undefined);
      assert.equal(invocations.findLast(({ reached }) => reached)!.arguments.at(-1)!.text, 'DROP');
    });
  }

  it('is a document like others', async () => {
    for (const script of [...Object.values(TOO_MUCH), ...Object.values(WHOLE)]) {
      const document = await openDocument(`#!/bin/bash\n${script}\n`, 'fw.sh');
      assert.ok(document.lines.length > 0);
      document.ruleset();
      document.update([{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: 'true\n' }], 2);
      document.ruleset();
    }
  });
});
