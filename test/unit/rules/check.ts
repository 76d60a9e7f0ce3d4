import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { LineParser } from '../../../server/src/core/syntax/parser.ts';
import { DEFAULT_CHECK_SETTINGS, type CheckSettings, type Finding, type Fix } from '../../../server/src/rules/rule.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { apart } from '../../support/programs.ts';

const require = createRequire(import.meta.url);
const parser = await LineParser.create({
  treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
  grammar: readFileSync(new URL('../../../grammars/iptables/iptables.wasm', import.meta.url)),
});

/** A text opened as a file of that name; the name tells the family, as in an editor. */
export function open(text: string, name = 'rules.v4'): RulesetDocument {
  return new RulesetDocument(parser, `file:///${name}`, 'iptables', 1, text);
}

/** Diagnostics under the settings which those of a code need that are off by themselves. */
function diagnosticsFor(document: RulesetDocument, code: string | undefined): Diagnostics {
  const settings: CheckSettings = { ...DEFAULT_CHECK_SETTINGS, hints: { partlyShadowed: code === 'partly-shadowed' } };
  return new Diagnostics(document, () => ({ settings }));
}

export const findingsOf = (text: string, name?: string, code?: string): readonly Finding[] =>
  diagnosticsFor(open(text, name), code).complete();

/** Asserts that a text has exactly the findings that its own comments announce; see `announced`. `rounds`: with those that take an analysis, or without. */
export function check(text: string, name?: string, rounds: 'quick' | 'all' = 'all', code?: string): void {
  const document = open(text, name);
  const diagnostics = diagnosticsFor(document, code);
  const findings = (rounds === 'all' ? diagnostics.complete() : diagnostics.findings()).map((finding) => {
    const { start, end } = document.rangeOf(finding.line, finding.span);
    return { line: start.line, from: start.character, to: end.line === start.line ? end.character : Infinity, what: `${finding.severity}: ${finding.code}`, message: finding.message };
  });
  const expected = announced(text);
  const rest = [...findings];
  for (const each of expected) {
    const index = rest.findIndex((found) => found.line === each.line && found.what === each.what && found.from === each.from && (each.to === undefined || found.to === each.to));
    assert.ok(index !== -1, `line ${each.line + 1}: expected ${each.what} at ${each.from}–${each.to ?? '?'}, found ${JSON.stringify(findings.filter(({ line }) => line === each.line))}`);
    rest.splice(index, 1);
  }
  assert.deepEqual(rest, [], 'findings that nothing announces');
}

interface Announced {
  readonly line: number;
  readonly from: number;
  readonly to: number | undefined;
  readonly what: string;
}

/**
 * The findings that comments announce for the line above them (or above other such comments): `#   ^^^^ error: code`
 * for what stands over the carets, `#<- error: code` for what starts in the first column.
 */
export function announced(text: string): Announced[] {
  const found: Announced[] = [];
  let above = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const carets = /^# *(\^+) (\w+: [\w-]+)$/u.exec(line);
    const column0 = /^#<- (\w+: [\w-]+)$/u.exec(line);
    if (carets !== null) {
      const from = line.indexOf('^');
      found.push({ line: above, from, to: from + carets[1]!.length, what: carets[2]! });
    } else if (column0 !== null) {
      found.push({ line: above, from: 0, to: undefined, what: column0[1]! });
    } else {
      above = index;
    }
  }
  return found;
}

/** The text after a fix of a finding in it. */
export function fixed(text: string, fix: Fix, name?: string): string {
  const document = open(text, name);
  const lineAt = new Map(document.lines.map((line) => [line.number, line]));
  const starts = lineStarts(text);
  const edits = fix.edits.map(({ line, span, newText }) => {
    const { start, end } = document.rangeOf(lineAt.get(line.number)!, span);
    return { start: starts[start.line]! + start.character, end: starts[end.line]! + end.character, newText };
  });
  // From the end, so that offsets stay true; of two at one place the one that comes first in the fix ends up first.
  return edits.map((edit, index) => ({ ...edit, index })).sort((a, b) => b.start - a.start || b.index - a.index)
    .reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Whether the real iptables-restore can be asked here: it takes root, and namespaces of our own. */
export const kernelAvailable = ((): boolean => {
  try {
    execFileSync('unshare', ['-n', 'iptables-nft-restore', '--version'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

/** What a real load into an empty kernel answers: undefined when it is taken, else the error message. */
export function refusal(text: string, backend: 'nft' | 'legacy' = 'nft', family: Family = 'ipv4'): string | undefined {
  const program = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend}-restore`;
  const { status, stderr } = spawnSync(...apart(program), { input: text, encoding: 'utf8' });
  return status === 0 ? undefined : `${program}: ${stderr.trim()}`;
}
