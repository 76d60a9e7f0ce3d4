import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Parser, Point, Tree } from 'web-tree-sitter';
import { Edit } from 'web-tree-sitter';
import { lineNodes, withParser, withTree } from './grammar.ts';
import { anyLine, anyText } from './random.ts';

/** One change of a text: where, how much is taken out, and what comes in its place. */
interface Change {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(200), removed: fc.nat(6), inserted: fc.oneof(anyLine, fc.constantFrom('', '\n', '\r\n', '"', '\\', ' ', '#', '-', 'x\ny')),
});

const pointAt = (text: string, index: number): Point => {
  const before = text.slice(0, index).split('\n');
  return { row: before.length - 1, column: before.at(-1)!.length };
};

/** Applies a change to the text and tells the tree. */
function applyChange(tree: Tree, text: string, { at, removed, inserted }: Change): string {
  const startIndex = Math.min(at, text.length);
  const oldEndIndex = Math.min(startIndex + removed, text.length);
  const changed = text.slice(0, startIndex) + inserted + text.slice(oldEndIndex);
  const newEndIndex = startIndex + inserted.length;
  tree.edit(new Edit({
    startIndex, oldEndIndex, newEndIndex,
    startPosition: pointAt(text, startIndex), oldEndPosition: pointAt(text, oldEndIndex), newEndPosition: pointAt(changed, newEndIndex),
  }));
  return changed;
}

/** Parses after each change with the tree before it, and compares with a parse from nothing. */
function checkChanges(parser: Parser, original: string, changes: readonly Change[]): void {
  let text = original;
  let tree = parser.parse(text)!;
  try {
    for (const each of changes) {
      text = applyChange(tree, text, each);
      const next = parser.parse(text, tree)!;
      tree.delete();
      tree = next;
      assert.deepEqual(lineNodes(tree), withTree(parser, text, lineNodes));
    }
  } finally {
    tree.delete();
  }
}

describe('an edited text', () => {
  it('parses with the old tree as it does from nothing', () => withParser((parser) => {
    fc.assert(fc.property(anyText, fc.array(change, { minLength: 1, maxLength: 6 }), (text, changes) => checkChanges(parser, text, changes)), { numRuns: 1000 });
  }));
});
