import type { LineContent } from '../../syntax/line.ts';
import type { BoundLine } from '../build.ts';
import type { BoundCommand, BoundRule } from '../model.ts';
import type { ChainDifference, Difference } from './difference.ts';
import { isSpared } from './maybe.ts';
import { openWordsOf } from './open-words.ts';

/** Lines that were executed, with what each ended, and the table of the block that was open before them. */
interface Executed {
  readonly lines: readonly BoundLine[];
  readonly statuses: readonly (number | undefined)[];
  readonly block: string | undefined;
}

/** Whether one of the lines does what may depend on a difference that comes before them, or moves it. */
export function heed({ lines, statuses, block }: Executed, { chains }: Difference): boolean {
  if (chains.length === 0) return false;
  const restoring = new Restoring(chains, block);
  const heeds = (line: BoundLine, index: number): boolean => isUnforeseeable(line) || (line.restore === undefined
    ? line.bound !== undefined && commandHeeds(line.bound, line.bound.table?.name ?? 'filter', chains)
    : restoring.heeds(line, statuses[index], lines[index + 1]?.restore !== line.restore));
  return lines.some(heeds);
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

  /** Whether the line heeds the difference; `isLast`: whether the iptables-restore comes to its end behind it. */
  heeds(line: BoundLine, status: number | undefined, isLast: boolean): boolean {
    const { content = line.line.content, bound, restore } = line;
    const isThrownAway = bound?.ends === true || content.kind === 'table' || (content.kind === 'commit' && (status !== 0 || restore!.options.test));
    if ((isThrownAway && this.isOpen) || this.heedsContent(content, bound)) return true;
    if (content.kind === 'table') this.open = content.name.text;
    else if (content.kind === 'commit') this.open = undefined;
    if (!isLast) return false;
    const { isOpen } = this;
    this.open = undefined;
    return isOpen;
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
const isUnforeseeable = ({ line, bound, content = line.content, unknownInput }: BoundLine): boolean =>
  unknownInput !== undefined || (content.kind === 'table' && content.name.unknown !== undefined) || (bound !== undefined && openWordsOf(bound, content)?.isPlaceOpen === true);

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
