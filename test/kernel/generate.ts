import { BUILT_IN_CHAINS, type Family, type Hook, type TableName } from '../../server/src/core/netfilter.ts';
import { matchPart } from './matches.ts';
import { everyAddress, neighbourhoodOf, type Neighbourhood } from './neighbourhood.ts';
import { protocolPart } from './protocols.ts';
import type { Random } from './random.ts';
import type { Spot } from './spot.ts';
import { targetPart } from './targets.ts';

/** What a ruleset is for: `timed` ones for packets that come seconds apart, `nat` ones for what translations do to each other. */
export interface Purpose {
  readonly timed?: boolean;
  readonly nat?: boolean;
}

const NAT_TABLES = [[4, ['nat']], [1, ['raw', 'nat']], [1, ['mangle', 'nat']], [1, ['nat', 'filter']]] as const;

/** A random ruleset that both back ends load. */
export function generateRuleset(random: Random, family: Family, { timed = false, nat = false }: Purpose = {}): string {
  const world = neighbourhoodOf(family);
  const tables = random.weighted<readonly TableName[]>(nat ? NAT_TABLES : [
    [4, ['filter']], [4, ['nat', 'filter']], [2, ['mangle', 'nat', 'filter']], [2, ['raw', 'mangle', 'nat', 'filter']], [1, ['raw', 'filter']], [1, ['nat']],
    [1, ['raw', 'mangle', 'nat', 'filter', 'security']], [0.5, ['mangle', 'security']], [0.5, ['raw', 'nat', 'security']],
  ]);
  return withEstimator(tables.map((table) => generateTable(random, { world, table, timed })).join(''));
}

/** A match on a rate wants the estimator to be there, so the first rule of all makes it. */
function withEstimator(ruleset: string): string {
  if (!ruleset.includes('-m rateest')) return ruleset;
  return ruleset.replace(/^-A (\S+)/mu, '-A $1 -j RATEEST --rateest-name R --rateest-interval 250ms --rateest-ewmalog 500ms\n$&');
}

/** How often a policy is DROP. */
const POLICY_DROPS: Readonly<Record<TableName, number>> = { raw: 0.03, mangle: 0.03, nat: 0.03, filter: 0.35, security: 0.1 };

interface Chain {
  readonly name: string;
  /** Hooks from which it may be jumped to. */
  readonly hooks: readonly Hook[];
}

function generateTable(random: Random, place: { readonly world: Neighbourhood; readonly table: TableName; readonly timed: boolean }): string {
  const { table } = place;
  const hooks = BUILT_IN_CHAINS[table].filter((hook) => !(table === 'nat' && hook === 'INPUT' && random.chance(0.6)));
  // A user-defined chain belongs to hooks that allow the same things, and jumps only to later ones: no circles.
  const user = Array.from({ length: random.chance(0.15) ? 4 + random.below(7) : random.below(4) }, (_, index): Chain => ({ name: `U${index}`, hooks: [random.pick(hooks), ...(table === 'nat' || random.chance(0.5) ? [] : [random.pick(hooks)])] }));
  const lines = [`*${table}`];
  for (const hook of BUILT_IN_CHAINS[table]) lines.push(`:${hook} ${random.chance(POLICY_DROPS[table]) ? 'DROP' : 'ACCEPT'} [0:0]`);
  for (const { name } of user) lines.push(`:${name} - [0:0]`);
  for (const hook of hooks) {
    const callable = user.filter((chain) => chain.hooks.includes(hook)).map(({ name }) => name);
    lines.push(...rules(random, { ...place, hooks: [hook], once: true }, hook, callable));
  }
  for (const [index, chain] of user.entries()) {
    const callable = user.slice(index + 1).filter((other) => chain.hooks.every((hook) => other.hooks.includes(hook))).map(({ name }) => name);
    lines.push(...rules(random, { ...place, hooks: chain.hooks, once: false }, chain.name, callable));
  }
  return `${lines.join('\n')}\nCOMMIT\n`;
}

function rules(random: Random, spot: Spot, chain: string, callable: readonly string[]): string[] {
  const count = random.weighted([[1, 0], [2, 1], [3, 3], [2, 6]]);
  return Array.from({ length: count }, () => `-A ${chain} ${generateRule(random, spot, callable)}`.trim());
}

/** One rule's text behind its chain. */
export function generateRule(random: Random, spot: Spot, callable: readonly string[]): string {
  const target = targetPart(random, spot, callable);
  const wanted = / (PORTED|TCP|UDP|SYN)$/u.exec(target)?.[1];
  const parts = [headerPart(random, spot)];
  if (wanted === 'PORTED') parts.push(`-p ${random.pick(['tcp', 'udp'])}`);
  else if (wanted === 'TCP' || wanted === 'UDP') parts.push(`-p ${wanted.toLowerCase()}`);
  else if (wanted === 'SYN') parts.push('-p tcp -m tcp --tcp-flags SYN,RST SYN');
  else if (random.chance(0.6)) parts.push(protocolPart(random, spot));
  const matches = random.weighted([[5, 0], [5, 1], [1, 2]]);
  for (let index = 0; index < matches; index++) parts.push(matchPart(random, spot));
  return [...parts, target.replace(/ (PORTED|TCP|UDP|SYN)$/u, '')].filter((part) => part !== '').join(' ');
}

function headerPart(random: Random, { world, hooks }: Spot): string {
  const parts: string[] = [];
  const bang = (): string => (random.chance(0.15) ? '! ' : '');
  const where = (): string => random.weighted([[3, random.pick(everyAddress(world))], [3, random.pick(world.networks.slice(0, -1))], [0.2, world.networks.at(-1)!]]);
  if (random.chance(0.2)) parts.push(`${bang()}-s ${where()}`);
  if (random.chance(0.2)) parts.push(`${bang()}-d ${where()}`);
  const names = ['eth0', 'eth1', 'lo', 'eth+', 'ppp+', 'eth0+', 'e', '+'];
  if (random.chance(0.15) && hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD')) parts.push(`${bang()}-i ${random.pick(names)}`);
  if (random.chance(0.15) && hooks.every((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING' || hook === 'FORWARD')) parts.push(`${bang()}-o ${random.pick(names)}`);
  if (world.family === 'ipv4' && random.chance(0.02)) parts.push(`${bang()}-f`);
  return parts.filter((part) => !part.startsWith('! -s 0.0.0.0/0') && !part.startsWith('! -d 0.0.0.0/0') && !/^! -[sd] ::\/0/u.test(part)).join(' ');
}
