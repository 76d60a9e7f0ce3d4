import { maskOf } from '../address.ts';
import type { IpSet, Prefix, Route } from '../host.ts';
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
export const REFUSING: ReadonlySet<string> = new Set(['unreachable', 'prohibit', 'blackhole', 'throw']);

/** Destination of a route: a prefix, or undefined for `default`. */
export function readDestination(text: string, where: string): Prefix | undefined {
  if (text === 'default' || text === '0.0.0.0/0' || text === '::/0') return undefined;
  return networkOf(readPrefix(text, where));
}

/** A route as `ip route` prints it: `10.0.0.0/8 via 192.0.2.1 dev eth1`, `default dev eth0`. */
export function readRouteText(text: string, where: string): Route {
  const words = text.trim().split(/\s+/u);
  const refuses = REFUSING.has(words[0]!);
  const [destination, ...rest] = refuses || words[0] === 'unicast' ? words.slice(1) : words;
  const option = (name: string): string | undefined => { const at = rest.indexOf(name); return at === -1 ? undefined : rest[at + 1]; };
  const device = option('dev');
  if (destination === undefined || (device === undefined && !refuses)) throw new WrongFacts(`${where}: \`${text}\` is not a route, such as \`10.0.0.0/8 dev eth1\` or \`default via 192.0.2.1 dev eth0\``);
  const [via, source] = [option('via'), option('src')].map((address) => (address === undefined ? undefined : readAddress(address, where)));
  const metric = option('metric');
  const family = destination === '::/0' ? 'ipv6' : destination === '0.0.0.0/0' ? 'ipv4' : familyByHint(via ?? source);
  return {
    destination: readDestination(destination, where), device: device ?? '', ...(via === undefined ? {} : { via }), ...(source === undefined ? {} : { source }),
    ...(family === undefined ? {} : { family }), ...(metric === undefined ? {} : { metric: Number(metric) }), ...(refuses ? { refuses: true } : {}),
  };
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
