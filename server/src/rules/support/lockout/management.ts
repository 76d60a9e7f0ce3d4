import type { Family } from '../../../core/netfilter.ts';
import { parseClass } from '../../../core/notation/parse.ts';
import type { FileInContext } from '../../rule.ts';
import { traffic, type Traffic } from './traffic.ts';

/** New connections by which a host is administered where nobody says otherwise. */
export const SSH: Readonly<Record<Family, Traffic>> = { ipv4: traffic('ipv4', 'tcp any -> any:22'), ipv6: traffic('ipv6', 'tcp any -> any:22') };

/** A class that the user names as management access; `error` where it can't be read. */
export interface NamedManagement {
  readonly text: string;
  readonly traffic: Traffic | undefined;
  readonly error?: string;
}

/** By which new connections the host is administered: the first that the user names, or ssh. */
export const accessTo = (file: FileInContext, family: Family): Traffic =>
  namedManagement(file, family).flatMap(({ traffic: each }) => each ?? []).find(({ packet }) => packet.path === 'in') ?? SSH[family];

const read = new Map<string, NamedManagement>();

/** The classes that the user's settings or the facts beside the file name, as far as they are of the family; none where nothing is named. */
export function namedManagement({ host, settings }: FileInContext, family: Family): readonly NamedManagement[] {
  return [...host.management ?? [], ...settings.management].map((text) => named(text, family)).filter((each) => each.traffic === undefined || each.traffic.packet.family === family);
}

/** The traffic that a name stands for, the same object each time, so that its standing is worked out once. */
function named(text: string, family: Family): NamedManagement {
  const key = `${family} ${text}`;
  let known = read.get(key);
  if (known === undefined) {
    const parsed = parseClass(text, family);
    known = parsed.ok ? { text, traffic: traffic(parsed.packet.family, text) } : { text, traffic: undefined, error: parsed.error.message };
    read.set(key, known);
  }
  return known;
}
