import type { Address } from '../engine/packet.ts';
import { readLooseMask } from './address.ts';
import { choiceList } from './choice.ts';
import { integer } from './integer.ts';
import { prefixLength } from './ipv4.ts';
import { prefixLength6 } from './ipv6.ts';
import type { ValueType } from './value.ts';

const hex = (digits: number) => (value: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** A bit field of the hash that HMARK makes, printed with so many hexadecimal digits. */
function bits(what: string, max: number, digits: number): ValueType<number> {
  return integer({ what, min: 0, max, example: hex(digits)(max), placeholder: 'VALUE', print: hex(digits) });
}

export const hashedPort = bits('a port or its mask', 0xffff, 4);
export const hashedSpi = bits('an SPI or its mask', 0xffffffff, 8);
export const hashedProtocol = bits('a mask for the protocol', 0xffff, 2);
export const hashSeed = bits('the start value of a hash', 0xffffffff, 8);

/** Parts of a packet that go into the hash. */
export type HashedPart = 'src' | 'dst' | 'sport' | 'dport' | 'spi' | 'proto' | 'ct';

/** `PART[,PART…]`; the beginning of a name is enough. */
export const hashedParts: ValueType<readonly HashedPart[]> = choiceList<HashedPart>({
  what: 'a part of the hash', placeholder: 'PART', ignoreCase: true, prefix: true,
  choices: [
    { name: 'src', value: 'src', detail: 'the source address' },
    { name: 'dst', value: 'dst', detail: 'the destination address' },
    { name: 'sport', value: 'sport', detail: 'the source port' },
    { name: 'dport', value: 'dport', detail: 'the destination port' },
    { name: 'spi', value: 'spi', detail: 'the SPI of ESP and AH' },
    { name: 'proto', value: 'proto', detail: 'the protocol' },
    { name: 'ct', value: 'ct', detail: 'addresses and ports as conntrack has them, before NAT' },
  ],
});

/** A prefix by its length or as a mask; iptables-save prints the length. */
export const hashedPrefix: ValueType<Address> = {
  placeholder: 'LENGTH',
  parse: (text, { family }) => readLooseMask(text, family),
  print: (mask) => String(typeof mask === 'bigint' ? prefixLength6(mask) : prefixLength(mask)),
};
