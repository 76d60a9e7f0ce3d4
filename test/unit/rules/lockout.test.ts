import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { TCP_FLAGS } from '../../../server/src/core/engine/packet.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { DEFAULT_CHECK_SETTINGS, type Finding } from '../../../server/src/rules/rule.ts';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { filterTable, PACKETS } from '../analysis/rulesets.ts';
import { findingsOf, fixed, kernelAvailable, open, refusal } from './check.ts';

const LOCKOUTS = RULES.filter(({ code }) => code.startsWith('lockout-'));

function lockouts(text: string, { name = 'rules.v4', management = [] }: { readonly name?: string; readonly management?: readonly string[] } = {}): readonly Finding[] {
  return new Diagnostics(open(text, name), () => ({ settings: { ...DEFAULT_CHECK_SETTINGS, management } }), LOCKOUTS).complete();
}

/** Asserts that the packet of each finding does not get through, and that each fix does away with what it is for. */
function proveAll(text: string, options: { readonly name?: string; readonly management?: readonly string[] } = {}): void {
  for (const finding of lockouts(text, options)) {
    if (finding.packet !== undefined) assert.notEqual(verdictOf(text, finding.packet, options.name, finding.packetAfter?.number), 'ACCEPT', `${finding.packet}\n${text}`);
    for (const fix of finding.fixes ?? []) {
      const after = fixed(text, fix, options.name);
      const left = lockouts(after, options).filter(({ code, severity, message }) => code === finding.code && severity === finding.severity && sameSubject(message, finding.message));
      assert.deepEqual(left.map(({ message }) => message), [], `after ${fix.title}:\n${after}`);
    }
  }
}

function proveVerdicts(text: string, name: string): void {
  for (const { packet, packetAfter } of lockouts(text, { name })) if (packet !== undefined) assert.notEqual(verdictOf(text, packet, name, packetAfter?.number), 'ACCEPT', `${packet}\n${text}`);
}

/** Whether two messages speak of the same traffic, apart from the example and what becomes of it. */
const sameSubject = (a: string, b: string): boolean => a.slice(0, a.lastIndexOf(': `')) === b.slice(0, b.lastIndexOf(': `'));

function verdictOf(text: string, notation: string, name = 'rules.v4', after?: number): string {
  const document = open(text, name);
  const parsed = parsePacket(notation, document.family);
  assert.ok(parsed.ok);
  return simulate(compile(document.ruleset(parsed.packet.family, 'nft', after)), new Worlds(), parsed.packet).verdict;
}

const filter = (...rules: string[]): string => ['*filter', ':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', ...rules, 'COMMIT', ''].join('\n');

describe('management access that the user names', () => {
  const said = (text: string, ...management: string[]): string[] => lockouts(text, { management }).map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

  it('has to get through, every packet of it', () => {
    const rules = filter('-A INPUT -s 192.0.2.128/25 -p tcp --dport 2222 -j DROP', '-A INPUT -p tcp --dport 2222 -j ACCEPT');
    assert.deepEqual(said(rules, 'tcp 192.0.2.0/25 -> any:2222'), []);
    assert.deepEqual(said(rules, 'tcp 192.0.2.0/24 -> any:2222'), ['warning lockout-management: Not all of the management access `tcp 192.0.2.0/24 -> any:2222` gets through: `tcp 192.0.2.128:40000 -> 10.0.0.5:2222 in=eth0` is dropped by this rule.']);
    assert.deepEqual(said(rules, 'tcp 192.0.2.0/25 -> any:2222', 'udp any -> any:51820'), ['warning lockout-management: Not all of the management access `udp any -> any:51820` gets through: `udp 203.0.113.9:40000 -> 10.0.0.5:51820 in=eth0` is dropped by the policy of INPUT.']);
  });

  it('is information where it gets through at certain moments only', () => {
    const rules = filter('-A INPUT -p tcp --dport 22 -m limit --limit 3/min -j ACCEPT');
    assert.deepEqual(said(rules, 'tcp any -> any:22').map((each) => each.slice(0, 30)), ['information lockout-management']);
    assert.deepEqual(said(rules).map((each) => each.slice(0, 23)), ['hint lockout-management']);
  });

  it('does not depend on the moment where a mark has been restored that decides nothing of it', () => {
    const mangle = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j CONNMARK --restore-mark\nCOMMIT\n';
    assert.deepEqual(said(mangle + filter('-A INPUT -m mark --mark 0x7 -m pkttype --pkt-type multicast -j DROP', '-A INPUT -m pkttype --pkt-type broadcast -j DROP', '-A INPUT -p tcp --dport 22 -j ACCEPT')), []);
  });

  it('is shown stopped where it sometimes gets through, not where it never does', () => {
    const rules = filter(':NOTLOCAL - [0:0]', '-A NOTLOCAL -m addrtype --dst-type LOCAL -j RETURN', '-A NOTLOCAL -j DROP', '-A INPUT -j NOTLOCAL', '-A INPUT -p tcp --dport 22 -m limit --limit 3/min -j ACCEPT');
    assert.match(said(rules)[0]!, /^hint lockout-management: .* is dropped by the policy of INPUT\.$/u);
  });

  it('is let in by its fix, before the first rule that stops some of it', () => {
    const rules = filter('-A INPUT -s 192.0.2.7 -j DROP', '-A INPUT -s 198.51.100.0/24 -j DROP', '-A INPUT -p tcp --dport 80 -j ACCEPT');
    const [finding] = lockouts(rules, { management: ['tcp 192.0.2.0/24 -> any:2222 in=eth0'] });
    assert.equal(fixed(rules, finding!.fixes![0]!), filter('-A INPUT -s 192.0.2.0/24 -i eth0 -p tcp --dport 2222 -j ACCEPT', '-A INPUT -s 192.0.2.7 -j DROP', '-A INPUT -s 198.51.100.0/24 -j DROP', '-A INPUT -p tcp --dport 80 -j ACCEPT'));
    proveAll(rules, { management: ['tcp 192.0.2.0/24 -> any:2222 in=eth0', 'udp any -> 10.0.0.1:51820', 'tcp 10.0.0.9 -> any:22'] });
  });

  it('is told when it can\'t be read', () => {
    assert.match(said(filter(), 'tcp any => any')[0]!, /can't be read: .*`->` is expected/u);
  });
});

describe('answers that are not let out', () => {
  it('are shown as packets from this host to the port of a client', () => {
    const text = '*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n';
    assert.deepEqual(lockouts(text).map(({ message }) => message), ['Connections such as `tcp any -> any:22` are let in, but no answer goes out: `tcp 10.0.0.5:22 -> 203.0.113.9:40000 out=eth0 state=ESTABLISHED flags=ACK` is dropped by the policy of OUTPUT.']);
  });
});

describe('lockouts in files with lines that iptables refuses', () => {
  const told = (...rules: readonly string[]): readonly string[] => findingsOf(filter(...rules, '-A OUTPUT -p tcp --dport 99999 -j ACCEPT')).filter(({ code }) => code.startsWith('lockout-')).map(({ code, line }) => `${code} ${line.number}`);

  it('are those that no such line could do anything about', () => {
    assert.deepEqual(told('-A INPUT -p tcp --dport 80 -j ACCEPT'), ['lockout-management 1']);
    assert.deepEqual(told('-A INPUT -p tcp --dprot 22 -j ACCEPT'), []);
    assert.deepEqual(told('-A INPUT -p tcp --dport 22 -j DROP', '-A INPUT -p tcp --dprot 22 -j ACCEPT'), ['lockout-management 5']);
  });

  it('stand behind jumps that lead nowhere or in a circle as well', () => {
    assert.deepEqual(told('-A INPUT -p tcp --dport 80 -j MISSING'), ['lockout-management 1']);
    assert.deepEqual(told('-A INPUT -p tcp -j MISSING'), []);
    assert.deepEqual(told('-A INPUT -j DROP', '-A INPUT -p tcp -j MISSING'), ['lockout-management 5']);
    const looping = [':A - [0:0]', ':B - [0:0]', '-A B -j A'];
    assert.deepEqual(told(...looping, '-A A -p udp -j B', '-A INPUT -j A'), ['lockout-management 1']);
    assert.deepEqual(told(...looping, '-A A -p tcp -j B', '-A INPUT -j A'), []);
  });
});

describe('lockouts among thousands of rules', () => {
  const blocked = Array.from({ length: 2000 }, (_, index) => `-A INPUT -s 198.18.${index >> 8}.${index & 255} -j DROP`);
  const said = (text: string, ...management: string[]): string[] => lockouts(text, { management }).map(({ severity, code, line }) => `${severity} ${code} ${line.number + 1}`);

  it('are found where nobody gets in, and gone after the fix', () => {
    const rules = filter('-A INPUT -p tcp -m tcp --dport 1:1023 -j DROP', ...blocked, '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT');
    const [finding] = lockouts(rules);
    assert.deepEqual(said(rules), ['warning lockout-management 6']);
    assert.deepEqual(finding!.related!.map(({ line }) => line.number + 1), [2007]);
    assert.equal(verdictOf(rules, finding!.packet!), 'DROP');
    assert.deepEqual(said(fixed(rules, finding!.fixes![0]!)), []);
  });

  it('are none where a few get in', () => {
    assert.deepEqual(said(filter(...blocked, '-A INPUT -s 192.0.2.7 -p tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp --dport 80 -j ACCEPT')), []);
  });

  it('are found where one of those that the user names does not get in', () => {
    const rules = filter(...blocked, '-A INPUT -p tcp --dport 22 -j ACCEPT');
    assert.deepEqual(said(rules, 'tcp 192.0.2.0/24 -> any:22'), []);
    assert.deepEqual(said(rules, 'tcp 198.18.3.0/24 -> any:22'), ['warning lockout-management 774']);
  });
});

const ACCEPTING = ['iptables -A INPUT -i lo -j ACCEPT', 'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'];
const script = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

interface Fixed {
  readonly title: string;
  readonly name?: string;
  readonly before: string;
  readonly added: string;
}

/** Each is mended by the lines that are added before the one that begins with `>`. */
const FIXES: readonly Fixed[] = [
  { title: 'behind the last rule, at the end', before: filter('-A INPUT -s 192.0.2.7 -j DROP').replace('COMMIT', '>COMMIT'), added: '-A INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'before the rule that drops the rest', before: filter('-A INPUT -s 192.0.2.7 -j DROP', '>-A INPUT -j DROP'), added: '-A INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'before the jump to a chain that drops', before: filter(':LOGDROP - [0:0]', '>-A INPUT -j LOGDROP', '-A LOGDROP -j LOG', '-A LOGDROP -j DROP'), added: '-A INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'before a rule that was put in first', before: '*filter\n:INPUT ACCEPT [0:0]\n-I INPUT ! -i lo -m conntrack --ctstate NEW -j DROP\n>COMMIT\n', added: '-I INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'with counters', before: '*filter\n:INPUT DROP [3:180]\n[1:60] -A INPUT -i lo -j ACCEPT\n[1:60] -A INPUT -m state --state ESTABLISHED -j ACCEPT\n>COMMIT\n', added: '[0:0] -A INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'with -m tcp where others have it', before: filter('-A INPUT -p tcp -m tcp --dport 25 -j REJECT', '>COMMIT').replace('\nCOMMIT', ''), added: '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT' },
  { title: 'with long options', before: '*filter\n:INPUT DROP [0:0]\n--append INPUT --in-interface lo --jump ACCEPT\n>COMMIT\n', added: '--append INPUT --match conntrack --ctstate RELATED,ESTABLISHED --jump ACCEPT\n--append INPUT --protocol tcp --destination-port 22 --jump ACCEPT' },
  { title: 'by a command like the others', name: 'fw.sh', before: '#!/bin/sh\nsudo /sbin/iptables -w 5 -F\n  sudo /sbin/iptables -w 5 -A INPUT -i lo -j ACCEPT\n>  sudo /sbin/iptables -w 5 -A INPUT -p tcp --syn -j DROP\n', added: '  sudo /sbin/iptables -w 5 -A INPUT -p tcp --dport 22 -j ACCEPT' },
  { title: 'in the table that drops', name: 'fw.sh', before: 'iptables -F\n>iptables -t mangle -A PREROUTING ! -i lo -p tcp -j DROP\n', added: 'iptables -t mangle -A PREROUTING -p tcp --dport 22 -j ACCEPT' },
  { title: 'in nat too, where its policy drops', before: '*nat\n:PREROUTING DROP [0:0]\n>COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n', added: '-A PREROUTING -p tcp --dport 22 -j ACCEPT' },
  { title: 'before the command that shuts the chain', name: 'fw.sh', before: '#!/bin/sh\niptables -F INPUT\n>iptables -P INPUT DROP\necho done\n', added: 'iptables -A INPUT -i lo -j ACCEPT\niptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT' },
];

describe('a fix for a lockout', () => {
  for (const { title, name, before, added } of FIXES) {
    it(`accepts ${title}`, () => {
      const text = before.replace('>', '');
      const finding = lockouts(text, { ...(name === undefined ? {} : { name }) }).find(({ code }) => code === 'lockout-management');
      const after = fixed(text, finding!.fixes![0]!, name);
      assert.equal(after, before.replace('>', `${added}\n`));
      proveAll(text, { ...(name === undefined ? {} : { name }) });
      if (name === undefined && kernelAvailable) assert.equal(refusal(after), undefined);
    });
  }
});

describe('a fix for a lockout of all', () => {
  const mended = (text: string, name?: string): string => {
    const finding = lockouts(text, { ...(name === undefined ? {} : { name }) }).find(({ code }) => code === 'lockout-management' || code === 'lockout-replies');
    const after = fixed(text, finding!.fixes![0]!, name);
    assert.deepEqual(lockouts(after, { ...(name === undefined ? {} : { name }) }).map(({ message }) => message), [], after);
    if (name === undefined && kernelAvailable) for (const backend of ['nft', 'legacy'] as const) assert.equal(refusal(after, backend, open(text, name).family), undefined);
    return after;
  };

  it('lets in and out what the host lacks as soon as somebody gets in', () => {
    assert.equal(mended('*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -p icmp -j DROP\nCOMMIT\n'), [
      '*filter', ':INPUT DROP [0:0]', ':OUTPUT DROP [0:0]', '-A INPUT -p icmp -j DROP', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT',
      '-A OUTPUT -o lo -j ACCEPT', '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'COMMIT', '',
    ].join('\n'));
  });

  it('is called after all that it lets in', () => {
    const [finding] = lockouts('*filter\n:INPUT DROP [0:0]\nCOMMIT\n');
    assert.deepEqual(finding!.fixes!.map(({ title, safe }) => [title, safe]), [['Accept -p tcp --dport 22, -i lo and packets of established connections before they are stopped', false]]);
  });

  it('goes by flags in raw, where no packet belongs to a connection yet', () => {
    const after = mended('*raw\n:OUTPUT DROP [0:0]\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n');
    assert.match(after, /^-A OUTPUT -p tcp --sport 22 ! --syn -j ACCEPT$/mu);
    assert.equal(verdictOf(after, 'tcp 10.0.0.5:22 -> 203.0.113.9:40000 out=eth0 state=ESTABLISHED flags=ACK'), 'ACCEPT');
  });

  it('shuts policies of a script behind the rules that accept', () => {
    assert.equal(mended(script('iptables -P INPUT DROP', 'iptables -A INPUT -p icmp -j ACCEPT', 'iptables -P OUTPUT DROP'), 'fw.sh'), script(
      'iptables -A INPUT -p icmp -j ACCEPT', 'iptables -A INPUT -i lo -j ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP',
      'iptables -A OUTPUT -o lo -j ACCEPT', 'iptables -A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'iptables -P OUTPUT DROP',
    ));
  });

  it('opens them for the while where the script empties its chains under them', () => {
    assert.equal(mended(script('iptables -P INPUT DROP', 'iptables -F', 'iptables -P INPUT DROP', 'iptables -A INPUT -i lo -j ACCEPT'), 'fw.sh'), script(
      'iptables -P INPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -F', 'iptables -A INPUT -i lo -j ACCEPT',
      'iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP',
    ));
  });

  it('is offered where the flush is told that brings it about as well', () => {
    const text = script('iptables -P INPUT DROP', 'iptables -F', 'echo done');
    const fixes = lockouts(text, { name: 'fw.sh' }).map(({ code, fixes: [fix] = [] }) => [code, fixed(text, fix!, 'fw.sh')]);
    const after = script('iptables -P INPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -F', ...ACCEPTING.slice(0, 3), 'iptables -P INPUT DROP', 'echo done');
    assert.deepEqual(fixes, [['lockout-management', after], ['lockout-flush', after]]);
  });

  it('leaves policies where more than the command stands on a line', () => {
    const text = script('iptables -P INPUT DROP && echo shut', 'iptables -A INPUT -p icmp -j ACCEPT');
    const finding = lockouts(text, { name: 'fw.sh' }).find(({ code }) => code === 'lockout-management');
    assert.equal(fixed(text, finding!.fixes![0]!, 'fw.sh'), text + script(...ACCEPTING));
  });
});

describe('findings of lockouts', () => {
  it('agree with the engine, and their fixes help', () => {
    fc.assert(fc.property(filterTable, (text) => proveAll(text)), { numRuns: 25 });
  });

  it('are there where the engine lets no packet of an enumeration in, and only there', () => {
    const ssh = PACKETS.filter(({ path, in: device, protocol, destinationPort, tcpFlags, state, mark }) => path === 'in' && device !== 'lo' && protocol === 6 && destinationPort === 22 && tcpFlags === TCP_FLAGS.SYN && state === 'NEW' && mark === 0);
    let told = 0;
    fc.assert(fc.property(filterTable, (text) => {
      const program = compile(open(text).ruleset());
      const isShut = ssh.every((packet) => simulate(program, new Worlds(), packet).verdict !== 'ACCEPT');
      const isTold = lockouts(text).some(({ code, message }) => code === 'lockout-management' && message.startsWith('Nobody'));
      assert.equal(isTold, isShut, text);
      if (isTold) told++;
    }), { numRuns: 120 });
    assert.ok(told > 15, `${told} lockouts`);
  });

  it('agree with the engine for what the user names', () => {
    const access = fc.constantFrom('tcp 10.0.0.0/8 -> any:22', 'udp any -> any:80 in=eth0', 'tcp any -> 10.0.0.5 in=eth9', 'icmp 10.1.1.1 -> any type=echo-request');
    fc.assert(fc.property(filterTable, access, (text, named) => proveAll(text, { management: [named] })), { numRuns: 25 });
  });
});

describe('lockouts between two commands', () => {
  const mended = (before: string): { readonly code: string; readonly after: string; readonly left: readonly string[] } => {
    const [finding] = lockouts(before, { name: 'fw.sh' });
    const after = fixed(before, finding!.fixes![0]!, 'fw.sh');
    return { code: finding!.code, after, left: lockouts(after, { name: 'fw.sh' }).map(({ code }) => code) };
  };

  it('by a policy are mended by setting it later', () => {
    assert.deepEqual(mended(script('iptables -F', 'iptables -P INPUT DROP', 'iptables -P FORWARD DROP', ...ACCEPTING, 'iptables -A INPUT -p tcp --dport 80 -j ACCEPT')), {
      code: 'lockout-early-drop', left: [],
      after: script('iptables -F', ...ACCEPTING.slice(0, 2), 'iptables -P INPUT DROP', 'iptables -P FORWARD DROP', ACCEPTING[2]!, 'iptables -A INPUT -p tcp --dport 80 -j ACCEPT'),
    });
  });

  it('by a flush under DROP are mended by opening the policies for the while', () => {
    assert.deepEqual(mended(script('iptables -P INPUT DROP', 'iptables -P OUTPUT DROP', 'iptables -F', 'iptables -A OUTPUT -j ACCEPT', ...ACCEPTING)), {
      code: 'lockout-flush', left: [],
      after: script('iptables -P INPUT DROP', 'iptables -P OUTPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -P OUTPUT ACCEPT', 'iptables -F', 'iptables -A OUTPUT -j ACCEPT', 'iptables -P OUTPUT DROP', ...ACCEPTING.slice(0, 2), 'iptables -P INPUT DROP', ACCEPTING[2]!),
    });
  });

  it('by a flush under DROP are mended without shutting what the script opens, and without shutting it too early', () => {
    assert.deepEqual(mended(script('iptables -P INPUT DROP', 'iptables -F', 'iptables -P INPUT DROP', 'iptables -A INPUT -s 192.0.2.7 -j DROP', 'iptables -P INPUT ACCEPT')), {
      code: 'lockout-flush', left: [],
      after: script('iptables -P INPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -F', 'iptables -A INPUT -s 192.0.2.7 -j DROP', 'iptables -P INPUT ACCEPT'),
    });
  });

  it('are told of both chains where nothing lets the connection go on in one', () => {
    const found = lockouts(script('iptables -F', 'iptables -P OUTPUT DROP', 'iptables -P INPUT DROP', ...ACCEPTING), { name: 'fw.sh' });
    assert.deepEqual(found.map(({ code, line }) => `${code} ${line.number + 1}`), ['lockout-loopback 2', 'lockout-replies 2', 'lockout-early-drop 3']);
  });

  it('by a rule that comes too early are mended by moving it', () => {
    assert.deepEqual(mended(script('iptables -F', 'iptables -A INPUT -j DROP', ...ACCEPTING.map((line) => line.replace('-A', '-I')))), {
      code: 'lockout-early-drop', left: [],
      after: script('iptables -F', ...ACCEPTING.slice(0, 2).map((line) => line.replace('-A', '-I')), 'iptables -A INPUT -j DROP', ACCEPTING[2]!.replace('-A', '-I')),
    });
  });

  it('are mended where comments stand behind the commands', () => {
    assert.deepEqual(mended(script('iptables -F', 'iptables -P INPUT DROP   # shut', ...ACCEPTING.map((line) => `${line} # open`))), {
      code: 'lockout-early-drop', left: [],
      after: script('iptables -F', ...ACCEPTING.slice(0, 2).map((line) => `${line} # open`), 'iptables -P INPUT DROP   # shut', `${ACCEPTING[2]!} # open`),
    });
  });

  it('name the command that ends them', () => {
    const [finding] = lockouts(script('iptables -F', 'iptables -P INPUT DROP', ...ACCEPTING), { name: 'fw.sh' });
    assert.equal(finding!.message, 'The policy of INPUT drops before any rule accepts: until line 4 `tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0 state=ESTABLISHED flags=ACK` is dropped by the policy of INPUT, and with it a connection to this host such as the one that the commands are typed in.');
    assert.deepEqual(finding!.related!.map(({ line }) => line.number), [3]);
  });

  it('show a packet that the command which ends them lets in', () => {
    const script = '#!/bin/sh\niptables -P INPUT DROP\niptables -F\niptables -A INPUT -s 198.51.100.0/24 -i eth7 -p tcp --dport 22 -j ACCEPT\niptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n';
    const finding = lockouts(script, { name: 'fw.sh' }).find(({ code }) => code === 'lockout-flush');
    assert.match(finding!.message, /until line 4 `tcp 198\.51\.100\.\d+:40000 -> 10\.0\.0\.5:22 in=eth7 state=ESTABLISHED flags=ACK` is dropped/u);
  });

  it('end where the connection is let in first, and begin anew with the next flush', () => {
    const found = lockouts(script('iptables -P INPUT DROP', 'iptables -F', ...ACCEPTING, 'iptables -A INPUT -p tcp --dport 80 -j ACCEPT', 'iptables -F', ...ACCEPTING), { name: 'fw.sh' });
    assert.deepEqual(found.map(({ code, line, message }) => [code, line.number, /until line \d+/u.exec(message)?.[0]]), [['lockout-flush', 1, 'until line 4'], ['lockout-flush', 6, 'until line 9']]);
  });

  it('go by the access that the user names', () => {
    const text = script('iptables -F', 'iptables -A INPUT -p tcp --dport 2222 -j ACCEPT', 'iptables -P INPUT DROP', ...ACCEPTING);
    assert.deepEqual(lockouts(text, { name: 'fw.sh', management: ['tcp any -> any:2222'] }).map(({ code }) => code), []);
    assert.deepEqual(lockouts(text, { name: 'fw.sh' }).map(({ code }) => code), ['lockout-early-drop']);
  });

  it('are looked for where commands can bring them about, not behind each of thousands', () => {
    const blocked = Array.from({ length: 500 }, (_, index) => `iptables -A INPUT -s 198.51.${index >> 8}.${index & 255} -j DROP`);
    assert.deepEqual(lockouts(script('iptables -F', ...blocked, 'iptables -P INPUT DROP', ...ACCEPTING), { name: 'fw.sh' }).map(({ code, line }) => `${code} ${line.number}`), ['lockout-early-drop 501']);
  });

  it('bring out no other, whichever of their fixes is made', () => {
    const command = fc.constantFrom(
      'iptables -F', 'iptables -P INPUT DROP', 'iptables -P OUTPUT DROP', 'iptables -P OUTPUT ACCEPT', 'iptables -P FORWARD DROP', 'iptables -I INPUT -s 192.0.2.7 -j DROP',
      'iptables -A INPUT -p icmp -j ACCEPT', 'iptables -A OUTPUT -p udp --dport 53 -j ACCEPT', 'iptables -A OUTPUT -o lo -j ACCEPT', ...ACCEPTING,
    );
    let tried = 0;
    fc.assert(fc.property(fc.uniqueArray(command, { minLength: 2, maxLength: 9 }), (commands) => {
      const text = script('#!/bin/sh', ...commands);
      const before = lockouts(text, { name: 'fw.sh' });
      for (const fix of before.flatMap(({ fixes = [] }) => fixes)) {
        tried++;
        const after = fixed(text, fix, 'fw.sh');
        const codes = new Set(before.map(({ code }) => code));
        assert.deepEqual(lockouts(after, { name: 'fw.sh' }).map(({ code }) => code).filter((code) => !codes.has(code)), [], `${text}\nafter ${fix.title}:\n${after}`);
      }
    }), { numRuns: 60 });
    assert.ok(tried > 30, `${tried} fixes`);
  });

  it('are gone after their fix, in any order of commands', () => {
    const command = fc.constantFrom(
      'iptables -F', 'iptables -F INPUT', 'iptables -F OUTPUT', 'iptables -P INPUT DROP', 'iptables -P OUTPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -P OUTPUT ACCEPT',
      'iptables -A INPUT -j DROP', 'iptables -I INPUT -j ACCEPT', 'iptables -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', 'iptables -A INPUT -s 192.0.2.0/24 -j DROP', ...ACCEPTING,
    );
    // Of two commands that say the same the fix moves one, and the other is found next.
    fc.assert(fc.property(fc.uniqueArray(command, { minLength: 2, maxLength: 10 }), (commands) => {
      const text = script(...commands);
      proveVerdicts(text, 'fw.sh');
      const [first] = lockouts(text, { name: 'fw.sh' }).filter(({ code, fixes }) => (code === 'lockout-flush' || code === 'lockout-early-drop') && fixes !== undefined);
      if (first === undefined) return;
      const after = fixed(text, first.fixes![0]!, 'fw.sh');
      const moved = first.line.text;
      const similar = (findings: readonly Finding[]): number => findings.filter(({ code, line }) => code === first.code && line.text === moved).length;
      assert.ok(similar(lockouts(after, { name: 'fw.sh' })) < similar(lockouts(text, { name: 'fw.sh' })), `${text}\nafter ${first.fixes![0]!.title}:\n${after}`);
    }), { numRuns: 40 });
  });
});
