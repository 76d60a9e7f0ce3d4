import { kindOf } from '../../server/src/core/engine/address.ts';
import type { Address } from '../../server/src/core/engine/packet.ts';
import { PROTOCOL } from '../../server/src/core/engine/protocols.ts';
import { isLinkLocal } from '../../server/src/core/engine/routing.ts';
import { addressText } from '../../server/src/core/engine/wording.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { Rule, Ruleset } from '../../server/src/core/ruleset/model.ts';
import { interfaceFits } from '../../server/src/core/values/interface.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { OraclePacket } from './protocol.ts';
import type { Random } from './random.ts';
import { addressOf } from './translate.ts';

/** Where a ruleset that somebody else wrote may stand: hosts, interfaces and ports out of its own rules. */
export function surroundingsOf(ruleset: Ruleset, text: string, random: Random): Neighbourhood {
  const { family } = ruleset;
  const rules = [...ruleset.tables.values()].flatMap((table) => [...table.chains.values()].flatMap((chain) => chain.rules));
  const named = hosts(rules, text, random, family);
  const usual = USUAL[family];
  const shuffled = [...new Map(random.sample(named, 10).map((host) => [linkOf(host), host])).values()];
  const [own, near, far] = [[...shuffled.slice(0, 2), ...usual.own].slice(0, 2), [...shuffled.slice(2, 6), ...usual.near], [...shuffled.slice(6), ...usual.far]];
  const devices = random.sample(interfaces(text), 2) as [string, string];
  const ways = new Map([...near.map((host) => [linkOf(host), devices[0]] as const), ...far.map((host) => [linkOf(host), devices[1]] as const)]);
  const wayTo = (host: string): string | undefined => ways.get(linkOf(host));
  return {
    family, devices, near, far, own, lost: usual.lost, networks: [], ports: ports(text), ipsets: sets(text, named, family), hints: rules.map((rule) => ({ fields: hint(rule, random, devices), wayTo })),
    topology: {
      ifaces: devices, addrs: { lo: own, [devices[0]]: [usual.links[0]], [devices[1]]: [usual.links[1]] },
      routes: [...ways].map(([link, device]) => `${link} dev ${device}`),
    },
  };
}

const USUAL: Readonly<Record<Family, Readonly<Record<'own' | 'near' | 'far' | 'lost' | 'links', readonly string[]>>>> = {
  ipv4: { own: ['10.9.9.9', '10.9.9.10'], near: ['10.1.0.1', '10.1.0.2', '10.1.0.5', '10.1.7.9'], far: ['203.0.113.7'], lost: ['0.1.2.3'], links: ['198.18.1.1', '198.18.2.1'] },
  ipv6: { own: ['fd00:9::9', 'fd00:9::a'], near: ['fd00:1::1', 'fd00:1::2', 'fd00:1::5', 'fd00:1::7:9'], far: ['2001:db8::7'], lost: ['fe80::5'], links: ['2001:2:0:1::1', '2001:2:0:2::1'] },
};

/** The two addresses of which the host is one: single packets have routes of their own to single hosts. */
function linkOf(host: string): string {
  const address = addressOf(host);
  return typeof address === 'bigint' ? `${addressText(address & ~1n)}/127` : `${addressText((address & ~1) >>> 0)}/31`;
}

/** Addresses that the rules name, and some within the networks that they name. */
function hosts(rules: readonly Rule[], text: string, random: Random, family: Family): readonly string[] {
  const within = rules.flatMap(({ source, destination }) => [source, destination].flatMap((masked) => (masked === undefined || masked.host !== undefined ? [] : [inside(masked.address, masked.mask, random)])));
  const written = family === 'ipv4' ? [...text.matchAll(/(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d./])/gu)].map(([address]) => address) : [];
  return [...new Set([...within.filter(isOrdinary).map(addressText), ...written.filter((address) => !/^(0|127|22[4-9]|2[3-5]\d)\./u.test(address))])].filter((address) => !Object.values(USUAL[family]).flat().includes(address));
}

/** Whether a route may lead to it; link-local addresses have ways of their own. */
const isOrdinary = (address: Address): boolean => kindOf(address) === 'unicast' && !isLinkLocal(address);

function inside(address: Address, mask: Address, random: Random): Address {
  if (typeof address === 'number') return (address | (random.below(0x100000000) & ~(mask as number))) >>> 0;
  const low = BigInt(random.below(0x100000000));
  return address | ((low | (low << 40n) | (low << 80n)) & ~(mask as bigint) & ((1n << 128n) - 1n));
}

const interfaces = (text: string): readonly string[] =>
  [...new Set([...[...text.matchAll(/-[io] ([^\s+]+)(\+?)/gu)].map(([, name, plus]) => `${name}${plus === '' ? '' : '7'}`).filter((name) => name !== 'lo' && name.length <= 15), 'eth0', 'eth1'])];

function ports(text: string): readonly number[] {
  const lists = [...text.matchAll(/--(?:dports?|sports?|ports|to-ports|destination-ports?)[ =]([\d,:]+)/gu)].flatMap(([, list]) => list!.split(/[,:]/u)).map(Number);
  return [...new Set([...lists.flatMap((port) => [port, port, port + 1]).filter((port) => port > 0 && port < 65536), 22, 80, 53, 443, 33000])];
}

/** What a packet has to be like for one rule, as far as that is quickly read. */
function hint(rule: Rule, random: Random, devices: readonly string[]): Partial<OraclePacket> {
  const { bound: { header, line: { text } }, source, destination } = rule;
  const end = (masked: Rule['source']): string | undefined => {
    if (masked === undefined || masked.host !== undefined) return undefined;
    const address = inside(masked.address, masked.mask, random);
    return isOrdinary(address) ? addressText(address) : undefined;
  };
  const device = (pattern = ''): string | undefined => devices.find((name) => interfaceFits(pattern, name));
  const one = (pattern: RegExp): number | undefined => (([first]) => (first === undefined ? undefined : Number(first)))(random.sample(pattern.exec(text)?.[1]?.split(/[,:]/u) ?? [], 1));
  const protocol = header.protocol?.value;
  const fields = {
    src: end(source), dst: end(destination), in_iface: device(header.in?.value), out_iface: device(header.out?.value), proto: protocol === PROTOCOL.tcp ? 'tcp' : protocol === PROTOCOL.igmp ? undefined : protocol || undefined,
    dport: one(/--(?:dports?|destination-ports?|ports) ([\d,:]+)/u), sport: one(/--(?:sports?|source-ports?) ([\d,:]+)/u), mark: one(/--mark (\d+|0x[\da-f]+)/u), uid: one(/--uid-owner (\d+)/u), gid: one(/--gid-owner (\d+)/u),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<OraclePacket>;
}

/** Sets of the kinds that the rules ask for; those with numbers in their names or not, nobody knows what was in them. */
function sets(text: string, named: readonly string[], family: Family): string {
  const kinds = new Map([...text.matchAll(/(?:--match-set|--add-set|--del-set) (\S+) (\S+)/gu)].map(([, name, sides]) => [name!, sides!.split(',').length]));
  const type = ['hash:ip', 'hash:ip,port', 'hash:ip,port,ip'];
  return [...kinds].map(([name, count]) => `create ${name} ${type[count - 1]!} family ${family === 'ipv6' ? 'inet6' : 'inet'}\n${named.slice(0, 2).map((host) => `add ${name} ${[host, 'tcp:22', host].slice(0, count).join(',')}\n`).join('')}`).join('');
}
