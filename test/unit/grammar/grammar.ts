import { readFileSync } from 'node:fs';
import { Language, Parser, type Node, type Tree } from 'web-tree-sitter';

const directory = new URL('../../../grammars/iptables/', import.meta.url);

/** The grammar's committed WebAssembly module, loaded once for all tests. */
export const language: Promise<Language> = Parser.init().then(() => Language.load(readFileSync(new URL('iptables.wasm', directory))));

/** Text of a file of the grammar, such as `queries/highlights.scm`. */
export const grammarFile = (name: string): string => readFileSync(new URL(name, directory), 'utf8');

/** Runs `use` with a parser for the grammar. */
export async function withParser<T>(use: (parser: Parser) => T): Promise<T> {
  const grammar = await language;
  const parser = new Parser();
  parser.setLanguage(grammar);
  try {
    return use(parser);
  } finally {
    parser.delete();
  }
}

/** Parses a text, hands the tree to `use` and frees it. */
export function withTree<T>(parser: Parser, text: string, use: (tree: Tree) => T, old: Tree | null = null): T {
  const tree = parser.parse(text, old);
  if (tree === null) throw new Error('the parser has no grammar');
  try {
    return use(tree);
  } finally {
    tree.delete();
  }
}

/** Everything that a node says, as text: kinds, fields, and the source of its leaves. */
export function describeNode(node: Node): string {
  if (node.childCount === 0) return `${node.type} ${JSON.stringify(node.text)}`;
  const children = node.children.map((child, index) => {
    const field = node.fieldNameForChild(index);
    return `${field === null ? '' : `${field}: `}${describeNode(child)}`;
  });
  return `(${node.type}${node.isError ? ' ERROR' : ''} ${children.join(' ')})`;
}

/** The nodes of a text's lines, as text; one entry a line node, each with the row that it starts on. */
export function lineNodes(tree: Tree): { row: number; text: string; shown: string }[] {
  return tree.rootNode.namedChildren.map((node) => ({ row: node.startPosition.row, text: node.text, shown: describeNode(node) }));
}
