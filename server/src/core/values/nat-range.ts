import type { Address } from '../engine/packet.ts';
import { FAMILY_NAMES, type Family } from '../netfilter.ts';
import { printBare } from './address.ts';
import type { AddressRange } from './address-range.ts';
import { octalWarning, readInteger } from './integer.ts';
import { readStrict } from './ipv4.ts';
import { readIPv6 } from './ipv6.ts';
import { MAX_PORT, notAPort, portProposals, readPort } from './port.ts';
import { servicePort } from './service.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** Ports that a NAT target may choose from; `base` is the port that the first of them stands for in shifted port maps. */
export interface NatPorts {
  readonly from: number;
  readonly to: number;
  readonly base?: number;
}

/** What `--to-source` and `--to-destination` name; at least one part is given. */
export interface NatTo {
  readonly addresses?: AddressRange;
  readonly ports?: NatPorts;
}

/** `PORT[-PORT]` of MASQUERADE and REDIRECT. */
export const natPorts: ValueType<NatPorts> = {
  placeholder: 'PORT[-PORT]',
  parse: (text) => {
    if (text.includes(':')) return fail(`\`${text}\` has a colon; NAT targets write a range with a dash.`, text.replace(':', '-'));
    if (text.includes('/')) return fail(`\`${text}\` has a base port, which only DNAT takes.`, text.slice(0, text.indexOf('/')));
    return readPorts(text, false);
  },
  print: printPorts,
  complete: () => portProposals('any'),
};

/** `[ADDRESS[-ADDRESS]][:PORT[-PORT]]` of SNAT. */
export const natSource: ValueType<NatTo> = natTo('[ADDRESS[-ADDRESS]][:PORT[-PORT]]', false);

/** `[ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]` of DNAT. */
export const natDestination: ValueType<NatTo> = natTo('[ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]', true);

function natTo(placeholder: string, takesBase: boolean): ValueType<NatTo> {
  return {
    placeholder,
    parse(text, { family }) {
      const parts = split(text, family);
      if (!parts.ok) return parts;
      const { addresses, ports } = parts.value;
      const range = addresses === undefined ? undefined : readAddresses(addresses, family);
      if (range?.ok === false) return range;
      const portRange = ports === undefined ? undefined : readPorts(ports, takesBase);
      if (portRange?.ok === false) return portRange;
      if (range === undefined && portRange === undefined) return fail(`Neither an address nor a port is given; ${example(family)}`);
      return ok({ ...(range && { addresses: range.value }), ...(portRange && { ports: portRange.value }) }, parts.warning ?? range?.warning ?? portRange?.warning);
    },
    print: printTo,
  };
}

/** Where the addresses end and the ports begin; IPv6 needs brackets for that, and what stands between them and the colon is passed over. */
function split(text: string, family: Family): Parsed<{ addresses: string | undefined; ports: string | undefined }> {
  const bracketed = family === 'ipv4' ? null : /^\[([^\]]*)\]([^:]*)(?::(.*))?$/su.exec(text);
  if (bracketed !== null) {
    const [, inside, between, ports] = bracketed;
    return ok({ addresses: inside || undefined, ports }, between === '' ? undefined : `iptables passes over what stands behind the \`]\` in ${shown(text)}; leave it out.`);
  }
  if (text.includes('[') || text.includes(']')) {
    return fail(`\`${text}\` has brackets in the wrong place. ${example(family)}`, family === 'ipv6' ? text.replaceAll(/[[\]]/gu, '') : undefined);
  }
  const colon = family === 'ipv4' ? text.indexOf(':') : text.startsWith(':') && !text.startsWith('::') ? 0 : -1;
  if (colon === -1) return ok({ addresses: text, ports: undefined });
  if (family === 'ipv4' && text.lastIndexOf(':') !== colon) return fail(`\`${text}\` has more than one colon. ${example(family)}`);
  return ok({ addresses: colon === 0 ? undefined : text.slice(0, colon), ports: text.slice(colon + 1) });
}

function readAddresses(text: string, family: Family): Parsed<AddressRange> {
  const dash = text.indexOf('-');
  const first = readAddress(dash === -1 ? text : text.slice(0, dash), family);
  if (!first.ok) return first;
  const second = dash === -1 ? first : readAddress(text.slice(dash + 1), family);
  if (!second.ok) return second;
  if (first.value <= second.value) return ok({ from: first.value, to: second.value });
  return ok({ from: first.value, to: second.value }, `The range \`${text}\` is reversed; which addresses the kernel then chooses is left to chance. Write the lower address first.`);
}

function readAddress(text: string, family: Family): Parsed<Address> {
  const address = family === 'ipv4' ? readStrict(text) : readIPv6(text);
  if (address !== undefined) return ok(address);
  if (text === '') return fail(`An address is missing. ${example(family)}`);
  if (text.includes('/')) return fail(`\`${text}\` has a mask, which NAT targets do not take; a range is two addresses, a whole network is for \`-j NETMAP\`.`);
  if (text.includes(',')) return fail(`\`${text}\` is a list; a NAT target takes one address or range. ${example(family)}`);
  return fail(`${shown(text)} is not an ${FAMILY_NAMES[family]} address; names and short forms are not taken here. ${example(family)}`);
}

/** `80`, `80-90`, `80-90/8080`; a service name stands for a single port only. */
function readPorts(text: string, takesBase: boolean): Parsed<NatPorts> {
  const named = servicePort(text, 'any');
  if (named !== undefined) return ok({ from: named, to: named });
  const match = /^([^-/]*)(?:-([^-/]*)(?:\/(.*))?)?$/su.exec(text);
  if (match === null) return notAPort(text, 'any');
  const [, first, second, base] = match;
  const from = readNumber(first!);
  if (!from.ok) return from;
  const to = second === undefined ? from : readNumber(second);
  if (!to.ok) return to;
  if (from.value > to.value) return fail(`The port range \`${text}\` is reversed; write the lower port first.`, `${to.value}-${from.value}`);
  const range = { from: from.value, to: to.value };
  if (base === undefined) return ok(range, from.warning ?? to.warning);
  if (!takesBase) return ok(range, `The base port \`/${base}\` is for DNAT; SNAT takes it without a word and does not use it.`);
  return readBase(base, range, text);
}

/** The number that the base begins with; iptables passes over what stands behind it (seen in 1.8.9). */
function readBase(base: string, range: NatPorts, text: string): Parsed<NatPorts> {
  const [number, digits] = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/u.exec(base) ?? [];
  const service = servicePort(base, 'any');
  if (service !== undefined) return ok({ ...range, base: service });
  const port = digits === undefined ? undefined : readInteger(digits);
  if (port === undefined) return notAPort(base, 'any');
  if (port === 0 || port > MAX_PORT) return fail(`\`${text}\` is no base port of a shifted range; write one from 1 to ${MAX_PORT}.`);
  const isWhole = number === base;
  return ok({ ...range, base: port }, isWhole ? octalWarning(digits!, port) : `iptables reads ${shown(text)} with the base port ${port}, and passes over what stands behind it; leave that out.`);
}

function readNumber(text: string): Parsed<number> {
  const number = readInteger(text);
  if (number === undefined && servicePort(text, 'any') !== undefined) return fail(`\`${text}\` is a service name, which can't stand in a range here; write its port.`, String(servicePort(text, 'any')));
  if (number === undefined) return readPort(text, 'any');
  return number > MAX_PORT ? fail(`\`${text}\` is above ${MAX_PORT}, the highest port; write one from 0 to ${MAX_PORT}.`) : ok(number, octalWarning(text, number));
}

function printTo({ addresses, ports }: NatTo, { family }: { readonly family: Family }): string {
  if (addresses === undefined) return `:${printPorts(ports!)}`;
  const { from, to } = addresses;
  const range = from === to ? printBare(from, family) : `${printBare(from, family)}-${printBare(to, family)}`;
  if (ports === undefined) return range;
  return family === 'ipv4' ? `${range}:${printPorts(ports)}` : `[${range}]:${printPorts(ports)}`;
}

function printPorts({ from, to, base }: NatPorts): string {
  return `${from}${from === to ? '' : `-${to}`}${base === undefined ? '' : `/${base}`}`;
}

const example = (family: Family): string => (family === 'ipv4' ? 'Write `192.0.2.1`, `192.0.2.1-192.0.2.9`, `192.0.2.1:8080` or `:8080`.' : 'Write `2001:db8::1`, `2001:db8::1-2001:db8::9`, `[2001:db8::1]:8080` or `:8080`.');
