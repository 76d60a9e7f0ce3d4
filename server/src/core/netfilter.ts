/** Netfilter's own vocabulary: families, tables, hooks and verdicts, with the facts that tie them together. */

export type Family = 'ipv4' | 'ipv6';

/** The protocols' names, as a reader knows them. */
export const FAMILY_NAMES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** A family's tables: those of the host that a file is for, or of a network namespace of it (`ipv4 blue`). */
export type Stack = Family | `${Family} ${string}`;

/** The tables that something of a family works on, in the host or in a network namespace. */
export const stackOf = ({ family, namespace }: { readonly family: Family; readonly namespace?: string | undefined }): Stack => (namespace === undefined ? family : `${family} ${namespace}`);

/** The family of tables, and the network namespace that they are in; undefined: the host's own. */
export function partsOfStack(stack: Stack): { readonly family: Family; readonly namespace: string | undefined } {
  const blank = stack.indexOf(' ');
  return blank === -1 ? { family: stack as Family, namespace: undefined } : { family: stack.slice(0, blank) as Family, namespace: stack.slice(blank + 1) };
}

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

/** A hook is also the name of the built-in chain that a table attaches to it. */
export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export type Policy = 'ACCEPT' | 'DROP';

/** The two programs that are called iptables; they print and refuse differently, and fragments, INPUT and extension headers are met differently. */
export type Backend = 'nft' | 'legacy';

/** Targets that iptables itself knows. */
export const VERDICTS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'RETURN', 'QUEUE']);

/** The built-in chains of each table, in the order in which iptables-save prints them. */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export const TABLE_NAMES = Object.keys(BUILT_IN_CHAINS) as readonly TableName[];

export const HOOKS: readonly Hook[] = BUILT_IN_CHAINS.mangle;

/** Whether `name` is one of the five tables that the kernel knows. */
export function isTableName(name: string): name is TableName {
  return Object.hasOwn(BUILT_IN_CHAINS, name);
}

/** Whether `chain` is a built-in chain of `table`. */
export function isBuiltIn(table: TableName, chain: string): chain is Hook {
  return (BUILT_IN_CHAINS[table] as readonly string[]).includes(chain);
}
