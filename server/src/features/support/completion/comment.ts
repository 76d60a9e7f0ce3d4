import { CompletionItemKind } from 'vscode-languageserver';
import { RULES } from '../../../rules/rules.generated.ts';
import { firstParagraph } from '../pages.ts';
import type { Span } from '../../../core/text.ts';
import type { Proposal } from './item.ts';

/** Proposals inside a comment that speaks to this tool, and the word that they replace. */
export interface CommentProposals {
  readonly proposals: readonly Proposal[];
  readonly word: Span;
}

/** Fields of a packet in notation, with an example of each. */
const PACKET_FIELDS: Readonly<Record<string, readonly [value: string, explanation: string]>> = {
  in: ['INTERFACE', 'Interface by which the packet comes in. Alone it means a packet for this host.'],
  out: ['INTERFACE', 'Interface by which the packet leaves. Alone it means a packet that this host sends; with `in=` one that it forwards.'],
  path: ['in|forward|out', 'The packet\'s way through the host, where the interfaces do not say it.'],
  state: ['NEW|ESTABLISHED|RELATED|INVALID|UNTRACKED', 'Connection tracking state. Left out, the packets of a scenario decide it.'],
  flags: ['SYN,ACK', 'TCP flags that are set; all others are not.'],
  type: ['echo-request', 'ICMP type, by name or number.'],
  mark: ['0x2f', 'Netfilter mark; 0 where it is left out.'],
  tos: ['0x10', 'Type of service; 0 where it is left out.'],
  ttl: ['64', 'Time to live (hop limit); 64 where it is left out.'],
  length: ['1500', 'Length of the packet in bytes.'],
  mac: ['00:11:22:33:44:55', 'Source address of the Ethernet frame.'],
  uid: ['0', 'User that sends the packet; for packets of this host.'],
  gid: ['0', 'Group that sends the packet; for packets of this host.'],
  fragment: ['first|later', 'Which fragment of a packet it is.'],
  at: ['0s', 'Time since the scenario began.'],
};

const VERDICTS: Readonly<Record<string, string>> = {
  ACCEPT: 'The packet passes.',
  DROP: 'The packet is dropped without an answer.',
  REJECT: 'The packet is refused with an answer; `REJECT with TYPE` names it.',
  DNAT: 'The destination is rewritten: `DNAT 10.0.0.5:80`.',
  SNAT: 'The source is rewritten: `SNAT 198.51.100.1`.',
};

/** How a comment that speaks to this tool begins. */
export function commentStarts(): Proposal[] {
  const common = { kind: CompletionItemKind.Snippet, rank: 7 };
  return [
    { ...common, label: '# expect', values: ['ACCEPT: tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0'], documentation: 'States what becomes of a packet. It is checked against the ruleset.' },
    { ...common, label: '# scenario', values: ['TITLE'], documentation: 'Begins a row of expectations that share one world: connections, limits and the clock.' },
    { ...common, label: '# iptables-lens disable=', documentation: 'Silences diagnostics on the next line, or in the whole file where it stands at its top.' },
  ];
}

/** What can stand at `offset` of a comment line. */
export function commentProposals(text: string, offset: number): CommentProposals {
  const before = text.slice(0, offset);
  if (/^\s*#\s*iptables-lens\s+disable\s*=/u.test(before)) return codes(text, offset);
  const expectation = /^\s*#\s*expect\s+/u.exec(before);
  if (expectation !== null) return before.includes(':', expectation[0].length) ? packetFields(text, offset) : verdicts(text, offset, expectation[0].length);
  const start = before.length - before.trimStart().length;
  return { proposals: commentStarts(), word: { start, end: text.trimEnd().length < offset ? offset : Math.max(offset, text.trimEnd().length) } };
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

function verdicts(text: string, offset: number, start: number): CommentProposals {
  const word = wordAt(text, offset, /[\s:]/u);
  if (word.start > start) return { word, proposals: [] };
  return { word, proposals: Object.entries(VERDICTS).map(([label, documentation]) => ({ label, kind: CompletionItemKind.Keyword, owner: 'verdict', documentation, rank: 0 })) };
}

/** Fields that the packet does not have yet; they stand behind its protocol. */
function packetFields(text: string, offset: number): CommentProposals {
  const word = wordAt(text, offset, /\s/u);
  const packet = text.slice(text.indexOf(':', text.indexOf('expect')) + 1, word.start);
  if (packet.trim() === '') {
    return { word, proposals: ['tcp', 'udp', 'icmp', 'ipv6-icmp'].map((label) => ({ label, kind: CompletionItemKind.EnumMember, owner: 'protocol', rank: 0 })) };
  }
  if (text.slice(word.start, offset).includes('=')) return { word, proposals: [] };
  return {
    word,
    proposals: Object.entries(PACKET_FIELDS).filter(([name]) => !new RegExp(`\\s${name}=`, 'u').test(text)).map(([name, [value, documentation]]) => ({
      label: `${name}=`, kind: CompletionItemKind.Field, owner: value, documentation, rank: 0,
    })),
  };
}

/** The word around the offset, between characters that end one. */
function wordAt(text: string, offset: number, ends: RegExp): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && !ends.test(text[start - 1]!)) start--;
  while (end < text.length && !ends.test(text[end]!)) end++;
  return { start, end };
}
