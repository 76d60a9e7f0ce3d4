import { headerNumbers } from '../values/ipv6-header.ts';

/** The extension headers that a packet in notation may have in front of its protocol, by the names that `ipv6header` has for them. */
const HEADERS = ['hop-by-hop', 'ipv6-opts', 'ipv6-route'] as const;

/** Short names of the same. */
const SHORT: Readonly<Record<string, (typeof HEADERS)[number]>> = { hop: 'hop-by-hop', dst: 'ipv6-opts', route: 'ipv6-route' };

/** The names, for messages. */
export const HEADER_NAMES = HEADERS.map((name) => `\`${name}\``).join(', ');

/** The number of a header; undefined for a name that is none. */
export function headerNumber(text: string): number | undefined {
  const name = SHORT[text] ?? HEADERS.find((each) => each === text);
  return name === undefined ? undefined : headerNumbers[name];
}

/** The name of a header that `headerNumber` knows. */
export const headerName = (number: number): string => HEADERS.find((name) => headerNumbers[name] === number) ?? String(number);
