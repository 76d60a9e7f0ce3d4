import { strict as assert } from 'node:assert';
import type { TextEdit } from 'vscode-languageserver';
import { complete } from '../../../server/src/features/completion.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';
import { applyEdits, atCursor, inTable } from './cursor.ts';

/** What diagnostics say about a word that must not stand where it stands, whatever follows it. */
const MISPLACED: ReadonlySet<string> = new Set([
  'unknown-option', 'unknown-match', 'unknown-table', 'option-before-match', 'missing-match', 'missing-protocol', 'repeated-option', 'misplaced-negation',
  'conflicting-options', 'wrong-family', 'wrong-goto', 'illegal-option', 'several-commands', 'invalid-policy', 'undefined-chain', 'jump-to-built-in', 'jump-loop',
  'nat-filtering', 'misplaced-interface', 'misplaced-match', 'misplaced-target', 'chain-exists', 'duplicate-table', 'outside-table', 'unexpected-argument',
  'attached-value', 'unmatchable-rule', 'deprecated-spelling',
]);

const CHAINS = ':web - [0:0]\n:db - [0:0]\n-A web -j db\n';

/** Places in rulesets; whatever is proposed there must be legal there. */
const SITES: readonly string[] = [
  inTable('-A INPUT <|>'), inTable('-A OUTPUT <|>'), inTable('-A FORWARD ! <|>'), inTable('-A INPUT -p tcp <|>'), inTable('-A INPUT -p udp --dport 53 <|>'),
  inTable('-A INPUT -p icmp <|>'), inTable('-A INPUT -p tcp ! <|>'), inTable('-A INPUT -m conntrack --ctstate NEW <|>'), inTable('-A INPUT -m <|>'), inTable('-A OUTPUT -m <|>'),
  inTable('-A INPUT -p udp -m <|>'), inTable('-A OUTPUT -m policy <|>'), inTable('-A POSTROUTING -m policy <|>', 'mangle'), inTable('-A OUTPUT -j SET ! <|>'), inTable('-A INPUT -j <|>'), inTable('-A INPUT -p udp -j <|>'), inTable('-A INPUT -j LOG <|>'), inTable('-A INPUT -p tcp --<|> -j REJECT'),
  inTable('-A PREROUTING -j <|>', 'raw'), inTable('-A PREROUTING -m <|>', 'raw'), inTable('-A OUTPUT --<|>', 'raw'),
  inTable('-A PREROUTING -j <|>', 'nat'), inTable('-A INPUT -j <|>', 'nat'), inTable('-A OUTPUT -j <|>', 'nat'), inTable('-A POSTROUTING -j <|>', 'nat'), inTable('-A POSTROUTING --<|>', 'nat'),
  inTable('-A FORWARD -j <|>', 'mangle'), inTable('-A POSTROUTING -m <|>', 'mangle'), inTable('-A INPUT -j <|>', 'security'),
  inTable(`${CHAINS}-A db -j <|>`), inTable(`${CHAINS}-A INPUT -g <|>`), inTable(`${CHAINS}-A <|>`), inTable(`${CHAINS}-A INPUT -j web\n-A db <|>`),
  inTable(`${CHAINS}-A POSTROUTING -j web\n-A db -j <|>`, 'nat'), inTable('-A INPUT -p <|>'), '*filter\n:INPUT <|>\nCOMMIT\n', '*filter\n:<|>\nCOMMIT\n', '*nat\nCOMMIT\n<|>\nCOMMIT\n',
  'iptables -P INPUT <|>', 'iptables -N web\niptables -A INPUT -j <|>', 'iptables -t nat -A PREROUTING <|>',
];

async function misplaced(text: string, name: string): Promise<string[]> {
  const findings = new Diagnostics(await openDocument(text, name)).findings();
  return findings.filter(({ code }) => MISPLACED.has(code)).map(({ code, message }) => `${code}: ${message}`);
}

/** Asserts that no proposal makes the line worse than it was. */
async function check(marked: string, name: string): Promise<void> {
  const { document, position } = await atCursor(marked, name);
  const before = new Set(await misplaced(document.getText(), name));
  const items = complete(document, position).filter(({ label, tags }) => tags === undefined && !label.startsWith('#') && label !== '!');
  assert.notEqual(items.length, 0, 'something is proposed');
  const wrong: string[] = [];
  for (const { label, detail, textEdit, additionalTextEdits = [] } of items) {
    const text = applyEdits(document.getText(), [...additionalTextEdits, textEdit as TextEdit]);
    for (const problem of await misplaced(text, name)) if (!before.has(problem)) wrong.push(`${label} (${detail}): ${problem}`);
  }
  assert.deepEqual(wrong, []);
}

describe('completion proposes what iptables takes', () => {
  for (const site of SITES) {
    const title = site.replaceAll('\n', ' ⏎ ').trim();
    it(title, () => check(site, 'rules.v4'));
    if (!site.startsWith('iptables') && !site.includes('icmp')) it(`${title} (IPv6)`, () => check(site, 'rules.v6'));
  }
});
