import assert from 'node:assert/strict';
import { BASE_OPTIONS, findShort } from '../../../server/src/core/ruleset/options.ts';
import { BASE_OPTION_DOCS } from '../../../server/src/features/support/base-option-docs.ts';
import { describeBaseOption } from '../../../server/src/features/support/describe.ts';
import { findingsOf } from '../rules/check.ts';

/** What depends on the rules and chains that are there before. */
const DEPENDS_ON_RULES = new Set(['missing-rule', 'undefined-chain']);

describe('the documentation of iptables\' own options', () => {
  for (const option of BASE_OPTIONS) it(`says what \`--${option.name}\` does, with an example`, () => {
    assert.match(describeBaseOption(option), /\.\n\n```(?:iptables|sh)\n.+\n```(?:\n\n- .+\.)?/u);
  });

  for (const [name, { example }] of Object.entries(BASE_OPTION_DOCS)) it(`has nothing wrong in the example of \`--${name}\``, () => {
    const isRule = example.startsWith('-');
    const text = isRule ? `*filter\n:FROM_OUTSIDE - [0:0]\n${example}\nCOMMIT\n` : `#!/bin/sh\n${example}\n`;
    const errors = findingsOf(text, isRule ? (example.includes('-6') ? 'rules.v6' : 'rules.v4') : 'firewall.sh').filter(({ severity, code }) => severity === 'error' && !DEPENDS_ON_RULES.has(code));
    assert.deepEqual(errors.map(({ message }) => message), []);
  });

  it('uses the option in its example', () => {
    const uses = (name: string, words: readonly string[]): boolean => words.some((word) => word === `--${name}` || (word.startsWith('-') && !word.startsWith('--') && [...word.slice(1)].some((letter) => findShort(letter)?.name === name)));
    // Nobody needs it any more.
    const without = Object.entries(BASE_OPTION_DOCS).filter(([name, { example }]) => !uses(name, example.split(' '))).map(([name]) => name);
    assert.deepEqual(without, ['wait-interval']);
  });
});
