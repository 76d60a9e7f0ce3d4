import { octalWarning, readInteger, reversedWarning, type NumberRange } from './integer.ts';
import { SERVICE_PROTOCOLS, serviceName, serviceNames, servicePort, serviceProtocol, type ServiceProtocol } from './service.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueProposal, type ValueType } from './value.ts';

/** Ports from `from` to `to`, both included. */
export type PortRange = NumberRange;

export const MAX_PORT = 0xffff;

/** What strtoul makes of any larger number. */
const MOST = 2n ** 64n - 1n;

const EXAMPLE = 'A port is a number from 0 to 65535 or a service name such as `ssh`.';

/** A port as the tcp match, multiport and sctp read it: any base, or a service name of that protocol. */
export function readPort(text: string, protocol: ServiceProtocol | 'any' | undefined): Parsed<number> {
  const number = readInteger(text);
  if (number !== undefined) {
    return number > MAX_PORT ? fail(`\`${text}\` is above ${MAX_PORT}, the highest port; write one from 0 to ${MAX_PORT}.`) : ok(number, octalWarning(text, number));
  }
  const named = protocol === undefined ? undefined : servicePort(text, protocol);
  return named === undefined ? notAPort(text, protocol) : ok(named);
}

/** Why a text is no port, with the cause that is most likely meant. */
export function notAPort(text: string, protocol: ServiceProtocol | 'any' | undefined): Parsed<never> {
  if (text === '') return fail(`A port is missing. ${EXAMPLE}`);
  if (/^\s*-\s*[0-9]/u.test(text)) return fail(`\`${text}\` is negative. ${EXAMPLE}`);
  if (text.trim() !== text) return fail(`\`${text}\` has a blank around the port.`, text.trim());
  if (/^0[0-9]+$/u.test(text)) return fail(`\`${text}\` has a leading zero and so would be octal, which has no digits 8 and 9; leave the zero out.`, String(Number(text)));
  if (protocol === undefined) return fail(`${shown(text)} is not a number, and no service names are listed for this protocol. A port is a number from 0 to 65535.`);
  return misspelled(text, protocol);
}

function misspelled(text: string, protocol: ServiceProtocol | 'any'): Parsed<never> {
  const elsewhere = protocol === 'any' ? undefined : servicePort(text, 'any');
  if (elsewhere !== undefined) {
    const others = SERVICE_PROTOCOLS.filter((other) => servicePort(text, other) !== undefined).join(' and ');
    return fail(`The service \`${text}\` is usually listed for ${others} only, not for ${protocol}; what iptables takes depends on /etc/services of the host. Write its port, \`${elsewhere}\`.`, String(elsewhere));
  }
  const folded = text.toLowerCase();
  if (servicePort(folded, protocol) !== undefined) return fail(`\`${text}\` is no service: their names have small letters. Write \`${folded}\`.`, folded);
  const { hint, suggestion } = didYouMean(text, serviceNames(protocol));
  return fail(`${shown(text)} is not a port and not a service that /etc/services lists${protocol === 'any' ? '' : ` for ${protocol}`}.${hint} ${EXAMPLE}`, suggestion);
}

/** A port as iptables' generic option parser reads it (udp, dccp, `--ctorigdstport` …): decimal only, or a service name of any protocol. */
function readResolvedPort(text: string, empty: number): Parsed<number> {
  return text === '' ? ok(empty) : resolvePort(text);
}

/**
 * A port as getaddrinfo reads it: the name of a service of any protocol, or a decimal number of which 32 bits are kept and,
 * unless those make a negative one, 16 of them without a word (seen in iptables).
 */
export function resolvePort(text: string): Parsed<number> {
  const [, sign, digits] = /^\s*([+-]?)([0-9]+)$/u.exec(text) ?? [];
  if (digits === undefined) {
    const named = servicePort(text, 'any');
    return named === undefined ? notAPort(text, 'any') : ok(named);
  }
  const number = BigInt(digits);
  const kept = Number(BigInt.asIntN(32, number > MOST ? MOST : sign === '-' ? -number : number));
  if (kept < 0) return sign === '-' ? notAPort(text, 'any') : fail(`\`${text}\` is above ${MAX_PORT}, the highest port; write one from 0 to ${MAX_PORT}.`);
  const port = kept & MAX_PORT;
  if (number === BigInt(port) && sign !== '-') return ok(port);
  return ok(port, `\`${text}\` is ${sign === '-' ? 'negative' : `above ${MAX_PORT}, the highest port`}; iptables takes it without a word as ${port}.`);
}

const printRange = ({ from, to }: PortRange): string => (from === to ? String(from) : `${from}:${to}`);

/** `PORT[:PORT]` of the tcp and sctp matches; a reversed range is refused, as iptables does. */
export function portRange(protocol: ServiceProtocol): ValueType<PortRange> {
  return {
    placeholder: 'PORT[:PORT]',
    parse(text) {
      const colon = text.indexOf(':');
      if (colon === -1) {
        const port = readPort(text, protocol);
        return port.ok ? ok({ from: port.value, to: port.value }, port.warning) : dashHint(text, port);
      }
      const from = colon === 0 ? ok(0) : readPort(text.slice(0, colon), protocol);
      if (!from.ok) return from;
      const to = colon === text.length - 1 ? ok(MAX_PORT) : readPort(text.slice(colon + 1), protocol);
      if (!to.ok) return to;
      if (from.value > to.value) {
        return fail(`The port range \`${text}\` is reversed; write the lower port first.`, printRange({ from: to.value, to: from.value }));
      }
      return ok({ from: from.value, to: to.value }, from.warning ?? to.warning);
    },
    print: printRange,
    complete: () => portProposals(protocol),
    hover: (range) => describePorts(range, protocol),
  };
}

/** `PORT[:PORT]` of iptables' generic option parser; it also takes reversed ranges, in which no port lies. */
export const resolvedPortRange: ValueType<PortRange> = {
  placeholder: 'PORT[:PORT]',
  parse(text) {
    const parts = text.split(':');
    if (parts.length > 2) return fail(`\`${text}\` has more than two parts; a port range is written \`1024:65535\`.`);
    const from = readResolvedPort(parts[0]!, 0);
    if (!from.ok) return dashHint(text, from);
    const to = parts.length === 1 ? from : readResolvedPort(parts[1]!, MAX_PORT);
    if (!to.ok) return to;
    const empty = text === '' ? 'An empty port is read as 0.' : undefined;
    return ok({ from: from.value, to: to.value }, from.warning ?? to.warning ?? empty ?? reversedWarning(text, from.value, to.value));
  },
  print: printRange,
  complete: ({ protocol }) => portProposals(protocolOf(protocol)),
  hover: (range, { protocol }) => describePorts(range, protocolOf(protocol)),
};

const protocolOf = (number: number | undefined): ServiceProtocol | 'any' => (number === undefined ? undefined : serviceProtocol(number)) ?? 'any';

/** Tells somebody who wrote `80-90` or `80,90` what the tcp and udp matches take. */
function dashHint(text: string, port: Extract<Parsed<number>, { ok: false }>): Parsed<never> {
  if (/^[0-9]+-[0-9]+$/u.test(text)) return fail(`${shown(text)} is not a port; a range is written with a colon.`, text.replace('-', ':'));
  if (/^[\w-]+(,[\w:-]+)+$/u.test(text)) return fail(`\`${text}\` is a list of ports; one option here takes one port or range. Write \`-m multiport --dports ${text}\` for a list.`);
  return port;
}

/** Services that firewalls are most often asked about; they are proposed first. */
const COMMON = ['ssh', 'http', 'https', 'domain', 'ntp', 'smtp', 'submission', 'imaps', 'bootps', 'bootpc', 'openvpn', 'isakmp', 'ipsec-nat-t', 'snmp', 'mysql', 'postgresql'];

/** Proposals of service names with their ports. */
export function portProposals(protocol: ServiceProtocol | 'any'): readonly ValueProposal[] {
  const names = serviceNames(protocol);
  const known = new Set(names);
  return [...new Set([...COMMON.filter((name) => known.has(name)), ...names])].map((name) => ({ text: name, detail: String(servicePort(name, protocol)) }));
}

/** Markdown that names the service of a port, or says how many ports a range holds. */
export function describePorts({ from, to }: PortRange, protocol: ServiceProtocol | 'any'): string | undefined {
  if (from > to) return 'No port: the range is reversed.';
  if (from === 0 && to === MAX_PORT) return 'Every port.';
  if (from !== to) return `${to - from + 1} ports.`;
  const name = serviceName(from, protocol);
  return name === undefined ? undefined : `Port ${from}: \`${name}\`.`;
}
