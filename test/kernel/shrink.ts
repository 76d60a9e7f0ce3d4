import type { OraclePacket, OracleRequest } from './protocol.ts';

/**
 * The smallest request found that still `fails`, by leaving out packets, rules and parts of rules in turn.
 * Asks at most `attempts` times.
 */
export async function shrink(request: OracleRequest, fails: (candidate: OracleRequest) => Promise<boolean>, attempts = 400): Promise<OracleRequest> {
  let best = request;
  let left = attempts;
  const accept = async (candidate: OracleRequest): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let again = true; again && left > 0;) {
    again = await shrinkList(best.packets, (packets: readonly OraclePacket[]) => accept({ ...best, packets }));
    again = (await shrinkList(best.ruleset.split('\n'), (lines) => accept({ ...best, ruleset: lines.join('\n') }), (line) => line.startsWith('-A'))) || again;
    again = (await shrinkTables(best, accept)) || again;
    again = (await shrinkRules(() => best, accept)) || again;
  }
  return best;
}

/** Leaves out stretches of a list, long ones first; true when something could go. */
async function shrinkList<T>(list: readonly T[], accept: (list: readonly T[]) => Promise<boolean>, mayGo: (item: T) => boolean = () => true): Promise<boolean> {
  let current = list;
  let changed = false;
  for (let size = Math.max(1, current.length >> 1); size >= 1; size >>= 1) {
    for (let start = current.length - size; start >= 0; start -= size) {
      const kept = current.filter((item, index) => index < start || index >= start + size || !mayGo(item));
      if (kept.length < current.length && await accept(kept)) {
        current = kept;
        changed = true;
      }
    }
  }
  return changed;
}

async function shrinkTables(request: OracleRequest, accept: (candidate: OracleRequest) => Promise<boolean>): Promise<boolean> {
  const blocks = request.ruleset.split(/(?<=^COMMIT\n)/mu);
  return shrinkList(blocks, (kept) => accept({ ...request, ruleset: kept.join('') }));
}

/** A rule's words behind its chain, as groups that can go together: a short option with what belongs to it. */
function groupsOf(tail: string): string[][] {
  const groups: string[][] = [];
  let negation = '';
  for (const word of tail.match(/"[^"]*"|\S+/gu) ?? []) {
    if (word === '!') {
      negation = '! ';
      continue;
    }
    // What stands before any option is refused, and a group of its own.
    if (/^-[a-zA-Z]$/u.test(word) || groups.length === 0) groups.push([negation + word]);
    else if (word.startsWith('--')) groups.at(-1)!.push(negation + word);
    else groups.at(-1)![groups.at(-1)!.length - 1] += ` ${word}`;
    negation = '';
  }
  return groups;
}

async function shrinkRules(current: () => OracleRequest, accept: (candidate: OracleRequest) => Promise<boolean>): Promise<boolean> {
  let changed = false;
  for (let row = 0; row < current().ruleset.split('\n').length; row++) {
    const lines = current().ruleset.split('\n');
    const head = /^-A \S+/u.exec(lines[row]!)?.[0];
    if (head === undefined) continue;
    const write = (groups: readonly (readonly string[])[]): OracleRequest =>
      ({ ...current(), ruleset: lines.with(row, [head, ...groups.map((group) => group.join(' '))].join(' ')).join('\n') });
    let groups = groupsOf(lines[row]!.slice(head.length));
    changed = (await shrinkList(groups, async (kept) => {
      if (!(await accept(write(kept)))) return false;
      groups = [...kept];
      return true;
    })) || changed;
    for (let index = 0; index < groups.length; index++) {
      changed = (await shrinkList(groups[index]!.slice(1), async (kept) => {
        const fewer = groups.with(index, [groups[index]![0]!, ...kept]);
        if (!(await accept(write(fewer)))) return false;
        groups = fewer;
        return true;
      })) || changed;
    }
  }
  return changed;
}
