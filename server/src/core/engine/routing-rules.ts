import { covers } from './address.ts';
import type { HostFacts, RoutingRule } from './host.ts';
import type { Address } from './packet.ts';
import { Unknown, type Truth } from './truth.ts';

/** What routing looks at: where the packet goes to, from where, by which interface it came (`lo` from the host itself), and its mark. */
export interface Flow {
  readonly to: Address;
  readonly from: Address | undefined;
  readonly arrived: string | undefined;
  readonly mark: number | undefined;
  /** The only interface by which it may leave, if there is one. */
  readonly by?: string | undefined;
  /** The interface that it rather leaves by: where one of several routes as narrow leads there, it is taken whatever the metrics say. */
  readonly rather?: string | undefined;
}

/** Rules that every host has, and that lists of a host's own rules leave out. */
const USUAL: readonly RoutingRule[] = [{ priority: 0, table: 'local' }, { priority: 32766, table: 'main' }];

const NO_RULES: readonly RoutingRule[] = [];

const ready = new WeakMap<readonly RoutingRule[], readonly RoutingRule[]>();

/** The host's rules in the order in which the kernel asks them. */
export function rulesOf({ rules = NO_RULES }: HostFacts): readonly RoutingRule[] {
  let ordered = ready.get(rules);
  if (ordered === undefined) {
    const missing = USUAL.filter(({ table }) => !rules.some((rule) => rule.table === table && isForAll(rule)));
    ready.set(rules, ordered = [...rules, ...missing].sort((a, b) => a.priority - b.priority));
  }
  return ordered;
}

const isForAll = ({ not, from, to, arrived, leaves, mark, other, suppress }: RoutingRule): boolean => [not, from, to, arrived, leaves, mark, other, suppress].every((part) => part === undefined);

/** Whether the rule is one for the packet. */
export function applies(rule: RoutingRule, flow: Flow): Truth {
  const selectors = [within(rule.from, flow.from, 'source'), within(rule.to, flow.to, 'destination'), arrives(rule.arrived, flow.arrived), marked(rule.mark, flow.mark)];
  // A packet is bound to an interface by its program alone, of which packets do not tell.
  if (rule.leaves !== undefined) selectors.push((flow.by ?? flow.rather) === rule.leaves);
  const all = selectors.includes(false) ? false : selectors.find((truth) => truth instanceof Unknown) ?? (rule.other === undefined || new Unknown(`the routing rule \`${rule.other}\` is for it`));
  if (rule.not !== true) return all;
  return all instanceof Unknown ? new Unknown(`not: ${all.reason}`) : !all;
}

function within(wanted: RoutingRule['from'], address: Address | undefined, what: string): Truth {
  if (wanted === undefined) return true;
  return address === undefined ? new Unknown(`a routing rule goes by its ${what}`) : covers(wanted, address);
}

function arrives(wanted: string | undefined, device: string | undefined): Truth {
  if (wanted === undefined) return true;
  return device === undefined ? new Unknown(`it comes in by \`${wanted}\``) : device === wanted;
}

function marked(wanted: RoutingRule['mark'], mark: number | undefined): Truth {
  if (wanted === undefined) return true;
  const { value, mask } = wanted;
  if (mark === undefined) return new Unknown(`the mark is 0x${value.toString(16)}${mask === 0xffffffff ? '' : ` in the bits 0x${mask.toString(16)}`}`);
  return ((mark ^ value) & mask) === 0;
}
