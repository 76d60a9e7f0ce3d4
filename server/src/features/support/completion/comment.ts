import { CompletionItemKind } from 'vscode-languageserver';
import type { HostFacts } from '../../../core/engine/host.ts';
import type { Span } from '../../../core/text.ts';
import { RULES } from '../../../rules/rules.generated.ts';
import { firstParagraph } from '../pages.ts';
import { wordAt, type Place } from '../place.ts';
import { expectationProposals } from './expectation.ts';
import type { Proposal } from './item.ts';

/** Proposals inside a comment that speaks to this tool, and the word that they replace. */
export interface CommentProposals {
  readonly proposals: readonly Proposal[];
  readonly word: Span;
}

/** How a comment that speaks to this tool begins. */
export function commentStarts(): Proposal[] {
  const common = { kind: CompletionItemKind.Snippet, rank: 7 };
  return [
    { ...common, label: '# expect', values: ['ACCEPT: tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0'], documentation: 'States what becomes of a packet. It is checked against the ruleset.' },
    { ...common, label: '# scenario', values: ['TITLE'], documentation: 'Begins a row of expectations that share one world: connections, limits and the clock.' },
    { ...common, label: '# iptables-lens disable=', documentation: 'Silences diagnostics on the next line, or in the whole file where it stands at its top.' },
    { ...common, label: '# iptables-lens from=', documentation: 'Names the ruleset file that the kernel has loaded before the first line, as a path from this file\'s folder.' },
    { ...common, label: '# iptables-lens args=', documentation: 'Says with which arguments the script is run, as a shell would read them: `start`. Nothing behind it: with none.' },
  ];
}

/** What can stand at the place in a comment line. */
export function commentProposals(place: Place, host: HostFacts): CommentProposals {
  const { text, offset } = place;
  const before = text.slice(0, offset);
  if (/^\s*#\s*iptables-lens\s+disable\s*=/u.test(before)) return codes(text, offset);
  const expectation = /^\s*#\s*expect\s+/u.exec(before);
  if (expectation !== null) return expectationProposals(place, expectation[0].length, host);
  const start = before.length - before.trimStart().length;
  return { proposals: commentStarts(), word: { start, end: Math.max(offset, text.trimEnd().length) } };
}

function codes(text: string, offset: number): CommentProposals {
  const word = wordAt(text, offset, /[\s,=]/u);
  const present = new Set(text.slice(text.indexOf('=') + 1).split(/[\s,]+/u));
  present.delete(text.slice(word.start, word.end));
  return {
    word,
    proposals: RULES.filter(({ code }) => !present.has(code)).map(({ code, severity, docs }) => ({
      label: code, kind: CompletionItemKind.Constant, owner: severity, documentation: firstParagraph(docs), rank: 0,
    })),
  };
}
