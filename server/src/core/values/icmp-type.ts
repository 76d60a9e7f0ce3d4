import { readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** A type of ICMP message and its codes; `type` undefined means every message, `code` undefined every code. */
export interface IcmpMessage {
  readonly type: number | undefined;
  readonly code: number | undefined;
}

/** Names with their type, and code where the name means one; names in the order in which iptables looks through them. */
type Names = readonly (readonly [name: string, type: number | undefined, code?: number | undefined, detail?: string])[];

const V4: Names = [
  ['any', undefined, undefined, 'every message'],
  ['echo-reply', 0, undefined, 'answer to a ping'], ['pong', 0],
  ['destination-unreachable', 3, undefined, 'a packet could not be delivered'],
  ['network-unreachable', 3, 0], ['host-unreachable', 3, 1], ['protocol-unreachable', 3, 2], ['port-unreachable', 3, 3],
  ['fragmentation-needed', 3, 4, 'path MTU discovery depends on it'], ['source-route-failed', 3, 5], ['network-unknown', 3, 6], ['host-unknown', 3, 7],
  ['network-prohibited', 3, 9], ['host-prohibited', 3, 10], ['TOS-network-unreachable', 3, 11], ['TOS-host-unreachable', 3, 12],
  ['communication-prohibited', 3, 13], ['host-precedence-violation', 3, 14], ['precedence-cutoff', 3, 15],
  ['source-quench', 4, undefined, 'obsolete request to send slower'],
  ['redirect', 5, undefined, 'there is a better router'], ['network-redirect', 5, 0], ['host-redirect', 5, 1], ['TOS-network-redirect', 5, 2], ['TOS-host-redirect', 5, 3],
  ['echo-request', 8, undefined, 'ping'], ['ping', 8],
  ['router-advertisement', 9], ['router-solicitation', 10],
  ['time-exceeded', 11, undefined, 'a TTL ran out, or fragments did not come; traceroute lives on it'], ['ttl-exceeded', 11],
  ['ttl-zero-during-transit', 11, 0], ['ttl-zero-during-reassembly', 11, 1],
  ['parameter-problem', 12], ['ip-header-bad', 12, 0], ['required-option-missing', 12, 1],
  ['timestamp-request', 13], ['timestamp-reply', 14], ['address-mask-request', 17], ['address-mask-reply', 18],
];

const V6: Names = [
  ['destination-unreachable', 1, undefined, 'a packet could not be delivered'],
  ['no-route', 1, 0], ['communication-prohibited', 1, 1], ['beyond-scope', 1, 2], ['address-unreachable', 1, 3], ['port-unreachable', 1, 4],
  ['failed-policy', 1, 5], ['reject-route', 1, 6],
  ['packet-too-big', 2, undefined, 'path MTU discovery depends on it'],
  ['time-exceeded', 3, undefined, 'a hop limit ran out, or fragments did not come'], ['ttl-exceeded', 3], ['ttl-zero-during-transit', 3, 0], ['ttl-zero-during-reassembly', 3, 1],
  ['parameter-problem', 4], ['bad-header', 4, 0], ['unknown-header-type', 4, 1], ['unknown-option', 4, 2],
  ['echo-request', 128, undefined, 'ping'], ['ping', 128], ['echo-reply', 129, undefined, 'answer to a ping'], ['pong', 129],
  ['router-solicitation', 133, undefined, 'neighbour discovery'], ['router-advertisement', 134, undefined, 'neighbour discovery: default routes, prefixes'],
  ['neighbour-solicitation', 135, undefined, 'neighbour discovery: IPv6\'s ARP request'], ['neighbor-solicitation', 135],
  ['neighbour-advertisement', 136, undefined, 'neighbour discovery: IPv6\'s ARP reply'], ['neighbor-advertisement', 136],
  ['redirect', 137, undefined, 'there is a better router'],
];

/** `TYPE[/CODE]` or a name, for ICMP. Type 255 means every message. */
export const icmpType: ValueType<IcmpMessage> = icmpMessage(V4, 'ICMP', '8', 255);

/** `TYPE[/CODE]` or a name, for ICMPv6. */
export const icmpv6Type: ValueType<IcmpMessage> = icmpMessage(V6, 'ICMPv6', '128', undefined);

/** Whether the name says something that is worth explaining; these are proposed first. */
const isExplained = ([, , , detail]: Names[number]): boolean => detail !== undefined;

function icmpMessage(names: Names, protocol: string, example: string, everything: number | undefined): ValueType<IcmpMessage> {
  const numeric = (text: string): Parsed<IcmpMessage> | undefined => {
    const slash = text.indexOf('/');
    const type = readInteger(slash === -1 ? text : text.slice(0, slash));
    if (type === undefined) return undefined;
    if (type > 255) return fail(`\`${text}\` has a type above 255, the highest ${protocol} type; write a number such as \`${protocol === 'ICMP' ? '8' : '128'}\` or a name such as \`echo-request\`.`);
    const code = slash === -1 ? undefined : readInteger(text.slice(slash + 1));
    if (slash !== -1 && code === undefined) return fail(`\`${text}\` has no code behind the slash; write a number from 0 to 255, such as \`${type}/0\`.`, String(type));
    if (code !== undefined && code > 255) return fail(`\`${text}\` has a code above 255, the highest ${protocol} code; write one from 0 to 255.`);
    return ok(type === everything ? { type: undefined, code: undefined } : { type, code });
  };
  return {
    placeholder: 'TYPE[/CODE]',
    parse: (text) => numeric(text) ?? named(text, names, protocol, example),
    print: ({ type, code }) => (type === undefined ? 'any' : code === undefined ? String(type) : `${type}/${code}`),
    complete: () => [...names.filter(isExplained), ...names.filter((name) => !isExplained(name))].map(([text, type, code, detail]) => ({ text, detail: [type === undefined ? undefined : code === undefined ? `type ${type}` : `type ${type}, code ${code}`, detail].filter(Boolean).join(': ') })),
    hover: (message) => describe(message, names),
  };
}

/** Any beginning of a name is enough, in any case, if it fits one name only. */
function named(text: string, names: Names, protocol: string, example: string): Parsed<IcmpMessage> {
  const folded = text.toLowerCase();
  const fitting = names.filter(([name]) => name.toLowerCase().startsWith(folded));
  if (fitting.length === 1) return ok({ type: fitting[0]![1], code: fitting[0]![2] });
  if (text === '') return fail(`The ${protocol} type is missing; write a number or a name such as \`echo-request\`.`);
  if (fitting.length > 1) return fail(`\`${text}\` could be ${fitting.map(([name]) => `\`${name}\``).join(' or ')}; write more of it.`, fitting[0]![0]);
  if (/^[0-9]+(,|:)/u.test(text)) return fail(`\`${text}\` is a ${text.includes(',') ? 'list' : 'range'}; a rule takes one ${protocol} type, so write a rule for each.`);
  const { hint, suggestion } = didYouMean(text, names.map(([name]) => name));
  return fail(`${shown(text)} is not ${protocol === 'ICMP' ? 'an ICMP' : 'an ICMPv6'} type.${hint} Write a number such as \`${example}\`, a number and code such as \`${example}/0\`, or a name such as \`echo-request\`.`, suggestion);
}

function describe({ type, code }: IcmpMessage, names: Names): string | undefined {
  const exact = names.find((name) => name[1] === type && name[2] === code);
  const general = names.find((name) => name[1] === type && name[2] === undefined);
  const found = exact ?? general;
  if (found === undefined) return undefined;
  const codes = code === undefined ? names.filter((name) => name[1] === type && name[2] !== undefined).map((name) => `\`${name[0]}\` (code ${name[2]})`) : [];
  return [`\`${found[0]}\`${found[3] === undefined ? '' : `: ${found[3]}`}`, ...(codes.length === 0 || type === undefined ? [] : [`Its codes: ${codes.join(', ')}.`])].join('\n\n');
}

/** The name of a message for traces (`echo-request`), or its numbers. */
export function icmpName(type: number, code: number | undefined, family: 'ipv4' | 'ipv6'): string {
  const names = family === 'ipv4' ? V4 : V6;
  const found = names.find((name) => name[1] === type && name[2] === code && code !== undefined) ?? names.find((name) => name[1] === type && name[2] === undefined);
  const numbers = code === undefined ? `type ${type}` : `type ${type}, code ${code}`;
  return found === undefined ? numbers : `${found[0]} (${numbers})`;
}
