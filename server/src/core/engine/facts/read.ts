import type { HostFacts, IpSet, Prefix, Route, RoutingRule } from '../host.ts';
import { familyByHint, kindOfRoute, readAddress, readDestination, readIpsetSave, readPrefix, readRouteText, readRuleText, tableOf, WrongFacts } from './text.ts';

export type ReadFacts = { readonly ok: true; readonly facts: HostFacts } | { readonly ok: false; readonly message: string };

/**
 * Reads facts about a host: an object with `interfaces`, `local`, `routes`, `rules`, `forwarding`, `ipsets`, `clock`, `uptime`, `management`; or what `ip -j addr`,
 * `ip -j route`, `ip -j rule` or `ipset save` printed. Inside the object, `interfaces` may be the output of `ip -j addr`, `routes` that
 * of `ip -j route`, `rules` that of `ip -j rule`, and `ipsets` that of `ipset save`.
 */
export function readHostFacts(text: string): ReadFacts {
  try {
    return { ok: true, facts: /^\s*[[{]/u.test(text) ? fromJson(parseJson(text)) : { ipsets: readIpsetSave(text) } };
  } catch (error) {
    if (error instanceof WrongFacts) return { ok: false, message: error.message };
    throw error;
  }
}

/** Several facts as one; of two that speak of the same thing the later holds. */
export function mergeFacts(facts: readonly HostFacts[]): HostFacts {
  return Object.assign({}, ...facts) as HostFacts;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WrongFacts(`This is not JSON: ${(error as SyntaxError).message}.`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const KEYS = ['interfaces', 'local', 'routes', 'rules', 'forwarding', 'ipsets', 'clock', 'uptime', 'management'] as const;

function fromJson(value: unknown): HostFacts {
  if (Array.isArray(value)) return fromOutput(value);
  if (!isObject(value)) throw new WrongFacts('Facts about a host are an object such as {"interfaces":{"eth0":["192.0.2.1/24"]}}.');
  const stranger = Object.keys(value).find((key) => !(KEYS as readonly string[]).includes(key));
  if (stranger !== undefined) throw new WrongFacts(`\`${stranger}\` is not known; the keys are ${KEYS.map((key) => `\`${key}\``).join(', ')}.`);
  const { interfaces, local, routes, rules, forwarding, ipsets, clock, uptime, management } = value;
  if (forwarding !== undefined && typeof forwarding !== 'boolean') throw new WrongFacts('forwarding: true or false is expected');
  return {
    ...(interfaces === undefined ? {} : { interfaces: interfacesOf(interfaces) }),
    ...(local === undefined ? {} : { local: listOf(local, 'local').map((each, index) => readAddress(each, `local[${index}]`)) }),
    ...(routes === undefined ? {} : { routes: listOf(routes, 'routes').flatMap((each, index) => routeOf(each, `routes[${index}]`)) }),
    ...(rules === undefined ? {} : { rules: rulesOf(listOf(rules, 'rules'), 'rules') }),
    ...(forwarding === undefined ? {} : { forwarding }),
    ...(ipsets === undefined ? {} : { ipsets: ipsetsOf(ipsets) }), ...(clock === undefined ? {} : { clock: clockOf(clock) }),
    ...(uptime === undefined ? {} : { uptime: secondsOf(uptime) }),
    ...(management === undefined ? {} : { management: classesOf(management) }),
  };
}

/** One class of packets in notation, or several; what they say is read by those who need it. */
function classesOf(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value : [value];
  if (texts.every((text) => typeof text === 'string')) return texts;
  throw new WrongFacts('management: packets in notation such as "tcp 192.0.2.0/24 -> any:22" are expected');
}

/** A time such as `2026-01-31T18:30:00Z`, as seconds since 1970. */
function clockOf(value: unknown): number {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/u.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw new WrongFacts('clock: a time with its zone such as "2026-01-31T18:30:00Z" is expected');
  return time / 1000;
}

function secondsOf(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new WrongFacts('uptime: seconds since the kernel was started, such as 3600, are expected');
}

/** A bare array is what one of the `ip -j` commands printed. */
function fromOutput(value: readonly unknown[]): HostFacts {
  const isAddresses = value.every((each) => isObject(each) && 'ifname' in each);
  if (isAddresses) return { interfaces: interfacesOf(value) };
  if (value.every((each) => isObject(each) && 'dst' in each)) return { routes: value.flatMap((each, index) => routeOf(each, `[${index}]`)) };
  if (value.every((each) => isObject(each) && 'priority' in each)) return { rules: rulesOf(value, '') };
  throw new WrongFacts('This list is neither what `ip -j addr` prints nor what `ip -j route` or `ip -j rule` print.');
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new WrongFacts(`${where}: a list is expected`);
}

function interfacesOf(value: unknown): ReadonlyMap<string, readonly Prefix[]> {
  if (Array.isArray(value)) return new Map(value.map((link, index) => linkOf(link, `interfaces[${index}]`)));
  if (!isObject(value)) throw new WrongFacts('interfaces: an object such as {"eth0":["192.0.2.1/24"]} is expected, or what `ip -j addr` prints');
  return new Map(Object.entries(value).map(([name, addresses]) => [
    name, listOf(addresses, `interfaces.${name}`).map((each, index) => readPrefix(each, `interfaces.${name}[${index}]`)),
  ]));
}

/** One link as `ip -j addr` prints it. */
function linkOf(link: unknown, where: string): [string, readonly Prefix[]] {
  if (!isObject(link) || typeof link.ifname !== 'string') throw new WrongFacts(`${where}: a link of \`ip -j addr\` with an \`ifname\` is expected`);
  const name = link.ifname.replace(/@.*$/u, '');
  const addresses = listOf(link.addr_info ?? [], `${where}.addr_info`).flatMap((info, index) => {
    const at = `${where}.addr_info[${index}]`;
    if (!isObject(info) || !('local' in info)) return [];
    return [readPrefix(`${String(info.local)}/${String(info.prefixlen)}`, at)];
  });
  return [name, addresses];
}

function routeOf(value: unknown, where: string): Route[] {
  if (typeof value === 'string') return [readRouteText(value, where)];
  if (!isObject(value)) throw new WrongFacts(`${where}: a route is expected, such as "10.0.0.0/8 dev eth1" or an object of \`ip -j route\``);
  const type = typeof value.type === 'string' ? value.type : 'unicast';
  const place = value.table === undefined ? {} : { table: tableOf(String(value.table)) };
  if (NOT_FORWARDING.has(type) || (type === 'local' && (place.table ?? 'local') === 'local')) return [];
  const kind = kindOfRoute(type);
  // A multipath route names its devices in `nexthops`; the first stands for all.
  const hop = Array.isArray(value.nexthops) && isObject(value.nexthops[0]) ? value.nexthops[0] : value;
  const { dst } = value;
  const { dev } = hop;
  if (typeof dst !== 'string' || (typeof dev !== 'string' && Object.keys(kind).length === 0)) throw new WrongFacts(`${where}: a route of \`ip -j route\` has a \`dst\` and a \`dev\``);
  const via = optionalAddress(hop.gateway, `${where}.gateway`);
  const source = optionalAddress(value.prefsrc, `${where}.prefsrc`);
  const family = familyByHint(via ?? source);
  return [{
    destination: readDestination(dst, `${where}.dst`), device: typeof dev === 'string' ? dev : '', ...(via === undefined ? {} : { via }), ...(source === undefined ? {} : { source }),
    ...(family === undefined ? {} : { family }), ...(typeof value.metric === 'number' ? { metric: value.metric } : {}), ...kind, ...place,
  }];
}

/** Routes that say nothing about the way to other hosts, like local ones of the local table. */
const NOT_FORWARDING: ReadonlySet<string> = new Set(['broadcast', 'anycast', 'multicast']);

/** Rules without a priority are asked in their order, before those that every host has. */
function rulesOf(values: readonly unknown[], where: string): readonly RoutingRule[] {
  return values.map((value, index) => readRuleText(typeof value === 'string' ? value : ruleText(value, `${where}[${index}]`), `${where}[${index}]`, index + 1));
}

/** A rule as `ip -j rule` prints it, as the text that `ip rule` would. */
function ruleText(value: unknown, where: string): string {
  if (!isObject(value)) throw new WrongFacts(`${where}: a rule is expected, such as "fwmark 0x1 lookup 100" or an object of \`ip -j rule\``);
  const { priority, not, src, srclen, dst, dstlen, fwmark, fwmask, table, action, ...rest } = value;
  const part = (name: string, given: unknown, length?: unknown, between = '/'): string[] => (given === undefined ? [] : [name, `${String(given)}${length === undefined ? '' : `${between}${String(length)}`}`]);
  return [
    ...(priority === undefined ? [] : [`${String(priority)}:`]), ...(not === undefined ? [] : ['not']), ...part('from', src, srclen), ...part('to', dst, dstlen), ...part('fwmark', fwmark, fwmask),
    ...Object.entries(rest).flatMap(([name, given]) => part(RENAMED[name] ?? name, given)), ...(action === undefined ? part('lookup', table) : [String(action)]),
  ].join(' ');
}

const RENAMED: Readonly<Record<string, string>> = { suppress_prefixlen: 'suppress_prefixlength' };

const optionalAddress = (value: unknown, where: string): Route['via'] => (value === undefined ? undefined : readAddress(value, where));

function ipsetsOf(value: unknown): ReadonlyMap<string, IpSet> {
  if (typeof value === 'string') return readIpsetSave(value);
  if (!isObject(value)) throw new WrongFacts('ipsets: an object such as {"NAME":{"type":"hash:ip","family":"inet","members":["192.0.2.1"]}} is expected, or the text that `ipset save` prints');
  return new Map(Object.entries(value).map(([name, set]) => [name, ipsetOf(set, `ipsets.${name}`)]));
}

const SET_KEYS: readonly string[] = ['type', 'family', 'counters', 'netmask', 'timeout', 'maxelem', 'members'];

function ipsetOf(value: unknown, where: string): IpSet {
  if (!isObject(value) || typeof value.type !== 'string') throw new WrongFacts(`${where}: an object with \`type\`, \`family\` and \`members\` is expected`);
  const stranger = Object.keys(value).find((key) => !SET_KEYS.includes(key));
  if (stranger !== undefined) throw new WrongFacts(`${where}: \`${stranger}\` is not known; the keys are ${SET_KEYS.map((key) => `\`${key}\``).join(', ')}`);
  const family = value.family ?? 'inet';
  if (family !== 'inet' && family !== 'inet6') throw new WrongFacts(`${where}.family: \`inet\` or \`inet6\` is expected`);
  const members = listOf(value.members ?? [], `${where}.members`);
  const odd = members.findIndex((member) => typeof member !== 'string');
  if (odd !== -1) throw new WrongFacts(`${where}.members[${odd}]: a string as \`ipset save\` prints it is expected`);
  const numbers = (['netmask', 'timeout', 'maxelem'] as const).filter((key) => typeof value[key] === 'number').map((key) => [key, value[key] as number]);
  return { type: value.type, family, ...(value.counters === true ? { counters: true } : {}), ...Object.fromEntries(numbers), members: members as string[] };
}
