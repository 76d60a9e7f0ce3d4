import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { printBare } from '../../../server/src/core/values/address.ts';
import { openDocument } from '../../support/document.ts';
import { facts, way } from '../engine/run.ts';

const folder = fileURLToPath(new URL('../../../../shared/seeds', import.meta.url));
const host = facts({ interfaces: { eth0: ['10.0.0.5/24', '198.51.100.7/24', '2001:db8::5/64', 'fe80::5/64'], lo: ['127.0.0.1/8'] }, routes: ['192.168.1.0/24 dev eth1', 'default dev eth0'], forwarding: true });

/** The one document that says something. */
function documentWith(words: RegExp): string {
  const found = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8')).filter((text) => words.test(text));
  assert.equal(found.length, 1, `${words.source}: ${found.length} documents`);
  return found[0]!;
}

/** The commands of a text as a script, each on a line of its own. */
async function scriptOf(commands: readonly string[]): Promise<RulesetDocument> {
  const document = await openDocument(`#!/bin/sh\n${commands.join('\n')}\n`, 'firewall.sh');
  assert.deepEqual(document.ruleset().failures, []);
  return document;
}

/** Numbers of the lines of the commands of a family. */
const linesOf = (document: RulesetDocument, family: Family): number[] => document.lines.filter((line) => line.content.kind === 'command' && document.familyOf(line) === family).map(({ number }) => number);

/** What becomes of packets, all in one world, when the script has run to a line. */
function fates(document: RulesetDocument, family: Family, at: number, packets: readonly string[]): ReturnType<typeof simulate>[] {
  const program = compile(document.ruleset(family, 'nft', at), {});
  const worlds = new Worlds();
  return packets.map((text) => {
    const parsed = parsePacket(text, family);
    assert.ok(parsed.ok, text);
    return simulate(program, worlds, parsed.packet, { host });
  });
}

/** The commands of a family in a text that stand at the beginning of a line, or behind a prompt. */
const commandsIn = (text: string): string[] => Array.from(text.matchAll(/^`?(?:# )?(iptables (?!--list|-vnL)-[^`\n]*)/gmu), ([, command]) => command!);

/** The commands that iptables refuses: their places among all, and how it ends. */
async function refused(commands: readonly string[]): Promise<Readonly<Record<string, number | undefined>>> {
  const document = await openDocument(`#!/bin/sh\n${commands.join('\n')}\n`, 'firewall.sh');
  return Object.fromEntries(document.ruleset().failures.map(({ line, status }) => [commands[line.number - 1]!, status]));
}

/** The one command that says something. */
function commandWith(commands: readonly string[], words: string): string {
  const found = commands.filter((command) => command.includes(words));
  assert.equal(found.length, 1, words);
  return found[0]!;
}

/** Asserts what becomes of each packet after each command: `A`ccepted or `D`ropped. */
function lineByLine(document: RulesetDocument, expected: Readonly<Record<string, string>>, family: Family = 'ipv4'): void {
  const lines = linesOf(document, family);
  const seen = Object.fromEntries(Object.keys(expected).map((packet) => [packet, lines.map((at) => fates(document, family, at, [packet])[0]!.verdict[0]).join('')]));
  assert.deepEqual(seen, expected);
}

const SSH = 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0';
const SESSION = `${SSH} state=ESTABLISHED flags=ACK`;
const ANSWER = 'tcp 203.0.113.9:80 -> 10.0.0.5:40000 in=eth0 state=ESTABLISHED flags=ACK';
const OTHER = 'tcp 203.0.113.9:40000 -> 10.0.0.5:2222 in=eth0';
const LOOPBACK = 'tcp 127.0.0.1:40000 -> 127.0.0.1:8080 in=lo';
const OUT = 'tcp 10.0.0.5:40000 -> 203.0.113.9:443 out=eth0';

describe('what documents say of their commands, line by line', () => {
  before(function () {
    if (existsSync(folder)) return;
    console.log('    skipped: the documents are not there');
    this.skip();
  });

  describe('slides', () => {
    /** The code blocks of the slides that hold commands. */
    const blocks = (): string[] => Array.from(documentWith(/Firewalling at the _service_ level/u).matchAll(/```bash\n([^]*?)```/gu), ([, block]) => block!.replaceAll(/^ {4}/gmu, '')).filter((block) => /iptables/u.test(block));
    const commands = (wanted: RegExp): string[] => {
      const found = blocks().filter((block) => wanted.test(block));
      assert.equal(found.length, 1);
      return found[0]!.split('\n');
    };

    it('the firewall of a service, typed one at a time, locks out whoever types it', async () => {
      lineByLine(await scriptOf(commands(/sudo iptables[^]*--dport 22/u)), {
        [SSH]: 'ADDDDAA', [SESSION]: 'ADDDAAA', [ANSWER]: 'ADDDAAA', [OTHER]: 'ADDDDDD', [LOOPBACK]: 'ADDDDDA', [OUT]: 'AAAAAAA',
      });
    });

    it('the defensive order never does, and closes everything else at its policy', async () => {
      lineByLine(await scriptOf(commands(/^(?![^]*sudo)[^]*--dport 22\b/u)), {
        [SSH]: 'AAAAAAA', [SESSION]: 'AAAAAAA', [ANSWER]: 'AAAAAAA', [OTHER]: 'AAAADDD', [LOOPBACK]: 'AAAAAAA', [OUT]: 'AAAAAAA',
      });
    });

    it('the firewall of a range lets the range in, answers, and nobody else', async () => {
      lineByLine(await scriptOf(commands(/-s 10\.0\.2\.0\/24/u)), {
        'tcp 10.0.2.7:40000 -> 10.0.0.5:22 in=eth0': 'AAAAAAA', [SSH]: 'AAAADDD', [ANSWER]: 'AAAAAAA', [LOOPBACK]: 'AAAAAAA', [OUT]: 'AAAAAAA',
      });
    });

    it('no chain has REJECT for its policy', async () => {
      assert.deepEqual(await refused(['iptables -P INPUT REJECT', 'iptables -P FORWARD DROP']), { 'iptables -P INPUT REJECT': 1 });
    });

    it('the load balancer takes nothing that the host sends to itself', async () => {
      const document = await scriptOf(commands(/--mode nth/u));
      const own = 'tcp 127.0.0.1:40000 -> 127.0.0.1:80';
      for (const at of linesOf(document, 'ipv4')) assert.deepEqual(fates(document, 'ipv4', at, [`${own} out=lo`, `${own} in=lo`]).map(({ verdict, packet }) => `${verdict} ${packet.destinationPort}`), ['ACCEPT 80', 'ACCEPT 80']);
    });

    it('the load balancer alternates between its backends, and answers come back through it', async () => {
      const document = await scriptOf(commands(/--mode nth/u));
      const clients = [1, 2, 3, 4].map((port) => `tcp 203.0.113.9:4000${port} -> 198.51.100.7:80 in=eth0`);
      const seen = linesOf(document, 'ipv4').map((at) => fates(document, 'ipv4', at, clients).map(({ packet }) => `${printBare(packet.source!, 'ipv4')} ${printBare(packet.destination!, 'ipv4')}:${packet.destinationPort}`));
      const [client, balancer] = ['203.0.113.9', '198.51.100.7'];
      const [first, second] = ['192.168.1.2:8080', '192.168.1.3:8080'];
      const masked = seen[4]![0]!.split(' ')[0]!;
      assert.notEqual(masked, client);
      assert.deepEqual(seen, [
        Array(4).fill(`${client} ${balancer}:80`),
        [`${client} ${first}`, `${client} ${balancer}:80`, `${client} ${first}`, `${client} ${balancer}:80`],
        [`${client} ${first}`, `${client} ${second}`, `${client} ${first}`, `${client} ${second}`],
        [`${masked} ${first}`, `${client} ${second}`, `${masked} ${first}`, `${client} ${second}`],
        [`${masked} ${first}`, `${masked} ${second}`, `${masked} ${first}`, `${masked} ${second}`],
      ]);
    });
  });

  describe('the introduction', () => {
    const all = (): string[] => [...new Set(commandsIn(documentWith(/Daisy-chaining and logging/u)))];

    it('begins with a port that no protocol has, which is refused; with one, the rest of that sender is dropped', async () => {
      const commands = all().slice(0, 4);
      assert.deepEqual(await refused(commands), { [commands[0]!]: 2 });
      lineByLine(await scriptOf([commands[0]!.replace('INPUT', 'INPUT -p tcp'), ...commands.slice(1)]), {
        'tcp 1.2.3.4:40000 -> 10.0.0.5:22 in=eth0': 'AAAA', 'tcp 1.2.3.4:40000 -> 10.0.0.5:80 in=eth0': 'ADDD', 'icmp 5.6.7.8 -> 10.0.0.5 type=echo-request in=eth0': 'AADD', [SSH]: 'AAAA',
      });
    });

    it('logs what it drops, and then tells who asks', async () => {
      const commands = all().slice(4);
      const document = await scriptOf(commands);
      const ping = 'icmp 1.2.3.4 -> 10.0.0.5 type=echo-request in=eth0';
      assert.deepEqual(linesOf(document, 'ipv4').map((at) => way(fates(document, 'ipv4', at, [ping])[0]!)), [
        ...Array(3).fill('ACCEPT filter:INPUT:policy'),
        'DROP filter:INPUT:1 filter:LOG_THEN_DROP:1 filter:LOG_THEN_DROP:2',
        'ACCEPT filter:INPUT:1 filter:LOG_THEN_DROP:1 filter:INPUT:policy',
        'REJECT with icmp-host-unreachable filter:INPUT:1 filter:LOG_THEN_DROP:1 filter:LOG_THEN_DROP:2',
      ]);
      lineByLine(document, { [SSH]: 'AAAAAA' });
    });
  });

  describe('the article', () => {
    const text = (): string => documentWith(/Making the network work for you/u);
    const all = (): string[] => commandsIn(text());

    it('has three commands that iptables refuses today', async () => {
      const commands = all();
      assert.deepEqual(await refused(commands), {
        [commandWith(commands, 'orlock')]: 2, [commandWith(commands, '--mark 47 -j DROP')]: 1, [commandWith(commands, 'MARK --mark')]: 2,
      });
    });

    it('opens ports to a network, for which any of three commands closes them to others', async () => {
      const open = commandWith(all(), '-p udp -s 128.61');
      const ways = { negated: commandWith(all(), '! -s 128.61'), behind: commandWith(all(), '-p udp --dport 137:139 -j DROP'), policy: commandWith(all(), '-P INPUT') };
      const inside = 'udp 128.61.9.9:40000 -> 10.0.0.5:138 in=eth0';
      const outside = 'udp 203.0.113.9:40000 -> 10.0.0.5:138 in=eth0';
      for (const closing of Object.values(ways)) lineByLine(await scriptOf([open, closing]), { [inside]: 'AA', [outside]: 'AD' });
      // In front of what accepts, only the first and the policy do no harm.
      const before = async (command: string): Promise<string> => fates(await scriptOf([command, open]), 'ipv4', 2, [inside])[0]!.verdict;
      assert.deepEqual([await before(ways.negated), await before(ways.behind), await before(ways.policy)], ['ACCEPT', 'DROP', 'ACCEPT']);
    });

    it('refuses with answers, logs before it drops, and masks who sends', async () => {
      const commands = ['tcp-reset', 'icmp-port-unreachable', '31337 -j LOG', '31337 -j DROP', '--to-source 1.2.3.4'].map((words) => commandWith(all().filter((command) => !command.includes('connlimit')), words));
      const document = await scriptOf(commands);
      const packets = ['tcp 203.0.113.9:40000 -> 10.0.0.5:113 in=eth0', 'udp 203.0.113.9:40000 -> 10.0.0.5:53 in=eth0', 'tcp 203.0.113.9:40000 -> 10.0.0.5:31337 in=eth0'];
      assert.deepEqual(fates(document, 'ipv4', commands.length, packets).map(way), [
        'REJECT with tcp-reset filter:INPUT:1', 'REJECT with icmp-port-unreachable filter:INPUT:2', 'DROP filter:INPUT:3 filter:INPUT:4',
      ]);
      const [masked] = fates(document, 'ipv4', commands.length, ['tcp 192.168.73.4:40000 -> 203.0.113.9:80 in=if0 out=out']);
      assert.equal(printBare(masked!.packet.source!, 'ipv4'), '1.2.3.4');
    });

    it('counts what it logs and whom it lets connect', async () => {
      const commands = ['25 -m limit', 'connlimit'].map((words) => commandWith(all(), words));
      const packets = (port: number): string[] => Array.from({ length: 7 }, (_, index) => `tcp 203.0.113.9:4000${index} -> 10.0.0.5:${port} in=eth0 at=${index}s`);
      const document = await scriptOf(commands);
      assert.deepEqual(fates(document, 'ipv4', commands.length, packets(25)).map(({ steps }) => steps.filter(({ matched }) => matched === true).length), [1, 1, 1, 1, 1, 0, 0]);
      assert.deepEqual(fates(document, 'ipv4', commands.length, packets(80)).map(({ verdict }) => verdict[0]).join(''), 'AAARRRR');
    });

    it('opens the door to those who knock and then ping', async () => {
      const knocking = all().filter((command) => /PHASE|--dport 22 /u.test(command));
      const document = await scriptOf(knocking);
      const from = (host: string, packet: 'knock' | 'ping' | 'ssh', at: number): string =>
        `${packet === 'ping' ? 'icmp' : 'tcp'} ${host}${packet === 'ping' ? '' : `:${40_000 + at}`} -> 10.0.0.5${{ knock: ':79', ping: ' type=echo-request', ssh: ':22' }[packet]} in=eth0 at=${at}s`;
      const seen = (...packets: readonly (readonly [packet: 'knock' | 'ping' | 'ssh', at: number, host?: string])[]): string =>
        fates(document, 'ipv4', knocking.length, packets.map(([packet, at, host]) => from(host ?? '203.0.113.9', packet, at))).map(({ verdict }) => verdict[0]).join('');
      assert.equal(seen(['ssh', 0]), 'D');
      assert.equal(seen(['knock', 0], ['ping', 2], ['ssh', 4]), 'AAA');
      assert.equal(seen(['knock', 0], ['ssh', 2]), 'AD');
      assert.equal(seen(['ping', 0], ['knock', 2], ['ssh', 4]), 'AAD');
      assert.equal(seen(['knock', 0], ['ping', 61], ['ssh', 62]), 'AAD');
      assert.equal(seen(['knock', 0], ['ping', 2], ['ssh', 4, '203.0.113.8']), 'AAD');
      // Each packet keeps it open for another minute.
      assert.equal(seen(['knock', 0], ['ping', 2], ['ssh', 60], ['ssh', 118], ['ssh', 180]), 'AAAAD');
    });

    it('ends with a ruleset whose declarations need mending, and whose forwarded port leads nowhere', async () => {
      const written = text().slice(text().indexOf('# Simple firewall script'), text().indexOf('Further reading'));
      const spoilt = await openDocument(written, 'rules.v4');
      assert.equal(spoilt.ruleset().problems.filter(({ code }) => code === 'invalid-line').length, 4);
      const document = await openDocument(written.replaceAll(/^ :P (?=RE|OST)/gmu, ':P'), 'rules.v4');
      const program = compile(document.ruleset(), {});
      const router = facts({ interfaces: { if0: ['192.168.73.1/24'], if1: ['128.61.70.47/24'], lo: ['127.0.0.1/8'] }, routes: ['default dev if1'], forwarding: true });
      const fate = (packet: string): string => {
        const parsed = parsePacket(packet, 'ipv4');
        assert.ok(parsed.ok, packet);
        const result = simulate(program, new Worlds(), parsed.packet, { host: router });
        return `${result.verdict}${result.packet.tos === 2 ? ' cheap' : ''}${result.verdict === 'ACCEPT' && result.packet.path === 'forward' ? ` from ${printBare(result.packet.source!, 'ipv4')}` : ''}`;
      };
      const web = '203.0.113.9:40000 -> 128.61.70.47';
      const seen = Object.fromEntries([
        `tcp ${web}:22 in=if1`, `tcp ${web}:25 in=if1`, `udp ${web}:53 in=if1`, `tcp ${web}:110 in=if1`, `udp ${web}:500 in=if1`, `tcp ${web}:8000 in=if1`, `tcp ${web}:8001 in=if1`,
        'tcp 192.168.73.4:40000 -> 192.168.73.1:110 in=if0', 'tcp 192.168.73.4:40000 -> 198.51.100.7:80 in=if0 out=if1', 'tcp 203.0.113.9:40000 -> 192.168.73.4:80 in=if1 out=if0',
        `tcp ${web}:6346 in=if1`,
      ].map((packet) => [packet, fate(packet)]));
      assert.deepEqual(Object.values(seen), ['ACCEPT', 'ACCEPT cheap', 'ACCEPT', 'REJECT', 'REJECT', 'REJECT', 'ACCEPT', 'ACCEPT', 'ACCEPT from 128.61.70.47', 'DROP', 'DROP']);
      // The rule that is to let it through has another network than the one that sends it there.
      const mended = compile((await openDocument(written.replaceAll(/^ :P (?=RE|OST)/gmu, ':P').replace('192.168.74.4', '192.168.73.4'), 'rules.v4')).ruleset(), {});
      const forwarded = parsePacket(`tcp ${web}:6346 in=if1`, 'ipv4');
      assert.ok(forwarded.ok && simulate(mended, new Worlds(), forwarded.packet, { host: router }).verdict === 'ACCEPT');
    });
  });

  it('the guide to default deny opens one thing after the other', async () => {
    const text = documentWith(/default-deny access strategy/u).split('## Understanding the packet flow')[0]!;
    const commands = Array.from(text.matchAll(/^`?# (iptables (?!--list|-vnL)[^`\n]*)/gmu), ([, command]) => command!).filter((command) => !/\/32/u.test(command));
    const document = await scriptOf(commands);
    const at = (words: RegExp): number => commands.findIndex((command) => words.test(command));
    const from = (...places: readonly number[]): string => {
      const first = Math.max(...places);
      return 'D'.repeat(first) + 'A'.repeat(commands.length - first);
    };
    const never = from(commands.length);
    const [friend, established, answered, out] = [at(/--dport 22/u), at(/OUTPUT 1 .*ESTABLISHED/u), at(/INPUT 1 .*ESTABLISHED/u), at(/OUTPUT 2 -j STDOUT/u)];
    const [closesIn, closesOut] = [at(/-P INPUT DROP/u), at(/-P OUTPUT DROP/u)];
    const opened = (closed: number, open: string): string => 'A'.repeat(closed) + open.slice(closed);
    lineByLine(document, {
      'tcp 10.137.0.7:40000 -> 10.0.0.5:22 in=eth0': opened(closesIn, from(friend)),
      'tcp 10.0.0.5:22 -> 10.137.0.7:40000 out=eth0 state=ESTABLISHED flags=ACK': opened(closesOut, from(established)),
      'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0': opened(closesIn, never),
      'tcp 10.137.0.7:40000 -> 10.0.0.5:8080 in=eth0': opened(closesIn, never),
      'udp 10.0.0.5:40000 -> 9.9.9.9:53 out=eth0 state=NEW': opened(closesOut, from(out, at(/--dport 53/u))),
      'udp 9.9.9.9:53 -> 10.0.0.5:40000 in=eth0 state=ESTABLISHED': opened(closesIn, from(answered)),
      'tcp 10.0.0.5:40000 -> 203.0.113.9:80 out=eth0': opened(closesOut, from(out, at(/--dport 80/u))),
      'tcp 10.0.0.5:40000 -> 203.0.113.9:443 out=eth0': opened(closesOut, from(out, at(/--dport 443/u))),
      'icmp 10.137.0.7 -> 10.0.0.5 type=echo-request in=eth0': opened(closesIn, from(at(/STDIN -p icmp/u))),
      'icmp 203.0.113.9 -> 10.0.0.5 type=echo-request in=eth0': opened(closesIn, never),
      'icmp 10.0.0.5 -> 203.0.113.9 type=echo-request out=eth0': opened(closesOut, from(at(/STDOUT -p icmp/u))),
      'tcp 127.0.0.1:40000 -> 127.0.0.1:8080 out=lo': opened(closesOut, from(at(/STDOUT -o lo/u))),
    });
  });

  it('the same guide lists the chains that it has made by then', async () => {
    const [before, listing] = documentWith(/default-deny access strategy/u).split('# iptables --list --line-numbers');
    const document = await scriptOf(commandsIn(before!).filter((command) => !/\/32/u.test(command)));
    const saved = saveRuleset(document.ruleset(), 'nft').map(({ text }) => text);
    const kept = (chain: string): string[] => saved.filter((rule) => rule.startsWith(`-A ${chain} `)).map((rule) => / -j (\w+)/u.exec(rule)![1]!);
    const listed = Array.from(listing!.split('```')[0]!.matchAll(/^Chain (\w+) .*\n.*\n((?:\d.*\n)*)/gmu), ([, name, rules]) => [name!, Array.from(rules!.matchAll(/^\d+ +(\w+)/gmu), ([, target]) => target!)] as const);
    assert.deepEqual(listed.map(([chain]) => [chain, kept(chain)]), listed);
    assert.equal(listed.length, saved.filter((line) => line.startsWith(':')).length);
  });

  it('the same guide tells near misses from far ones, and drops rubbish unlogged', async () => {
    const [known, more] = documentWith(/default-deny access strategy/u).split('## Understanding the packet flow');
    const commands = [...commandsIn(known!), ...commandsIn(more!)].filter((command) => !/\/32/u.test(command));
    const document = await scriptOf(commands);
    const last = (words: string): number => commands.findIndex((command) => command.includes(words)) + 1;
    const seen = (at: number, packet: string): string => {
      const result = fates(document, 'ipv4', at, [packet])[0]!;
      const prefixes = result.steps.filter(({ matched, target }) => matched === true && target === 'LOG').map(({ rule }) => /--log-prefix "(\S+) "/u.exec(rule.bound.line.text)?.[1]);
      return [result.verdict, ...prefixes].join(' ');
    };
    const [near, webUi, rubbish] = [last('-A FRIENDLY -j DROP'), last('--dport 8443'), last('SYN,RST')];
    assert.equal(seen(near - 3, SSH), 'DROP tcp.in.dropped');
    assert.equal(seen(near, SSH), 'DROP tcp.in.foreign');
    assert.equal(seen(near, 'tcp 10.137.0.7:40000 -> 10.0.0.5:22 in=eth0'), 'ACCEPT');
    assert.equal(seen(near, OTHER), 'DROP tcp.in.dropped');
    assert.equal(seen(near, 'udp 203.0.113.9:40000 -> 10.0.0.5:500 in=eth0'), 'DROP udp.in.dropped');
    assert.equal(seen(near, 'icmp 203.0.113.9 -> 10.0.0.5 type=echo-request in=eth0'), 'DROP');
    assert.equal(seen(near, 'tcp 10.0.0.5:40000 -> 203.0.113.9:25 out=eth0'), 'DROP tcp.out.dropped');
    const ui = 'tcp 203.0.113.9:40000 -> 10.0.0.5:8443 in=eth0';
    assert.deepEqual([seen(webUi - 1, ui), seen(webUi, ui)], ['DROP tcp.in.dropped', 'ACCEPT']);
    for (const flags of ['SYN,FIN', 'SYN,RST', 'ACK,FIN']) assert.equal(seen(rubbish, `${ui} flags=${flags}`), 'DROP', flags);
    // The last rule is for TCP; what its example shows is UDP, and is logged as before.
    const netbios = (protocol: string): string[] => [rubbish, last('--dport 138')].map((at) => seen(at, `${protocol} 192.168.50.223:138 -> 10.0.0.5:138 in=eth0`));
    assert.deepEqual([netbios('tcp'), netbios('udp')], [['DROP tcp.in.dropped', 'DROP'], ['DROP udp.in.dropped', 'DROP udp.in.dropped']]);
    // Loopback is let out and not in.
    assert.equal(seen(last('--dport 138'), LOOPBACK), 'DROP tcp.in.dropped');
  });

  it('the guide for a single host opens first and closes with its policies', async () => {
    const text = documentWith(/single-host defensive measure/u).split(/^Hardening/mu)[0]!;
    const commands = Array.from(text.matchAll(/(?<!#)sudo (ip6?tables (?:-A|--policy) .*?)(?= #| sudo |$)/gmu), ([, command]) => command!);
    const document = await scriptOf(commands);
    const closing = (family: string): string => 'A'.repeat(commands.filter((command) => command.startsWith(`${family} `)).length - 1);
    const [ipv4, ipv6] = [closing('iptables'), closing('ip6tables')];
    lineByLine(document, {
      [SSH]: `${ipv4}A`, [ANSWER]: `${ipv4}A`, [LOOPBACK]: `${ipv4}A`, 'tcp 203.0.113.9:40000 -> 10.0.0.5:80 in=eth0': `${ipv4}A`,
      'udp 10.0.0.9:5353 -> 10.0.0.5:5353 in=eth0': `${ipv4}A`, [OTHER]: `${ipv4}D`, 'tcp 203.0.113.9:40000 -> 10.0.0.5:443 in=eth0': `${ipv4}D`, [OUT]: `${ipv4}A`,
    });
    lineByLine(document, {
      'tcp [2001:db8::9]:40000 -> [2001:db8::5]:22 in=eth0': `${ipv6}A`, 'icmpv6 fe80::9 -> fe80::5 type=neighbor-solicitation in=eth0': `${ipv6}A`,
      'tcp [2001:db8::9]:40000 -> [2001:db8::5]:80 in=eth0': `${ipv6}D`, 'icmpv6 2001:db8::9 -> 2001:db8::5 type=echo-request in=eth0': `${ipv6}D`,
    }, 'ipv6');
  });

  it('the guide for a single host logs before its end, twice a minute once the first five are through', async () => {
    const text = documentWith(/single-host defensive measure/u).split(/^Hardening/mu)[1]!;
    const commands = Array.from(text.matchAll(/^sudo (iptables .*)/gmu), ([, command]) => command!);
    const document = await scriptOf(commands);
    const packets = Array.from({ length: 9 }, (_, index) => `tcp 203.0.113.9:4000${index} -> 10.0.0.5:23 in=eth0 at=${index * 10}s`);
    const logged = (at: number): string => fates(document, 'ipv4', at, packets).map(({ steps, verdict }) => `${verdict[0]}${steps.filter(({ matched, target }) => matched === true && target === 'LOG').length}`).join(' ');
    assert.equal(logged(2), 'A0 A0 A0 A0 A0 A0 A0 A0 A0');
    assert.equal(logged(4), 'A2 A2 A2 A2 A2 A2 A2 A0 A0');
    assert.equal(logged(5), 'D2 D2 D2 D2 D2 D2 D2 D0 D0');
  });
});
