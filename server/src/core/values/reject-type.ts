import { FAMILY_NAMES, type Family } from '../netfilter.ts';
import { findChoice, proposals, type Choice } from './choice.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

const TCP_RESET = { name: 'tcp-reset', value: 'tcp-reset', detail: 'closes the connection with an RST; only with `-p tcp`' };

/** What REJECT can answer, in the order in which iptables looks for a beginning. */
const TYPES: Readonly<Record<Family, readonly Choice<string>[]>> = {
  ipv4: [
    reply('icmp-net-unreachable', 'net-unreach', 'network unreachable (3/0)'),
    reply('icmp-host-unreachable', 'host-unreach', 'host unreachable (3/1)'),
    reply('icmp-proto-unreachable', 'proto-unreach', 'protocol unreachable (3/2)'),
    reply('icmp-port-unreachable', 'port-unreach', 'port unreachable (3/3), the default'),
    reply('icmp-net-prohibited', 'net-prohib', 'network prohibited (3/9)'),
    reply('icmp-host-prohibited', 'host-prohib', 'host prohibited (3/10)'),
    { ...TCP_RESET, aliases: ['tcp-rst'] },
    reply('icmp-admin-prohibited', 'admin-prohib', 'administratively prohibited (3/13)'),
  ],
  ipv6: [
    reply('icmp6-no-route', 'no-route', 'no route (1/0)'),
    reply('icmp6-adm-prohibited', 'adm-prohibited', 'administratively prohibited (1/1)'),
    reply('icmp6-addr-unreachable', 'addr-unreach', 'address unreachable (1/3)'),
    reply('icmp6-port-unreachable', 'port-unreach', 'port unreachable (1/4), the default'),
    TCP_RESET,
    reply('icmp6-policy-fail', 'policy-fail', 'failed ingress or egress policy (1/5)'),
    reply('icmp6-reject-route', 'reject-route', 'reject route (1/6)'),
  ],
};

function reply(name: string, alias: string, detail: string): Choice<string> {
  return { name, aliases: [alias], value: name, detail };
}

/** What REJECT answers when nothing is said. */
export const DEFAULT_REJECT: Readonly<Record<Family, string>> = { ipv4: 'icmp-port-unreachable', ipv6: 'icmp6-port-unreachable' };

/** A reply type of the rule's family; any beginning of a name or short name is taken, the first that fits wins. */
export const rejectType: ValueType<string> = {
  placeholder: 'TYPE',
  parse(text, { family }) {
    const types = TYPES[family];
    const found = findChoice(text, types, { ignoreCase: true, prefix: true });
    if (found !== undefined) {
      const exact = [found.name, ...(found.aliases ?? [])].includes(text.toLowerCase());
      return ok(found.value, exact ? undefined : `\`${text}\` is short for \`${found.name}\`, the first type that begins so; write it in full.`);
    }
    const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
    const counterpart = TYPES[other].some(({ name, aliases = [] }) => name === text || aliases.includes(text)) ? COUNTERPARTS.get(text) : undefined;
    if (counterpart !== undefined) return fail(`\`${text}\` is for ${FAMILY_NAMES[other]}; write \`${counterpart}\`.`, counterpart);
    const { hint, suggestion } = didYouMean(text, types.map(({ name }) => name));
    return fail(`${shown(text)} is not a type that REJECT can send.${hint} It is one of ${types.map(({ name }) => `\`${name}\``).join(', ')}.`, suggestion);
  },
  print: (value) => value,
  complete: ({ family }) => proposals(TYPES[family]),
  hover: (value, { family }) => TYPES[family].find((type) => type.value === value)?.detail,
};

const PAIRS: readonly (readonly [v4: string, v6: string])[] = [
  ['icmp-net-unreachable', 'icmp6-no-route'], ['icmp-host-unreachable', 'icmp6-addr-unreachable'],
  ['icmp-port-unreachable', 'icmp6-port-unreachable'], ['icmp-admin-prohibited', 'icmp6-adm-prohibited'],
];

/** What says the same in the other family. */
const COUNTERPARTS: ReadonlyMap<string, string> = new Map(PAIRS.flatMap(([v4, v6]) => [[v4, v6], [v6, v4]] as const));
