import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ScriptText } from '../../../server/src/core/shell/script-text.ts';
import type { Command, Word } from '../../../server/src/core/shell/syntax/ast.ts';
import { underEdits } from './edited-text.ts';

const RUNS = Number(process.env.EDITED_SCRIPTS ?? 400);

const body = fc.array(fc.constantFrom(
  '-A X -j LOG', '-A X -s $N -j DROP', '-A X -s ${N} -d $M', '$', '$$', 'a\\', 'a \\$N', '\\\\', '`echo a`', '$(echo', ')', '${N:-x}', '${N', '}', '$((1 + 2))', '\tEOF', 'EOF', 'EOF\r', 'x\\\r', '', '$N', '$N\\', '"', '\'', '\\', 'é$N',
), { maxLength: 8 });
const opening = fc.constantFrom('cat <<EOF', 'cat <<EOF >x', 'cat <<-EOF', "cat <<'EOF'", 'cat <<EOF <<EOF', 'cat <<EOF | cat', 'A=$(b) cat <<EOF');
const script = fc.tuple(opening, body, fc.constantFrom('EOF', 'EOF\r', '\tEOF', '')).map(([first, lines, last]) => ['N=1', first, ...lines, last, 'echo $N', ''].join('\n'));
const edit = fc.record({ at: fc.nat(), length: fc.oneof(fc.constant(0), fc.nat(12)), text: fc.constantFrom('', 'x', '1', '$', '\\', '\n', '$N', 'x\n', 'EOF\n', '-A $M\n-A ${N}\n', '`', '$(', '}', '{', '\r', 'O') });

const textOf = (command: Command | undefined): Word => (command?.kind === 'simple' ? command.redirects[0]!.target : assert.fail('no simple command'));

describe('a here-document under edits', () => {
  it('is what it is when all is read anew', () => {
    fc.assert(fc.property(script, fc.array(edit, { minLength: 1, maxLength: 5 }), (start, edits) => {
      underEdits(start, edits, (read, fresh, text) => { assert.deepEqual(read.chunks, fresh.chunks, JSON.stringify(text)); });
    }), { numRuns: RUNS });
  }).timeout(60_000);

  it('keeps what stands before and behind an edit', () => {
    const read = new ScriptText();
    const lines = ['cat <<EOF', '-A X -s $A', '-A X -s $B', '-A X -s $C', '-A X -s $D', 'EOF', ''];
    read.update(lines.join('\n'));
    const before = textOf(read.chunks[0]!.command).parts;
    read.update(lines.with(2, '-A X -s $OTHER -d $N').join('\n'));
    const after = textOf(read.chunks[0]!.command).parts;
    assert.equal(after[1], before[1]);
    assert.deepEqual(after.slice(-3), before.slice(-3));
    assert.equal(after.at(-2), before.at(-2));
  });
});
