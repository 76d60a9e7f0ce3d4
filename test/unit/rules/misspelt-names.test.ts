import { strict as assert } from 'node:assert';
import { matchesOf, spellings, targetsOf } from '../../../server/src/core/extensions/catalogue.ts';
import { MATCHES, TARGETS } from '../../../server/src/core/extensions/catalogue.generated.ts';
import { protocolsOf, type ExtensionDefinition, type OptionSpec } from '../../../server/src/core/extensions/definition.ts';
import { BUILT_IN_CHAINS, TABLE_NAMES, type Family } from '../../../server/src/core/netfilter.ts';
import { PROTOCOL_CHOICES } from '../../../server/src/core/values/protocol.ts';
import type { ValueType } from '../../../server/src/core/values/value.ts';
import { findingsOf } from './check.ts';

/** What comes of mistyping: a letter left out, doubled, changed for another, two changed about. */
function misspellings(name: string): string[] {
  const at = Math.floor(name.length / 2);
  return [
    name.slice(0, at) + name.slice(at + 1), name.slice(0, at) + name[at]! + name.slice(at),
    `${name.slice(0, at)}${name[at] === 'x' ? 'y' : 'x'}${name.slice(at + 1)}`, name.slice(0, at - 1) + name[at]! + name[at - 1]! + name.slice(at + 1),
  ].filter((each) => each !== name);
}

/** The misspellings for which no error says the name; what iptables takes is none, nor what is the beginning of another name. */
function untold(name: string, ruleset: (name: string) => string, family: Family): string[] {
  return misspellings(name).filter((wrong) => {
    const errors = findingsOf(ruleset(wrong), family === 'ipv4' ? 'rules.v4' : 'rules.v6').filter(({ severity }) => severity === 'error');
    return errors.length > 0 && !errors.some(({ message }) => /did you mean|could be/iu.test(message) && message.includes(`\`${name}\``));
  }).map((wrong) => `${wrong} (${name})`);
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const rule = (text: string): string => `*filter\n${text}\nCOMMIT\n`;

describe('misspelt names', () => {
  it('of tables', () => {
    assert.deepEqual(TABLE_NAMES.flatMap((name) => untold(name, (wrong) => `*${wrong}\nCOMMIT\n`, 'ipv4')), []);
  });

  it('of built-in and user-defined chains', () => {
    for (const table of TABLE_NAMES) {
      for (const chain of BUILT_IN_CHAINS[table]) assert.deepEqual(untold(chain, (wrong) => `*${table}\n-A ${wrong} -j ACCEPT\nCOMMIT\n`, 'ipv4'), []);
    }
    assert.deepEqual(untold('BLOCKED', (wrong) => rule(`:BLOCKED - [0:0]\n-A INPUT -j ${wrong}`), 'ipv4'), []);
  });
});
