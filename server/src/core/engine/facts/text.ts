import { maskOf } from '../address.ts';
import type { IpSet, Prefix, Refusing, Route, RoutingRule } from '../host.ts';
import type { Address } from '../packet.ts';
import { readStrict } from '../../values/ipv4.ts';
import { readIPv6 } from '../../values/ipv6.ts';

/** Facts that can't be understood; the message says where and what would be right. */
export class WrongFacts extends Error {}

/** An address; `where` names the place for the message. */
export function readAddress(text: unknown, where: string): Address {
  const address = typeof text === 'string' ? (readStrict(text) ?? readIPv6(text)) : undefined;
  if (address === undefined) throw new WrongFacts(`${where}: \`${String(text)}\` is not an address, such as \`192.0.2.1\` or \`2001:db8::1\``);
  return address;
}

/** `ADDRESS[/LENGTH]`; without a length the whole address. The address keeps its host bits. */
export function readPrefix(text: unknown, where: string): Prefix {
  if (typeof text !== 'string') throw new WrongFacts(`${where}: an address with prefix length is expected, such as "192.0.2.1/24"`);
  const [address, length] = text.split('/');
  const read = readAddress(address, where);
  const most = typeof read === 'bigint' ? 128 : 32;
  if (length === undefined) return { address: read, length: most };
  if (!/^[0-9]+$/u.test(length) || Number(length) > most) throw new WrongFacts(`${where}: \`/${length}\` is not a prefix length from 0 to ${most}`);
  return { address: read, length: Number(length) };
}

/** The network of a prefix, without host bits. */
function networkOf({ address, length }: Prefix): Prefix {
  const mask = maskOf(typeof address === 'bigint' ? 'ipv6' : 'ipv4', length);
  return { address: typeof address === 'bigint' ? address & (mask as bigint) : (address & (mask as number)) >>> 0, length };
}

/** Kinds of routes that lead nowhere. */
const REFUSING: readonly string[] = ['unreachable', 'prohibit', 'blackhole'] satisfies readonly Refusing[];

const isRefusing = (word: string): word is Refusing => REFUSING.includes(word);

/** What kinds of routes that need no interface mean. */
export const kindOfRoute = (type: string): Pick<Route, 'refuses' | 'throws' | 'delivers'> =>
  (isRefusing(type) ? { refuses: type } : type === 'throw' ? { throws: true } : type === 'local' ? { delivers: true } : {});

/** The numbers of tables that have names on every machine. */
const TABLES: Readonly<Record<string, string>> = { 253: 'default', 254: 'main', 255: 'local' };

/** A table's name; tables without one are called by number. */
export const tableOf = (text: string): string => TABLES[text] ?? text;

/** Destination of a route: a prefix, or undefined for `default`. */
export function readDestination(text: string, where: string): Prefix | undefined {
  if (text === 'default' || text === '0.0.0.0/0' || text === '::/0') return undefined;
  return networkOf(readPrefix(text, where));
}

/** A route as `ip route` prints it: `10.0.0.0/8 via 192.0.2.1 dev eth1`, `default dev eth0`. */
export function readRouteText(text: string, where: string): Route {
  const words = text.trim().split(/\s+/u);
  const kind = kindOfRoute(words[0]!);
  const needsNoDevice = Object.keys(kind).length > 0;
  const [destination, ...rest] = needsNoDevice || words[0] === 'unicast' ? words.slice(1) : words;
  const option = (name: string): string | undefined => { const at = rest.indexOf(name); return at === -1 ? undefined : rest[at + 1]; };
  const device = option('dev');
  if (destination === undefined || (device === undefined && !needsNoDevice)) throw new WrongFacts(`${where}: \`${text}\` is not a route, such as \`10.0.0.0/8 dev eth1\` or \`default via 192.0.2.1 dev eth0\``);
  const [via, source] = [option('via'), option('src')].map((address) => (address === undefined ? undefined : readAddress(address, where)));
  const [metric, table] = [option('metric'), option('table')];
  const family = destination === '::/0' ? 'ipv6' : destination === '0.0.0.0/0' ? 'ipv4' : familyByHint(via ?? source);
  return {
    destination: readDestination(destination, where), device: device ?? '', ...(via === undefined ? {} : { via }), ...(source === undefined ? {} : { source }),
    ...(family === undefined ? {} : { family }), ...(metric === undefined ? {} : { metric: Number(metric) }), ...kind, ...(table === undefined ? {} : { table: tableOf(table) }),
  };
}

const OPTIONS: ReadonlySet<string> = new Set(['from', 'to', 'iif', 'dev', 'oif', 'fwmark', 'lookup', 'table', 'suppress_prefixlength', 'priority', 'pref', 'protocol', 'proto']);
const RULE = 'a routing rule, such as `fwmark 0x1 lookup 100`, or what `ip rule` prints';

/** A rule as `ip rule` prints it (`32765:\tfrom all fwmark 0x1 lookup 100`), or without its priority and `from all`. */
export function readRuleText(text: string, where: string, usual: number): RoutingRule {
  const split = /^\s*(?:([0-9]+):)?\s*(.*?)\s*$/u.exec(text)!;
  const words = split[2]!.split(/\s+/u);
  const not = words.includes('not');
  const [given, others] = [new Map<string, string>(), [] as string[]];
  let refuses: Refusing | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (OPTIONS.has(word) && words[at + 1] !== undefined) given.set(word, words[++at]!);
    else if (isRefusing(word)) refuses = word;
    else if (word !== 'not') others.push(word);
  }
  const [table, device] = [given.get('lookup') ?? given.get('table'), given.get('iif') ?? given.get('dev')];
  if (table === undefined && refuses === undefined) throw new WrongFacts(`${where}: \`${text}\` is not ${RULE}`);
  const prefix = (name: 'from' | 'to'): Pick<RoutingRule, 'from' | 'to'> => {
    const value = given.get(name);
    return value === undefined || value === 'all' ? {} : { [name]: networkOf(readPrefix(value, where)) };
  };
  const [mark, suppress, leaves] = [given.get('fwmark'), given.get('suppress_prefixlength'), given.get('oif')];
  return {
    priority: Number(split[1] ?? given.get('priority') ?? given.get('pref') ?? usual), ...(not ? { not } : {}), ...prefix('from'), ...prefix('to'),
    ...(device === undefined ? {} : { arrived: device }), ...(leaves === undefined ? {} : { leaves }), ...(mark === undefined ? {} : { mark: readMark(mark, where) }),
    ...(others.length === 0 ? {} : { other: split[2]! }), ...(refuses === undefined ? { table: tableOf(table!) } : { refuses }), ...(suppress === undefined ? {} : { suppress: Number(suppress) }),
  };
}

function readMark(text: string, where: string): NonNullable<RoutingRule['mark']> {
  const [value, mask = 0xffffffff] = text.split('/').map(Number);
  if (Number.isInteger(value) && Number.isInteger(mask)) return { value: value!, mask };
  throw new WrongFacts(`${where}: \`${text}\` is not a mark, such as \`0x1\` or \`0x1/0xff\``);
}

/** The family that a neighbouring address tells. */
export function familyByHint(hint: Address | undefined): Route['family'] {
  return hint === undefined ? undefined : typeof hint === 'bigint' ? 'ipv6' : 'ipv4';
}

/** The number behind a word of `create`. */
function numberBehind(words: readonly string[], word: string): number | undefined {
  const at = words.indexOf(word);
  return at === -1 ? undefined : Number(words[at + 1]);
}

/** A set that `create` makes, without members. */
function emptySet(type: string, words: readonly string[]): IpSet & { readonly members: string[] } {
  const numbers = (['netmask', 'timeout', 'maxelem'] as const).map((name) => [name, numberBehind(words, name)] as const).filter(([, value]) => value !== undefined);
  return {
    type, family: words.includes('inet6') ? 'inet6' : 'inet', ...(words.includes('counters') ? { counters: true } : {}), ...Object.fromEntries(numbers), members: [],
  };
}

/** The sets that `ipset save` prints. */
export function readIpsetSave(text: string): ReadonlyMap<string, IpSet> {
  const sets = new Map<string, IpSet & { readonly members: string[] }>();
  const timeouts = new Map<string, number | undefined>();
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    const words = line.trim().split(/\s+/u);
    const [command, name, kind] = words;
    const where = `ipset save, line ${index + 1}`;
    if (command === '' || command!.startsWith('#') || command === 'COMMIT') continue;
    if (name === undefined || kind === undefined || !['create', 'add', '-N', '-A'].includes(command!)) {
      throw new WrongFacts(`${where}: \`${line.trim()}\` is neither \`create NAME TYPE …\` nor \`add NAME ENTRY\``);
    }
    if (command === 'create' || command === '-N') {
      sets.set(name, emptySet(kind, words));
      timeouts.set(name, numberBehind(words, 'timeout'));
    } else {
      const set = sets.get(name);
      if (set === undefined) throw new WrongFacts(`${where}: the set \`${name}\` has not been created above`);
      const usual = timeouts.get(name);
      set.members.push([...words.slice(2), ...(usual === undefined || words.includes('timeout') ? [] : ['timeout', String(usual)])].join(' '));
    }
  }
  return sets;
}
