import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Parser } from 'web-tree-sitter';
import { lineNodes, withParser, withTree } from './grammar.ts';
import { anyText, closedLine, lineEnd } from './random.ts';

/** The node of a line that stands alone; undefined for a blank one. */
function alone(parser: Parser, line: string): string | undefined {
  return withTree(parser, line, (tree) => {
    const nodes = lineNodes(tree);
    assert.ok(nodes.length <= 1, `one node for ${JSON.stringify(line)}`);
    return nodes[0]?.shown;
  });
}

describe('the grammar and any text', () => {
  it('finds no error in it', () => withParser((parser) => {
    fc.assert(fc.property(anyText, (text) => withTree(parser, text, (tree) => !tree.rootNode.hasError)), { numRuns: 3000 });
  }));

  it('gives every line one node, the same as when the line stands alone', () => withParser((parser) => {
    fc.assert(fc.property(fc.array(fc.tuple(closedLine, lineEnd), { maxLength: 8 }), (lines) => {
      const expected = lines.flatMap(([line], row) => {
        const shown = alone(parser, line);
        return shown === undefined ? [] : [{ row, shown }];
      });
      withTree(parser, lines.map(([line, end]) => line + end).join(''), (tree) => {
        assert.deepEqual(lineNodes(tree).map(({ row, shown }) => ({ row, shown })), expected);
      });
    }), { numRuns: 1500 });
  }));

  it('covers every line from its first to its last character that is not blank', () => withParser((parser) => {
    fc.assert(fc.property(closedLine, (line) => withTree(parser, line, (tree) => {
      const [node] = lineNodes(tree);
      // Blanks at the end of an open quotation belong to it.
      assert.equal(node?.text.replace(/[ \t\r]+$/u, '') ?? '', line.replace(/^[ \t\r]+|[ \t\r]+$/gu, ''));
    })), { numRuns: 3000 });
  }));
});
