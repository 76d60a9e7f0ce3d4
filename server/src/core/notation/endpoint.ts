import type { Family } from '../netfilter.ts';
import type { Prefix } from '../engine/host.ts';
import type { Address } from '../engine/packet.ts';
import { maskOf } from '../engine/address.ts';
import { endpointText } from '../engine/wording.ts';
import { readStrict } from '../values/ipv4.ts';
import { readIPv6 } from '../values/ipv6.ts';
import { readPort } from '../values/port.ts';
import { serviceProtocol } from '../values/service.ts';
import { read, refuse, type Read } from './error.ts';

/** One end of a packet: parts that are undefined are left open. */
export interface Endpoint {
  readonly address: Address | undefined;
  readonly port: number | undefined;
  /** Where the address is left open within a network. */
  readonly network?: Prefix;
}

const OPEN: Endpoint = { address: undefined, port: undefined };

/** Reads `ADDRESS[:PORT]`, `[IPV6]:PORT`, `any[:PORT]`; a port may be a service name, or `any`, and an address `NETWORK/LENGTH`. */
export function readEndpoint(text: string, protocol: number | undefined): Read<Endpoint> {
  if (text === 'any') return read(OPEN);
  const bare = readIPv6(text);
  if (bare !== undefined) return read({ address: bare, port: undefined });
  const wide = readNetwork(text);
  if (wide !== undefined) return read({ ...OPEN, network: wide });
  const split = /^(?:\[([^\]]*)\]|([^[\]:]*))(?::(.*))?$/u.exec(text);
  if (split === null) return refuse(`\`${text}\` is not an address with a port: write \`192.0.2.1:80\` or \`[2001:db8::1]:80\`.`);
  const [, bracketed, plain, portText] = split;
  const network = readNetwork(bracketed ?? plain!);
  const address = network !== undefined ? read(undefined) : bracketed === undefined ? readPlain(plain!) : readBracketed(bracketed);
  if (!address.ok) return address;
  const port = portText === undefined || portText === 'any' ? read(undefined) : readPortOf(portText, protocol);
  return port.ok ? read({ address: address.value, port: port.value, ...(network === undefined ? {} : { network }) }) : port;
}

/** `ADDRESS/LENGTH`; the address without the bits behind the length. */
function readNetwork(text: string): Prefix | undefined {
  const split = /^([^/]+)\/([0-9]{1,3})$/u.exec(text);
  const address = split === null ? undefined : (readStrict(split[1]!) ?? readIPv6(split[1]!));
  const length = Number(split?.[2]);
  if (address === undefined || length > (typeof address === 'bigint' ? 128 : 32)) return undefined;
  const mask = maskOf(familyOfAddress(address), length);
  return { address: typeof address === 'bigint' ? address & (mask as bigint) : (address & (mask as number)) >>> 0, length };
}

function readPlain(text: string): Read<Address | undefined> {
  if (text === 'any' || text === '') return read(undefined);
  const address = readStrict(text);
  if (address !== undefined) return read(address);
  if (text.includes('/')) return refuse(`\`${text}\` is not a network, such as \`192.0.2.0/24\`.`);
  if (/^[0-9.]+$/u.test(text)) return refuse(`\`${text}\` is not an IPv4 address: it has four numbers from 0 to 255, such as \`192.0.2.1\`.`);
  return refuse(`\`${text}\` is not an address, such as \`192.0.2.1\`, \`[2001:db8::1]\` or \`any\`; names are not looked up.`);
}

function readBracketed(text: string): Read<Address> {
  const address = readIPv6(text);
  return address === undefined ? refuse(`\`[${text}]\` holds no IPv6 address, such as \`[2001:db8::1]\`.`) : read(address);
}

function readPortOf(text: string, protocol: number | undefined): Read<number> {
  const parsed = readPort(text, protocol === undefined ? 'any' : serviceProtocol(protocol));
  return parsed.ok ? read(parsed.value) : refuse(parsed.message);
}

/** The family that an address has. */
export const familyOfAddress = (address: Address): Family => (typeof address === 'bigint' ? 'ipv6' : 'ipv4');

/** The endpoint in notation. */
export function printEndpoint({ address, port }: Endpoint): string {
  return endpointText(address, port);
}
