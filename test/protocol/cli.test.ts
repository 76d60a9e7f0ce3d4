import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PACKET = 'tcp 203.0.113.9:40000 -> 198.51.100.7:22 in=eth0';
const GOOD = '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n';
const BAD = '*filter\n:INPUT DROP [0:0]\n-A INPUT --dport 22 -j ACCEPT\nCOMMIT\n';

/** Runs the built command line. */
function run(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'server/bin/iptables-lens.js'), ...args], { cwd: root, input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const examples = readdirSync(path.join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(v4|v6|sh)$/u.test(name)).map((name) => path.join('examples', name));

describe('the command line', () => {
  let folder: string;
  const file = (name: string, text: string): string => {
    const full = path.join(folder, name);
    writeFileSync(full, text);
    return full;
  };
  before(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-')); });
  after(() => rmSync(folder, { recursive: true }));

  describe('compile', () => {
    const script = 'iptables -A INPUT -p tcp --dport ssh -j ACCEPT\niptables -A WEB -j ACCEPT\niptables -P INPUT DROP\nip6tables -P INPUT DROP\n';

    it('prints what iptables-save prints, and what fails on standard error', () => {
      const shell = file('firewall.sh', script);
      const { status, stdout, stderr } = run(['compile', shell]);
      assert.equal(status, 1);
      assert.equal(stdout, '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n');
      assert.match(stderr, new RegExp(`^${shell}:2: exit status 1: .*\`WEB\`.*\n$`, 'u'));
      assert.equal(run(['compile', '--family', 'ipv6', shell]).status, 0);
    });

    it('starts from a ruleset and stops at a line', () => {
      const shell = file('firewall.sh', script);
      const before = file('before.v4', '*filter\n:WEB - [0:0]\nCOMMIT\n');
      const { status, stdout } = run(['compile', '--from', before, '--at', '2', shell]);
      assert.equal(status, 0);
      assert.match(stdout, /:INPUT ACCEPT.*-A WEB -j ACCEPT\nCOMMIT\n$/su);
      assert.equal(run(['simulate', '--at', '2', '--json', '--packet', 'tcp 203.0.113.9:40000 -> 198.51.100.7:80 in=eth0', shell]).stdout.includes('"verdict": "ACCEPT"'), true);
      for (const line of ['99', '0', 'x', '1.5']) assert.equal(run(['compile', '--at', line, shell]).status, 2, line);
      assert.equal(run(['compile']).status, 2);
    });
  });

  it('tells the rules of network namespaces apart', () => {
    const shell = file('spaces.sh', 'iptables -P FORWARD DROP\nfor n in a b; do ip netns exec $n iptables -N IN-$n; done\n');
    const { stdout, stderr } = run(['compile', shell]);
    assert.match(stdout, /:FORWARD DROP/u);
    assert.match(stderr, /^\S+spaces\.sh: this leaves out .*namespaces a, b; `--netns NAME`/u);
    assert.match(run(['compile', '--netns', 'b', shell]).stdout, /:FORWARD ACCEPT.*\n:OUTPUT .*\n:IN-b - /u);
    const forwarded = ['--packet', 'tcp 203.0.113.9:40000 -> 198.51.100.7:80 in=eth0 out=eth1', shell];
    assert.match(run(['simulate', ...forwarded]).stdout, /DROP by the policy/u);
    assert.match(run(['simulate', '--netns', 'a', ...forwarded]).stdout, /ACCEPT by the policy/u);
    for (const args of [['--netns', 'c', shell], ['--netns', 'a', file('rules.v4', GOOD)]]) {
      const refused = run(['compile', ...args]);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /there are a, b|it works in none/u);
    }
  });

  it('shows control characters of a file, and hands none to the terminal', () => {
    const rules = file('controls.v4', '*filter\n-A INPUT -m comment --comment \u001b[31mred -i a\u202eb\rc -j \u0007\u009b\nCOMMIT\n# expect DROP: \u001b\n');
    for (const args of [['check', rules], ['test', rules], ['test', '--format', 'tap', rules], ['compile', rules], ['simulate', '--packet', PACKET, rules], ['simulate', '--packet', '\u001b[1m', rules]]) {
      const { stdout, stderr } = run(args);
      assert.doesNotMatch(args[0] === 'compile' ? stderr : stdout + stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/u, args.join(' '));
    }
    assert.match(run(['check', rules]).stdout, /`a\\u\{202e\}b␍c`/u);
  });

  it('says so where a script runs no iptables', () => {
    const { status, stdout, stderr } = run(['compile', file('hello.sh', '#!/bin/sh\necho hello\n')]);
    assert.deepEqual([status, stdout], [0, '']);
    assert.match(stderr, /hello\.sh: nothing here runs iptables\n$/u);
  });

  describe('a script that asks for its arguments', () => {
    const script = "case \"$1\" in\n  start) iptables -A INPUT -i lo -j \"${2:-ACCEPT}\" ;;\n  stop) iptables -P INPUT ACCEPT ;;\nesac\n# expect REJECT: tcp 127.0.0.1:9 -> 127.0.0.1:22 in=lo\n";

    it('is followed every way, and its ruleset says what to do about that', () => {
      const service = file('service.sh', `#!/bin/sh\n${script}`);
      const { stdout } = run(['compile', service]);
      assert.match(stdout, /^# .*`start` or `stop`.*\n# .*`# iptables-lens args=start`.*`-- start`/u);
      assert.match(stdout, /^# -A INPUT -i lo -j ACCEPT: depends on `case "\$1" in start`$/mu);
    });

    it('is run with those behind its name, or those that it names', () => {
      const service = file('service.sh', `#!/bin/sh\n# iptables-lens args=stop\n${script}`);
      assert.doesNotMatch(run(['compile', service]).stdout, /^-A/mu);
      const { status, stdout } = run(['compile', service, '--backend', 'legacy', '--', 'start', 'DROP']);
      assert.equal(status, 0);
      assert.match(stdout, /^-A INPUT -i lo -j DROP$/mu);
      assert.match(run(['simulate', '--packet', 'tcp 127.0.0.1:9 -> 127.0.0.1:22 in=lo', service, '--', 'start', 'DROP']).stdout, /DROP/u);
      assert.equal(run(['test', service, '--', 'start', 'REJECT']).status, 0);
      assert.match(run(['check', '--severity', 'info', service, '--', 'start', 'NOWHERE']).stdout, /NOWHERE/u);
      assert.equal(run(['compile', '--', service]).status, 0);
    });

    it('is run with what the line asks for after which it is looked at', () => {
      const service = file('service.sh', '#!/bin/sh\ncase "$1" in\nstart)\niptables -A INPUT -j DROP\niptables -A INPUT -j ACCEPT\n;;\nstop)\niptables -F\n;;\nesac\n');
      const { stdout, stderr } = run(['compile', '--at', '4', service]);
      assert.deepEqual(stdout.split('\n').filter((line) => line.startsWith('-A')), ['-A INPUT -j DROP']);
      assert.equal(stderr, `${service}: run with \`start\`, for line 4 does nothing without\n`);
      assert.match(run(['simulate', '--at', '5', '--packet', 'tcp 192.0.2.1:9 -> 192.0.2.2:22 in=eth0', service]).stdout, /✓ rule 1 \(line 4\) DROP\n {2}■ DROP/u);
      assert.equal(run(['compile', '--at', '4', service, '--', 'stop']).stderr, '');
    });
  });

  describe('a script that names its start', () => {
    it('is run from there', () => {
      file('start.v4', '*filter\n:WEB - [0:0]\n-A INPUT -j WEB\nCOMMIT\n');
      const shell = file('started.sh', '#!/bin/sh\n# iptables-lens from=start.v4\niptables -A WEB -p tcp --dport 80 -j DROP\n');
      const { status, stdout, stderr } = run(['compile', shell]);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /-A INPUT -j WEB\n-A WEB -p tcp -m tcp --dport 80 -j DROP\n/u);
      assert.match(run(['simulate', '--json', '--packet', 'tcp 203.0.113.9:40000 -> 198.51.100.7:80 in=eth0', shell]).stdout, /"verdict": "DROP"/u);
      assert.deepEqual(JSON.parse(run(['check', '--format', 'json', shell]).stdout), []);
      const empty = file('nothing.v4', '*filter\nCOMMIT\n');
      assert.match(run(['compile', '--from', empty, shell]).stderr, /exit status 1: .*WEB/u);
    });

    it('is an error where the start can\'t be read', () => {
      const shell = file('stray.sh', '#!/bin/sh\n# iptables-lens from=gone.v4\niptables -F\n');
      const found = JSON.parse(run(['check', '--format', 'json', shell]).stdout) as { code: string; line: number; column: number }[];
      assert.deepEqual(found.map(({ code, line, column }) => [code, line, column]), [['unreadable-start', 2, 22]]);
      for (const command of [['compile'], ['test'], ['simulate', '--packet', PACKET]]) {
        const { status, stderr } = run([...command, shell]);
        assert.equal(status, 2, command[0]);
        assert.match(stderr, /stray\.sh:2: `gone\.v4` can't be the start/u);
      }
    });
  });

  describe('check', () => {
    it('says nothing of the examples', () => {
      assert.deepEqual(run(['check', ...examples]), { status: 0, stdout: '', stderr: '' });
    });

    it('ends with 0 and says nothing of a good ruleset', () => {
      const good = GOOD.replace('COMMIT', '-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT');
      assert.deepEqual(run(['check', file('rules.v4', good)]), { status: 0, stdout: '', stderr: '' });
    });

    it('ends with 1 and prints file, line, column, severity and code', () => {
      const bad = file('bad.v4', BAD);
      const { status, stdout } = run(['check', bad]);
      assert.equal(status, 1);
      assert.match(stdout, new RegExp(`^${bad}:3:10: error: .*\\[missing-protocol\\]\n$`, 'u'));
    });

    it('prints JSON with related places and fixes that mend the file', () => {
      const [finding] = JSON.parse(run(['check', '--format', 'json', file('bad.v4', BAD)]).stdout) as Record<string, unknown>[];
      assert.deepEqual({ ...finding, message: '', file: '' }, {
        file: '', line: 3, column: 10, endLine: 3, endColumn: 17, severity: 'error', code: 'missing-protocol', message: '', related: [],
        fixes: ['tcp', 'udp'].map((protocol) => (
          { title: `Add -p ${protocol}`, safe: false, edits: [{ line: 3, column: 10, endLine: 3, endColumn: 10, newText: `-p ${protocol} ` }] })),
      });
    });

    it('prints SARIF', () => {
      interface Described { id: string; shortDescription: { text: string }; help: { markdown: string } }
      const log = JSON.parse(run(['check', '--format', 'sarif', file('bad.v4', BAD)]).stdout) as { version: string; runs: { tool: { driver: { rules: Described[] } }; results: { ruleId: string; level: string }[] }[] };
      assert.equal(log.version, '2.1.0');
      const described = log.runs[0]!.tool.driver.rules.find(({ id }) => id === 'missing-protocol')!;
      assert.equal(described.shortDescription.text, 'Finds port and flag options in rules that name no protocol.');
      assert.match(described.help.markdown, /^## Why it matters$/mu);
      assert.deepEqual(log.runs[0]!.results.map(({ ruleId, level }) => [ruleId, level]), [['missing-protocol', 'error']]);
    });

    it('goes by the severity that is asked for', () => {
      const warned = file('twice.v4', '*filter\nCOMMIT\n*filter\nCOMMIT\n');
      assert.equal(run(['check', warned]).status, 0);
      assert.equal(run(['check', '--severity', 'warning', warned]).status, 1);
    });

    it('goes by the family that is asked for, else by name and content', () => {
      const text = '*filter\n-A INPUT -s 2001:db8::1 -j DROP\nCOMMIT\n';
      assert.equal(run(['check', file('some', text)]).status, 0);
      assert.equal(run(['check', '--family', 'ipv4', file('some', text)]).status, 1);
    });

    it('ends with 2 and a message when the input can\'t be used', () => {
      for (const args of [['check'], ['check', '/no/such/file'], ['check', folder], ['check', '--format', 'xml', 'x'], ['check', '--nonsense'], ['nonsense'], []]) {
        const { status, stdout, stderr } = run(args);
        assert.equal(status, 2, args.join(' '));
        assert.ok(stderr + stdout !== '', args.join(' '));
        assert.doesNotMatch(stderr, /^\s+at /mu, args.join(' '));
      }
    });
  });

  describe('simulate', () => {
    it('prints the way of a packet for people', () => {
      const { status, stdout } = run(['simulate', '--packet', PACKET, file('rules.v4', GOOD)]);
      assert.equal(status, 0);
      assert.match(stdout, /filter INPUT\n.*rule 1 \(line 3\).*\n.*■ ACCEPT/u);
    });

    it('prints JSON', () => {
      const result = JSON.parse(run(['simulate', '--json', '--packet', PACKET, file('rules.v4', GOOD)]).stdout) as Record<string, unknown>;
      assert.equal(result.verdict, 'ACCEPT');
      assert.deepEqual(result.steps, [{ table: 'filter', chain: 'INPUT', rule: 1, line: 3, target: 'ACCEPT', matched: true }]);
    });

    it('says where the notation is wrong', () => {
      const { status, stderr } = run(['simulate', '--packet', 'tcp 1.2.3.4 => 5.6.7.8', file('rules.v4', GOOD)]);
      assert.equal(status, 2);
      assert.match(stderr, /\n {14}\^/u);
    });

    it('answers packet objects line by line, all in one world until it is reset', () => {
      const knock = file('knock.v4', '*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 7 -m recent --set --name k -j DROP\n-A INPUT -m recent --rcheck --name k -j ACCEPT\nCOMMIT\n');
      const packet = (dport: number): string => JSON.stringify({ path: 'in', in: 'eth0', protocol: 'tcp', source: '203.0.113.9', destination: '198.51.100.7', sport: 1000 + dport, dport });
      const input = [packet(22), packet(7), packet(22), '{"reset":true}', packet(22), ''].join('\n');
      const { status, stdout } = run(['simulate', '--jsonl', knock], input);
      assert.equal(status, 0);
      const answers = stdout.trim().split('\n').map((line) => JSON.parse(line) as { verdict?: string; policy?: object });
      assert.deepEqual(answers.map(({ verdict }) => verdict), ['DROP', 'DROP', 'ACCEPT', undefined, 'DROP']);
      assert.deepEqual(answers[0]!.policy, { table: 'filter', chain: 'INPUT' });
    });

    it('answers a line that can\'t be used with an error, and goes on', () => {
      const input = ['{', '{"protocol":"tcp","source":"nowhere"}', JSON.stringify({ path: 'in', in: 'lo', protocol: 'udp', source: '127.0.0.1', destination: '127.0.0.1', sport: 1, dport: 2 })].join('\n');
      const { status, stdout, stderr } = run(['simulate', '--jsonl', file('rules.v4', GOOD)], input);
      assert.equal(status, 2);
      const answers = stdout.trim().split('\n').map((line) => JSON.parse(line) as object);
      assert.deepEqual(answers.map((answer) => 'error' in answer), [true, true, false]);
      assert.match(stderr, /packet 1: .*\n.*packet 2: /u);
    });

    it('takes lines of any length, line ends of Windows and a byte order mark', () => {
      const packet = JSON.stringify({ path: 'in', in: 'eth0', protocol: 'tcp', source: '203.0.113.9', destination: '198.51.100.7', sport: 4000, dport: 22 });
      const input = `\uFEFF${packet}\r\n\r\n${' '.repeat(2_000_000)}${packet}\r\n{"source":"${'1'.repeat(2_000_000)}"}\r\n${packet}`;
      const { status, stdout, stderr } = run(['simulate', '--jsonl', file('rules.v4', GOOD)], input);
      assert.equal(status, 2);
      const answers = stdout.trim().split('\n').map((line) => JSON.parse(line) as { verdict?: string });
      assert.deepEqual(answers.map(({ verdict }) => verdict), ['ACCEPT', 'ACCEPT', undefined, 'ACCEPT']);
      assert.ok(stderr.length < 1000, stderr);
    });

    it('says what it leaves aside, and goes on', () => {
      const packet = { path: 'in', in: 'eth0', out: 'eth1', protocol: 'tcp', source: '203.0.113.9', destination: '198.51.100.7', sport: 4000, dport: 22 };
      const { status, stdout, stderr } = run(['simulate', '--jsonl', file('rules.v4', GOOD)], [{ ...packet, at: 5 }, { ...packet, out: null, at: 3 }].map((each) => JSON.stringify(each)).join('\n'));
      assert.equal(status, 0);
      assert.equal(stdout.match(/"verdict":"ACCEPT"/gu)?.length, 2);
      assert.deepEqual(stderr.trim().split('\n'), [
        'iptables-lens simulate: packet 1: `out` is ignored: a packet that is delivered here does not leave by an interface',
        'iptables-lens simulate: packet 2: `at` is 3, and it is 5 already; the packet comes at once',
      ]);
    });

    it('says once what it leaves aside of thousands, and answers all of them in order', () => {
      const packets = Array.from({ length: 3000 }, (_, index) => ({ path: 'in', in: 'eth0', protocol: 'udp', source: '203.0.113.9', destination: '198.51.100.7', sport: 1 + index, dport: 53, flags: ['SYN'] }));
      const { status, stdout, stderr } = run(['simulate', '--jsonl', file('rules.v4', GOOD)], packets.map((packet) => JSON.stringify(packet)).join('\r\n'));
      assert.equal(status, 0);
      assert.deepEqual(stdout.trim().split('\n').map((line) => (JSON.parse(line) as { packet: { sport: number } }).packet.sport), packets.map(({ sport }) => sport));
      assert.deepEqual(stderr.trim().split('\n'), ['iptables-lens simulate: packet 1: `flags` is ignored: udp packets have no flags', 'iptables-lens simulate: 2999 more packets: `flags` is ignored: udp packets have no flags']);
    });

    it('says which lines iptables would refuse, and whom the ruleset is not for', () => {
      const bad = file('bad.v4', BAD);
      const { status, stderr } = run(['simulate', '--packet', PACKET, bad]);
      assert.equal(status, 0);
      assert.match(stderr, new RegExp(`^${bad}:3: .*-p.*\n$`, 'u'));
      const many = file('many.v4', `*filter\n${'-A INPUT -p tcp --dport 99999 -j DROP\n'.repeat(7)}COMMIT\n`);
      assert.match(run(['simulate', '--packet', PACKET, many]).stderr, /(.*:[2-6]: .*\n){5}.*refuse 2 more lines/u);
      assert.match(run(['simulate', '--packet', 'tcp [2001:db8::1]:1 -> [2001:db8::2]:2 in=eth0', file('rules.v4', GOOD)]).stderr, /a ruleset for IPv4, which an IPv6 packet never meets\n$/u);
      assert.match(run(['simulate', '--packet', PACKET, file('hello.sh', '#!/bin/sh\necho hello\n')]).stderr, /nothing here runs iptables\n$/u);
      const part = file('before.rules', '*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -j ufw-logging-deny\nCOMMIT\n');
      assert.match(run(['simulate', '--packet', PACKET, part]).stderr, /^[^\n]*before\.rules: ufw loads this beside rules of its own[^\n]*\n$/u);
    });

    it('ends with 2 and a message when the input can\'t be used', () => {
      const good = file('rules.v4', GOOD);
      for (const args of [[good], ['--packet', PACKET], ['--packet', PACKET, '/no/such/file'], ['--packet', PACKET, folder], ['--packet', '', good], ['--packet', 'tcp 1.1.1.1:1 -> [::1]:2', good],
        ['--packet', 'tcp 1.1.1.1:1 -> 2.2.2.2:2 in=eth0 path=out', good], ['--packet', PACKET, '--jsonl', good], ['--packet', PACKET, good, good], ['--packet', PACKET, '--host', '/no/such', good], ['--jsonl', '--backend', 'x', good]]) {
        const { status, stdout, stderr } = run(['simulate', ...args]);
        assert.deepEqual([status, stdout], [2, ''], args.join(' '));
        assert.match(stderr, /^iptables-lens simulate: /u, args.join(' '));
        assert.doesNotMatch(stderr, /^\s+at /mu, args.join(' '));
      }
    });

    it('takes facts about the host', () => {
      const masked = file('nat.v4', '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n');
      const host = file('host.json', '{"interfaces":{"wan0":["198.51.100.7/24"]}}');
      const out = run(['simulate', '--json', '--host', host, '--packet', 'tcp 10.0.0.5:1000 -> 192.0.2.1:80 in=lan0 out=wan0', masked]).stdout;
      assert.equal((JSON.parse(out) as { packet: { source: string } }).packet.source, '198.51.100.7');
      assert.equal(run(['simulate', '--host', file('bad.json', '{'), '--packet', PACKET, masked]).status, 2);
    });
  });

  describe('test', () => {
    it('runs the expectations of every example, and all of them hold', () => {
      assert.ok(examples.length >= 7);
      const { status, stdout } = run(['test', ...examples]);
      assert.equal(status, 0, stdout);
      for (const example of examples) assert.match(run(['test', example]).stdout, /^[1-9]\d* of /u, `${example} has expectations`);
    });

    it('ends with 1 where one can\'t be read or decided, and counts the files', () => {
      const invalid = file('invalid.v4', `${GOOD}# expect NOPE: ${PACKET}\n# scenario back in time\n# expect ACCEPT: ${PACKET} at=2s\n# expect ACCEPT: ${PACKET} at=1s\n`);
      const { status, stdout } = run(['test', invalid, file('quiet.v4', GOOD)]);
      assert.equal(status, 1);
      assert.match(stdout, /invalid\.v4:5: invalid: .*\n.*`NOPE` is not a verdict.*\n.*:8: invalid: .*\n.*comes at 2s.*\n1 of 3 expectations hold in 2 files\n$/u);
      assert.match(run(['test', '--format', 'junit', invalid]).stdout, /<testsuites tests="3" failures="2"[^]*type="invalid"/u);
      assert.equal(run(['test', '/no/such/file']).status, 2);
      assert.equal(run(['test', '--format', 'xml', invalid]).status, 2);
    });

    it('says so where a file has none', () => {
      const rules = file('plain.v4', GOOD);
      assert.deepEqual(run(['test', rules]), { status: 0, stdout: '0 of 0 expectations hold in 1 file\n', stderr: `${rules}: there is no expectation in it, such as \`# expect DROP: tcp any -> any:23\`\n` });
    });

    it('ends with 1 when one fails, with its counterexample', () => {
      const failing = file('failing.v4', `${GOOD}# expect DROP: ${PACKET}\n`);
      const { status, stdout } = run(['test', failing]);
      assert.equal(status, 1);
      assert.match(stdout, /failing\.v4:5: fail: .*\n.*ACCEPT.*\n0 of 1 /u);
      assert.match(run(['test', '--format', 'tap', failing]).stdout, /^TAP version 14\n1\.\.1\nnot ok 1 - /u);
      assert.match(run(['test', '--format', 'junit', failing]).stdout, /<testsuites tests="1" failures="1"/u);
    });
  });

  it('takes a ruleset from standard input', () => {
    assert.equal(run(['check', '-'], GOOD).status, 0);
    assert.match(run(['check', '-'], BAD).stdout, /^-:3:10: error: .*\[missing-protocol\]\n$/u);
    assert.match(run(['simulate', '--packet', PACKET, '-'], GOOD).stdout, /ACCEPT/u);
    assert.equal(run(['compile', '-'], 'iptables -A INPUT -j DROP').stdout.includes('-A INPUT -j DROP'), true);
    assert.deepEqual(run(['format', '-'], '*filter\n-A INPUT --jump DROP\nCOMMIT\n'), { status: 0, stdout: '*filter\n-A INPUT -j DROP\nCOMMIT\n', stderr: '' });
    assert.deepEqual(run(['simulate', '--jsonl', '-'], GOOD).status, 2);
  });

  it('names the options that there are, and what they mean', () => {
    const { status, stderr } = run(['check', '--sevirity', 'info', 'rules.v4']);
    assert.equal(status, 2);
    assert.match(stderr, /there is no option `--sevirity`; there are .*Did you mean `--severity`\?\n$/u);
    for (const name of ['check', 'simulate', 'test', 'compile', 'format', 'explain']) {
      const [usage = '', , ...rest] = run([name, '--help']).stdout.split('\n');
      for (const [option] of usage.matchAll(/--[a-z-]{2,}/gu)) assert.ok(rest.some((line) => line.startsWith(`  ${option} `)), `${name} ${option}`);
    }
  });

  it('says its version', () => assert.match(run(['--version']).stdout, /^iptables-lens \d+\.\d+\.\d+\n$/u));

  it('explains a diagnostic, and knows what was meant', () => {
    assert.match(run(['explain', 'missing-protocol']).stdout, /^# missing-protocol \(error\)\n\n## What it does/u);
    assert.match(run(['explain', 'missing-protocl']).stderr, /did you mean `missing-protocol`/u);
  });
});
