import type { LineContent } from '../../syntax/line.ts';
import { readsOn, type BoundLine } from '../bound-line.ts';
import type { BoundCommand, BoundRule } from '../model.ts';
import { tableNameOf } from '../table-of-command.ts';
import type { ChainDifference, Difference } from './difference.ts';
import { isSpared } from './maybe.ts';
import { openWordsOf } from './open-words.ts';

/** Lines that were executed, with what each ended, and the table of the block that was open before them. */
interface Executed {
  readonly lines: readonly BoundLine[];
  readonly statuses: readonly (number | undefined)[];
  readonly block: string | undefined;
}

/** What becomes of a difference at a line that iptables-restore reads: it is heeded, or thrown away, or so at the end of the run. */
type Becomes = 'heeded' | 'gone' | 'gone at the end';

/**
 * Behind how many of the lines a difference that comes before them is none any more in what they leave behind, as far as
 * tables go: an iptables-restore that fails throws away what it has read. Undefined where one of them does what may depend
 * on it, or moves it.
 */
export function lastsFor({ lines, statuses, block }: Executed, { chains }: Difference): number | undefined {
  if (chains.length === 0) return 0;
  const restoring = new Restoring(chains, block);
  const isChoosy = chains.some((each) => each.isChoosy);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const { bound, restore, unknownInput } = line;
    // Most commands put a rule behind others, wherever that is, and there are thousands.
    if (!isChoosy && restore === undefined && unknownInput === undefined && bound?.command?.kind === 'append') continue;
    if (isUnforeseeable(line)) return undefined;
    if (restore === undefined) {
      if (bound !== undefined && commandHeeds(bound, tableNameOf(bound), chains)) return undefined;
      continue;
    }
    const becomes = restoring.after(line, statuses[index], !readsOn(line, lines[index + 1]));
    if (becomes === 'heeded') return undefined;
    if (becomes !== undefined) return becomes === 'gone' ? index + 1 : index + 2;
  }
  return Infinity;
}

/** What iptables-restore reads of the lines behind a difference. */
class Restoring {
  private readonly chains: readonly ChainDifference[];
  /** The table whose block is open. */
  private open: string | undefined;

  constructor(chains: readonly ChainDifference[], open: string | undefined) {
    this.chains = chains;
    this.open = open;
  }

  /** What becomes of the difference at the line, if it does not stay what it is; `isLast`: whether the iptables-restore comes to its end behind it. */
  after(line: BoundLine, status: number | undefined, isLast: boolean): Becomes | undefined {
    const { content = line.line.content, text = line.line.text } = line;
    // What it can't read does nothing.
    const becomes = content.kind !== 'rule' && /^\s/u.test(text) ? undefined : this.behind(line, content, status);
    return becomes ?? (isLast ? this.atEnd() : undefined);
  }

  private behind({ bound, restore }: BoundLine, content: LineContent, status: number | undefined): Becomes | undefined {
    const isThrownAway = bound?.ends === true || content.kind === 'table' || (content.kind === 'commit' && (status !== 0 || restore!.options.test));
    if (isThrownAway && this.isOpen) return this.isAllOpen ? 'gone' : 'heeded';
    if (this.heedsContent(content, bound)) return 'heeded';
    if (content.kind === 'table') this.open = content.name.text;
    else if (content.kind === 'commit') this.open = undefined;
    return undefined;
  }

  private atEnd(): Becomes | undefined {
    const becomes = !this.isOpen ? undefined : this.isAllOpen ? 'gone at the end' : 'heeded';
    this.open = undefined;
    return becomes;
  }

  private get isAllOpen(): boolean {
    return this.chains.every(({ table }) => table === this.open);
  }

  /** Whether there is a difference in the table whose block is open: what ends that without loading it puts the table of before in its place. */
  private get isOpen(): boolean {
    return this.isDifferent(this.open);
  }

  private isDifferent(table: string | undefined): boolean {
    return this.chains.some((each) => each.table === table);
  }

  private heedsContent(content: LineContent, bound: BoundRule | undefined): boolean {
    const { chains, open } = this;
    switch (content.kind) {
      case 'table': return this.isDifferent(content.name.text);
      case 'chain': return chains.some(({ table, chain }) => table === open && chain === content.name.text);
      case 'rule': return open !== undefined && commandHeeds(bound!, open, chains);
      default: return false;
    }
  }
}

/** Whether nobody knows to which tables or chains a line does something. */
function isUnforeseeable({ line, bound, content, unknownInput }: BoundLine): boolean {
  if (unknownInput !== undefined) return true;
  const said = (): LineContent => content ?? line.content;
  if (bound !== undefined) return bound.unknownWord !== undefined && openWordsOf(bound, said())?.isPlaceOpen === true;
  const says = said();
  return says.kind === 'table' && says.name.unknown !== undefined;
}

function commandHeeds(bound: BoundRule, tableName: string, chains: readonly ChainDifference[]): boolean {
  const { command } = bound;
  return command !== undefined && chains.some((each) => each.table === tableName && (leadsTo(bound, each) || touches(command, bound, each)));
}

/** Whether a rule leads to rules that not every hook takes. */
const leadsTo = ({ target }: BoundRule, { chain, isChoosy }: ChainDifference): boolean => isChoosy && target?.kind === 'chain' && chain === target.chain;

/** Whether a command looks at the rules that are others, or moves them. */
function touches({ kind, chain, position }: BoundCommand, { conditional, presence }: BoundRule, different: ChainDifference): boolean {
  switch (kind) {
    case 'append': case 'policy': case 'new-chain': case 'list': case 'list-rules': return false;
    case 'zero': if (position === undefined) return false; break;
    // Rules follow a chain to its new name.
    case 'rename-chain': return true;
    default:
  }
  if (chain !== undefined && chain !== different.chain) return false;
  // What may flush a chain, or delete it, leaves some rules as they are of which nobody knows whether they are there.
  const mayTakeAway = conditional !== undefined && (kind === 'flush' || kind === 'delete-chain');
  return !mayTakeAway || !different.rules.every((rule) => isSpared(rule.bound, presence));
}
