import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { openDocument } from '../../support/document.ts';
import { evaluate } from './run.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Types a value of the variable in the first line, and answers the rules that use it then. */
function type(document: RulesetDocument, value: string): readonly WeakRef<object>[] {
  const [first] = document.getText().split('\n');
  document.update([{ range: { start: { line: 0, character: 2 }, end: { line: 0, character: first!.length } }, text: value }], 2);
  document.ruleset();
  return document.linesOf('ipv4').flatMap(({ bound }) => (bound === undefined ? [] : new WeakRef(bound)));
}

/** Collects what nobody has a hold of. */
async function collect(): Promise<void> {
  // What a weak reference was made of stays up to the end of a turn, and what was cached on the way to it up to the next collection.
  for (let round = 0; round < 3; round++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
}

describe('what a script said before its variables were edited', () => {
  for (const [what, lines] of [
    ['a command', ['iptables -A INPUT -p tcp --dport $P -j ACCEPT']], ['one in a loop', ['for s in 192.0.2.1 192.0.2.2; do iptables -A INPUT -s $s -p tcp --dport $P -j ACCEPT; done']],
    ['a line of a here-document', ['iptables-restore <<EOF', '*filter', '-A INPUT -p tcp --dport $P -j ACCEPT', 'COMMIT', 'EOF']],
  ] as const) {
    it(`is not kept of ${what}`, async () => {
      const document = await openDocument(['P=1', ...lines, ''].join('\n'), 'fw.sh');
      const rules = ['10', '100', '1000', '2000', '3000'].map((value) => type(document, value));
      await collect();
      const left = rules.map((some) => some.filter((rule) => rule.deref() !== undefined).length);
      // An edit is held against the reading before.
      assert.deepEqual(left.slice(0, -2), [0, 0, 0]);
      assert.equal(left.at(-1), rules.at(-1)!.length);
      assert.notEqual(left.at(-1), 0);
    });
  }
});

describe('a text with the name of the script in it', () => {
  it('is kept no longer than the script', async () => {
    const read = (): WeakRef<object> => new WeakRef(evaluate('iptables "$0.rules"').invocations[0]!.arguments[0]!.unknown!);
    const text = read();
    await collect();
    assert.equal(text.deref(), undefined);
  });
});
