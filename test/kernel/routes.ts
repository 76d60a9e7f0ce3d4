import type { Neighbourhood } from './neighbourhood.ts';
import type { Random } from './random.ts';

/** What `ip` has to say in the neighbourhood's family. */
interface Places {
  readonly near: string;
  readonly far: string;
  readonly links: Readonly<Record<string, readonly string[]>>;
  readonly routers: Readonly<Record<string, readonly string[]>>;
  /** Stretches of both sides, from wide to narrow. */
  readonly stretches: readonly string[];
}

const PLACES: Readonly<Record<Neighbourhood['family'], Places>> = {
  ipv4: {
    near: '10.1.0.0/16', far: '10.2.0.0/16', links: { eth0: ['10.1.0.200/24', '10.1.7.200/24', '10.1.0.201/24'], eth1: ['10.2.0.200/16', '203.0.113.200/24'] },
    routers: { eth0: ['10.1.0.3', '10.1.7.9'], eth1: ['10.2.0.3', '203.0.113.7'] }, stretches: ['default', '10.0.0.0/8', '10.2.0.0/16', '10.2.0.0/30', '10.2.0.2', '10.1.0.0/24', '10.1.0.2', '203.0.113.0/24'],
  },
  ipv6: {
    near: 'fd00:1::/32', far: 'fd00:2::/32', links: { eth0: ['fd00:1::200/64', 'fd00:1:0:7::200/64'], eth1: ['fd00:2::200/64', '2001:db8::200/64'] },
    routers: { eth0: ['fd00:1::3'], eth1: ['fd00:2::3', '2001:db8::7'] }, stretches: ['::/0', 'fd00::/16', 'fd00:2::/64', 'fd00:2::/126', 'fd00:2::2', 'fd00:1::/64', 'fd00:1::2', '2001:db8::/32'],
  },
};

/** Where the routers themselves are, to which no router leads. */
const LINKS: ReadonlySet<string> = new Set(['10.1.0.0/24', '10.2.0.0/16', '10.2.0.0/30', '203.0.113.0/24', 'fd00:1::/64', 'fd00:2::/64', 'fd00:2::/126', '2001:db8::/32']);

const TABLES = ['main', '100', '110'];

function route(random: Random, { family, own }: Neighbourhood, table: string): string {
  const { routers, stretches, links } = PLACES[family];
  const where = random.pick(stretches);
  if (random.chance(0.25)) return `${random.pick(['unreachable', 'prohibit', 'blackhole', 'throw'])} ${where} table ${table} metric ${random.pick([7, 3000])}`;
  // Told apart by their metrics alone when they are taken back: IPv6 does not look at their kinds.
  if (table !== 'main' && random.chance(0.15)) return `local ${where} dev lo table ${table} metric 60`;
  const device = random.pick(['eth0', 'eth1']);
  const via = !LINKS.has(where) && random.chance(0.5) ? `via ${random.pick(routers[device]!)} ` : '';
  const source = random.chance(0.3) ? ` src ${random.pick([...own, ...links[device]!.map((address) => address.split('/')[0]!)])}` : '';
  return `${where} ${via}dev ${device} table ${table} metric ${random.pick([5, 50, 2000])}${source}`;
}

function rule(random: Random, { family, near, far, own }: Neighbourhood, priority: number): string {
  const { stretches } = PLACES[family];
  const selector = random.pick([
    () => `from ${random.pick([...near, ...far, ...own, ...stretches.slice(1)])}`, () => `to ${random.pick([...near, ...far, ...stretches.slice(1)])}`,
    () => `fwmark 0x${random.pick([1, 2, 3])}${random.pick(['', '/0x3'])}`, () => `iif ${random.pick(['eth0', 'eth1', 'lo'])}`,
  ])();
  const action = random.pick([...TABLES.slice(1), ...TABLES.slice(1), 'main', 'refuse', 'suppress']);
  const what = action === 'refuse' ? random.pick(['unreachable', 'prohibit', 'blackhole']) : action === 'suppress' ? `lookup main suppress_prefixlength ${random.pick([0, 16])}` : `lookup ${action}`;
  return `priority ${priority} ${random.chance(0.15) ? 'not ' : ''}${selector} ${what}`;
}

/** The neighbourhood with several addresses on its links, and random routes and rules of where to ask for them. */
export function withRoutes(random: Random, world: Neighbourhood): Neighbourhood {
  const { near, far, links } = PLACES[world.family];
  const six = world.family === 'ipv6' ? '-6 ' : '';
  // Of one destination there is no second route with the same metric.
  const routes = new Map(Array.from({ length: 1 + random.below(4) }, () => route(random, world, random.pick(TABLES))).map((text) => [`${/(\S+) (?=(via|dev|table) )/u.exec(text)![1]!} ${/ table .*metric \d+/u.exec(text)?.[0] ?? ''}`, text]));
  const rules = Array.from({ length: random.below(4) }, (_, index) => rule(random, world, 100 + index));
  return {
    ...world, topology: {
      ...world.topology, addrs: { ...world.topology.addrs, ...links }, connected: true, routes: [`${near} dev eth0`, `${far} dev eth1`],
      ip: [...[...routes.values()].map((text) => `${six}route add ${text}`), ...rules.map((text) => `${six}rule add ${text}`)],
    },
  };
}
