import { CompletionItemKind } from 'vscode-languageserver';
import type { HostFacts } from '../../../core/engine/host.ts';
import { TCP_FLAGS } from '../../../core/engine/packet.ts';
import { FIELDS, FIELD_PROTOCOLS } from '../../../core/notation/fields.ts';
import { protocol } from '../../../core/values/protocol.ts';
import { rejectType } from '../../../core/values/reject-type.ts';
import type { Span } from '../../../core/text.ts';
import { wordAt, type Place } from '../place.ts';
import { seenInterfaces } from '../seen.ts';
import { EXPECTATION_DOCS, FIELD_DOCS } from '../vocabulary.ts';
import type { Proposal } from './item.ts';

interface Proposals {
  readonly proposals: readonly Proposal[];
  readonly word: Span;
}

/** Protocols that packets are most often written with. */
const PROTOCOLS = ['tcp', 'udp', 'icmp', 'ipv6-icmp'];

const WORDS: Readonly<Record<string, readonly string[]>> = {
  state: ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'],
  path: ['in', 'forward', 'out'],
  flags: Object.keys(TCP_FLAGS),
};

/** What can stand in an expectation whose verdict begins at `start`: the verdict, or a part of the packet behind the colon. */
export function expectationProposals(place: Place, start: number, host: HostFacts): Proposals {
  const { text, offset } = place;
  const colon = /:(?=\s|$)/u.exec(text.slice(start, offset));
  return colon === null ? verdicts(place, start) : packet(place, start + colon.index + 1, host);
}

function verdicts({ text, offset, family }: Place, start: number): Proposals {
  const word = wordAt(text, offset, /[\s:]/u);
  if (word.start === start) return { word, proposals: plain(Object.keys(EXPECTATION_DOCS), 'verdict', EXPECTATION_DOCS) };
  const before = text.slice(start, word.start).trim();
  if (before === 'REJECT') return { word, proposals: plain(['with'], 'answer', {}) };
  if (before === 'REJECT with') return { word, proposals: plain((rejectType.complete?.({ family }) ?? []).map((proposal) => proposal.text), 'answer', {}) };
  return { word, proposals: [] };
}

/** The packet's protocol, then fields that it does not have and their values. */
function packet(place: Place, start: number, host: HostFacts): Proposals {
  const { text, offset, family } = place;
  const word = wordAt(text, offset, /\s/u);
  const before = text.slice(start, word.start).trim();
  if (before === '') return { word, proposals: plain(PROTOCOLS, 'protocol', {}) };
  const equals = text.slice(word.start, offset).indexOf('=');
  if (equals !== -1) return values(place, text.slice(word.start, word.start + equals), { start: word.start + equals + 1, end: word.end }, host);
  const parsed = protocol.parse(before.split(/\s/u)[0]!, { family });
  const present = new Set([...text.matchAll(/\s([a-z]+)=/gu)].map(([, name]) => name));
  const fitting = FIELDS.filter(({ name }) => !present.has(name) && (!parsed.ok || (FIELD_PROTOCOLS.get(name)?.includes(parsed.value) ?? true)));
  return {
    word,
    proposals: fitting.map(({ name, example }) => ({ label: `${name}=`, kind: CompletionItemKind.Field, owner: example, documentation: FIELD_DOCS[name] ?? '', rank: 0 })),
  };
}

function values({ document, family, text, offset }: Place, field: string, word: Span, host: HostFacts): Proposals {
  if (field === 'in' || field === 'out') {
    const names = new Set([...(host.interfaces?.keys() ?? []), ...seenInterfaces(document, family)].filter((name) => !name.endsWith('+')));
    return { word, proposals: plain([...names], 'interface', {}) };
  }
  const element = field === 'flags' ? wordAt(text, offset, /[\s=,]/u) : word;
  return { word: element, proposals: plain(WORDS[field] ?? [], field, {}) };
}

const plain = (labels: readonly string[], owner: string, docs: Readonly<Record<string, string>>): Proposal[] =>
  labels.map((label) => ({ label, kind: CompletionItemKind.EnumMember, owner, documentation: docs[label] ?? '', rank: 0 }));
