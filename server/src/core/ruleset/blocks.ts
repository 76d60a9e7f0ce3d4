import { isTableName, type TableName } from '../netfilter.ts';
import { sharedEnds } from '../shared-ends.ts';
import type { Line } from '../syntax/line.ts';

/** Where the blocks of tables begin and end in a file. */
export class Blocks {
  private readonly lines: readonly Line[];
  /** Lines that begin or end one, by which their numbers are known as they are now. */
  private readonly edges: readonly Line[];

  /** `before`: those before an edit, which mostly leaves them as they were. */
  constructor(lines: readonly Line[], before: Blocks | undefined) {
    const { start, end } = sharedEnds(lines, before?.lines ?? []);
    const others = [...lines.slice(start, lines.length - end), ...before?.lines.slice(start, before.lines.length - end) ?? []];
    this.lines = lines;
    this.edges = before !== undefined && !others.some(isEdge) ? before.edges : lines.filter(isEdge);
  }

  /** The table of the block that holds a physical line; undefined outside of all. */
  tableAt(physical: number): TableName | undefined {
    let low = 0;
    let high = this.edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { number, content } = this.edges[middle]!;
      // The line that ends a block stands in it.
      if (content.kind === 'table' ? number <= physical : number < physical) low = middle + 1;
      else high = middle;
    }
    const content = this.edges[low - 1]?.content;
    return content?.kind === 'table' && isTableName(content.name.text) ? content.name.text : undefined;
  }
}

const isEdge = ({ content: { kind } }: Line): boolean => kind === 'table' || kind === 'commit';
