import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Finding, TextEdit } from '../../rules/rule.ts';
import { Suppressions } from '../../rules/support/suppression.ts';
import { insert, insertAbove } from '../../rules/support/edits.ts';

const COMMENT = '# iptables-lens disable=';

/** The edit that silences the finding's code on its line. */
export function silenceLine(document: RulesetDocument, { line, code }: Finding): TextEdit {
  const above = line.number === 0 ? undefined : document.lineAt(line.number - 1)?.line;
  if (above?.content.kind === 'suppression') return insert(above, above.text.trimEnd().length, `,${code}`);
  // In a ruleset an indented comment is a mistake itself.
  const indent = document.kind === 'script' ? /^[ \t]*/u.exec(line.text)![0] : '';
  return insertAbove(line, `${indent}${COMMENT}${code}`);
}

/** The edit that silences the finding's code in the whole file. */
export function silenceFile({ lines }: RulesetDocument, { code }: Finding): TextEdit {
  const stated = new Suppressions(lines).all.find(({ scope }) => scope === 'file');
  if (stated !== undefined) return insert(stated.line, stated.line.text.trimEnd().length, `,${code}`);
  const [first, second] = lines;
  const top = first!.text.startsWith('#!') && second !== undefined ? second : first!;
  // A blank line keeps the comment from speaking for the line below it.
  const apart = top.content.kind === 'blank' || top.content.kind === 'table' ? '' : top.eol || '\n';
  return insertAbove(top, `${COMMENT}${code}${apart}`);
}
