import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RulesetDocument } from '../../server/src/core/ruleset/document.ts';
import { LineParser } from '../../server/src/core/syntax/parser.ts';

const require = createRequire(import.meta.url);
let parser: Promise<LineParser> | undefined;

/** The one parser of a test run, from the committed WebAssembly modules. */
export function testParser(): Promise<LineParser> {
  parser ??= LineParser.create({
    treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(new URL('../../grammars/iptables/iptables.wasm', import.meta.url)),
  });
  return parser;
}

/** A document with this text; its name tells the family. */
export async function openDocument(text: string, name = 'rules.v4'): Promise<RulesetDocument> {
  return new RulesetDocument(await testParser(), `file:///test/${name}`, 'iptables', 1, text);
}
