import { makePacket, TCP_FLAGS, type Packet } from '../../core/engine/packet.ts';
import { isBuiltIn, type Family, type Hook, type TableName } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { BoundRule, Chain, Rule, Table } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Session } from '../session.ts';
import { shape } from './packet-shape.ts';
import { resultText } from './fates.ts';
import { followedAt } from './followed.ts';
import { lineInScript, simulatePacket } from './simulation.ts';

/** A packet worth simulating at a place: its notation, what it is for, and what would become of it. */
export interface Suggestion {
  readonly packet: string;
  readonly label: string;
  readonly detail: string;
}

/** Most ways from a built-in chain to a rule that are tried. */
const WAYS = 8;

/** Packets worth simulating at a line, best first: one that matches its rule (or enters its chain), the one shown last, a plain one. */
export function suggestPackets(session: Session, asked: RulesetDocument, row: number): Suggestion[] {
  const { document } = followedAt(asked, row);
  const line = document.lineAt(row)?.line;
  const found: Suggestion[] = [];
  const add = (packet: Packet, label: string): void => {
    const { notation, result } = simulatePacket(session, document, packet);
    if (!found.some((other) => other.packet === notation)) found.push({ packet: notation, label, detail: resultText(result) });
  };
  const aimed = line === undefined ? undefined : aimAt(session, document, line);
  if (aimed !== undefined) add(aimed.packet, aimed.label);
  const shown = session.simulations.get(document.uri);
  if (shown !== undefined) found.push({ packet: shown.packet, label: 'the packet shown now', detail: '' });
  for (const [label, packet] of ordinary(document.family)) add(packet, label);
  return found.filter(({ packet }, index) => found.findIndex((other) => other.packet === packet) === index);
}

interface Aimed {
  readonly packet: Packet;
  readonly label: string;
}

/** A packet made from what the line's rule asks for, and from the rules that lead to its chain; says whether it gets there. */
function aimAt(session: Session, document: RulesetDocument, line: Line): Aimed | undefined {
  const place = placeOf(document, line);
  if (place === undefined) return undefined;
  const { table, chain, rule } = place;
  let fallback: Aimed | undefined;
  for (const { hook, jumps } of waysTo(table, chain.name)) {
    const packet = shape(basic(document.familyOf(line), hook), [...jumps, ...(rule === undefined ? [] : [rule])]);
    const { result } = simulatePacket(session, document, packet, lineInScript(document, line.number));
    const reaches = result.steps.some((step) => step.table === table.name && step.chain === chain.name && (rule === undefined || (step.rule.bound.line === line && step.matched === true)));
    if (reaches || (rule === undefined && chain.builtIn)) return { packet, label: rule === undefined ? `enters ${chain.name}` : 'matches this rule' };
    fallback ??= { packet, label: rule === undefined ? `is on its way to ${chain.name}` : 'has what this rule asks for' };
  }
  return fallback;
}

interface PlaceInRuleset {
  readonly table: Table;
  readonly chain: Chain;
  readonly rule: BoundRule | undefined;
}

/** The chain that a line declares or the rule that it makes; undefined for other lines. */
function placeOf(document: RulesetDocument, line: Line): PlaceInRuleset | undefined {
  const tableName: TableName | undefined = document.context(line).table;
  const table = tableName === undefined ? undefined : document.ruleset(document.stackOf(line)).tables.get(tableName);
  const rule = document.boundRule(line);
  const chainName = line.content.kind === 'chain' ? line.content.name.text : rule?.command?.chain;
  const chain = chainName === undefined ? undefined : table?.chains.get(chainName);
  if (table === undefined || chain === undefined) return undefined;
  return { table, chain, rule: chain.rules.some(({ bound }) => bound.line === line) ? rule : undefined };
}

interface Way {
  readonly hook: Hook;
  readonly jumps: readonly BoundRule[];
}

/** Ways from built-in chains to a chain, shortest first, each with the jumps that it takes. */
function waysTo(table: Table, target: string): Way[] {
  const callers = new Map<string, { chain: string; rule: Rule }[]>();
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      if (rule.bound.target?.kind !== 'chain') continue;
      const list = callers.get(rule.bound.target.chain) ?? [];
      list.push({ chain: chain.name, rule });
      callers.set(rule.bound.target.chain, list);
    }
  }
  const ways: Way[] = [];
  const seen = new Set([target]);
  let front: { chain: string; jumps: BoundRule[] }[] = [{ chain: target, jumps: [] }];
  while (front.length > 0 && ways.length < WAYS) {
    const next: typeof front = [];
    for (const { chain, jumps } of front) {
      if (isBuiltIn(table.name, chain)) ways.push({ hook: chain, jumps });
      for (const caller of callers.get(chain) ?? []) {
        if (seen.has(caller.chain) && !isBuiltIn(table.name, caller.chain)) continue;
        seen.add(caller.chain);
        next.push({ chain: caller.chain, jumps: [caller.rule.bound, ...jumps] });
      }
    }
    front = next.slice(0, 100);
  }
  return ways;
}

/** Documentation addresses (RFC 5737, RFC 3849) for a stranger and for the host. */
const ADDRESSES: Readonly<Record<Family, { readonly stranger: number | bigint; readonly host: number | bigint }>> = {
  ipv4: { stranger: 0xcb007109, host: 0xc6336407 },
  ipv6: { stranger: 0x20010db8_00000000_00000000_00000009n, host: 0x20010db8_00000000_00000000_00000001n },
};

/** A plain first TCP packet that comes to a hook. */
function basic(family: Family, hook: Hook): Packet {
  const { stranger, host } = ADDRESSES[family];
  const outward = hook === 'OUTPUT' || hook === 'POSTROUTING';
  const path = hook === 'FORWARD' ? 'forward' : outward ? 'out' : 'in';
  return makePacket({
    family, path, pathGiven: false, protocol: 6, source: outward ? host : stranger, destination: outward ? stranger : host, sourcePort: 40_000, destinationPort: 22,
    tcpFlags: TCP_FLAGS.SYN, mark: 0, tos: 0, ttl: 64, uid: 0, gid: 0,
    in: outward ? undefined : 'eth0', out: path === 'in' ? undefined : path === 'forward' ? 'eth1' : 'eth0',
  });
}

/** Packets that one would try on any ruleset. */
function ordinary(family: Family): [string, Packet][] {
  return [
    ['ssh from a stranger', basic(family, 'INPUT')],
    ['a web page that this host fetches', { ...basic(family, 'OUTPUT'), destinationPort: 443 }],
    ['a forwarded connection', { ...basic(family, 'FORWARD'), destinationPort: 443 }],
  ];
}

