import { CompletionItemTag, InsertTextFormat, MarkupKind, type CompletionItem, type CompletionItemKind, type Range } from 'vscode-languageserver';

/** One proposal, before it is known where and for which client it will be inserted. */
export interface Proposal {
  /** What the list shows and what the word is compared with. */
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** Text to insert where it is not the label. */
  readonly text?: string;
  /** Text that must stand before it, with its blank: `-m conntrack `. It goes in front of a `!`. */
  readonly lead?: string;
  /** Values that must follow it: `PORT[:PORT]`. */
  readonly values?: readonly string[];
  /** Whether the values can themselves be completed. */
  readonly completable?: boolean;
  /** Where it comes from: `conntrack`, `built-in chain`. */
  readonly owner?: string;
  /** Markdown. */
  readonly documentation?: string;
  readonly deprecated?: boolean;
  /** Smaller is nearer to the top. */
  readonly rank: number;
  /** Place among those of equal rank, from 0 to 999; without one they stay as they were listed. The label decides where it is the same. */
  readonly order?: number;
}

/** Ranks of options, from what the rule still lacks to what nobody should write; the next rank is for second spellings. */
export const RANK = { first: 0, loaded: 1, base: 3, common: 6, rare: 8, odd: 10, deprecated: 11 } as const;

/** Where proposals go, and what the client can do with them. */
export interface Insertion {
  /** The word that is replaced. */
  readonly range: Range;
  /** Where a `lead` goes when it can't be directly before the word. */
  readonly leadRange?: Range | undefined;
  /** Text that separates the proposal from what stands before it. */
  readonly gap?: string;
  /** Whether values follow the word already. */
  readonly valued: boolean;
  readonly snippets: boolean;
  /** Command by which the client opens the list again, for values that can be completed. */
  readonly suggestCommand: string | undefined;
}

/** The protocol's items for proposals; every one replaces the same range. */
export function toItems(proposals: readonly Proposal[], insertion: Insertion): CompletionItem[] {
  return proposals.map((proposal, index) => toItem(proposal, proposal.order ?? Math.min(index, LAST), insertion));
}

/** The highest place that `order` can give. */
const LAST = 999;

function toItem(proposal: Proposal, order: number, insertion: Insertion): CompletionItem {
  const { label, kind, values = [], owner, documentation, rank, deprecated, lead = '' } = proposal;
  // The client filters by the label, which is what the user types; a `lead` or a blank before it does not count.
  const item: CompletionItem = { label, kind, sortText: `${digits(rank, 2)}${digits(order, 3)} ${label}` };
  const description = [owner, lead === '' ? '' : `adds ${lead.trim()}`].filter(Boolean).join(', ');
  if (values.length > 0 || description !== '') {
    item.labelDetails = { ...(values.length > 0 ? { detail: ` ${values.join(' ')}` } : {}), ...(description === '' ? {} : { description }) };
    item.detail = [values.length > 0 ? [label, ...values].join(' ') : '', description].filter(Boolean).join(' — ');
  }
  if (documentation) item.documentation = { kind: MarkupKind.Markdown, value: documentation };
  if (deprecated === true) item.tags = [CompletionItemTag.Deprecated];
  insert(item, proposal, insertion);
  return item;
}

const digits = (number: number, width: number): string => String(number).padStart(width, '0');

function insert(item: CompletionItem, proposal: Proposal, insertion: Insertion): void {
  const { range, leadRange, gap = '', valued, snippets, suggestCommand } = insertion;
  const { values = [], lead = '' } = proposal;
  const apart = lead !== '' && leadRange !== undefined;
  const word = gap + (apart ? '' : lead) + (proposal.text ?? proposal.label);
  if (apart) item.additionalTextEdits = [{ range: leadRange, newText: lead }];
  if (values.length === 0 || valued) {
    item.textEdit = { range, newText: word };
  } else if (snippets && !(proposal.completable === true && suggestCommand !== undefined)) {
    item.textEdit = { range, newText: `${escapeSnippet(word)} ${values.map((value, index) => `\${${index + 1}:${escapeSnippet(value)}}`).join(' ')}` };
    item.insertTextFormat = InsertTextFormat.Snippet;
  } else {
    item.textEdit = { range, newText: `${word} ` };
    if (proposal.completable === true && suggestCommand !== undefined) item.command = { title: 'Suggest values', command: suggestCommand };
  }
}

/** Text that a snippet shows as it is. */
const escapeSnippet = (text: string): string => text.replace(/[\\$}]/gu, '\\$&');
