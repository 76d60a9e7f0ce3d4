import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';

/** What commands leave behind that begin with a value nobody knows, by chain; rules that may not be there with a `?`. */
async function left(...commands: readonly string[]): Promise<string[]> {
  const { tables, failures } = (await openDocument(`#!/bin/sh\nX=$(host-name)\n${commands.join('\n')}\n`, 'fw.sh')).ruleset();
  assert.deepEqual(failures.filter(({ status }) => status !== undefined), []);
  return [...tables.values()].flatMap((table) => [...table.chains.values()].flatMap(({ name, rules, maybe }) => [
    ...(maybe === undefined ? [] : [`${table.name} ${name}?`]),
    ...rules.map(({ bound }) => `${table.name} ${name} ${bound.line.number - 1}${bound.unresolved === undefined ? '' : '?'}`),
  ]));
}

const findings = async (command: string): Promise<readonly { readonly message: string }[]> => new Diagnostics(await openDocument(`#!/bin/sh\nX=$(host-name)\n${command}\n`, 'fw.sh')).complete();

describe('commands with words that nobody knows', () => {
  it('may work in any table', async () => {
    assert.deepEqual(await left('iptables -A INPUT -j DROP', 'iptables -t $X -F'), ['filter INPUT 1?']);
    assert.deepEqual(await left('iptables -t $X -A OUTPUT -j DROP', 'iptables -t nat -A OUTPUT -j ACCEPT'), ['raw OUTPUT 1?', 'mangle OUTPUT 1?', 'nat OUTPUT 1?', 'nat OUTPUT 2', 'filter OUTPUT 1?', 'security OUTPUT 1?']);
    assert.deepEqual(await left('iptables -t ma$X -A INPUT -j DROP'), ['mangle INPUT 1?']);
  });

  it('may work in any chain that fits', async () => {
    assert.deepEqual(await left('iptables -A INPUT -j DROP', 'iptables -F $X'), ['filter INPUT 1?']);
    assert.deepEqual(await left('iptables -N IN_WEB', 'iptables -A "IN${X}" -j DROP', 'iptables -A OUT$(id) -j DROP', 'iptables -P $X DROP'), ['filter INPUT 2?', 'filter INPUT 4?', 'filter FORWARD 4?', 'filter OUTPUT 3?', 'filter OUTPUT 4?', 'filter IN_WEB 2?']);
    assert.deepEqual(await left('iptables -N a-b.c+d/e', 'iptables -N a-bxcd/e', 'iptables -A a-b.c+$X -j DROP'), ['filter a-b.c+d/e 3?']);
    assert.deepEqual(await left('iptables -N WEB', 'iptables -X $X'), ['filter WEB?']);
  });

  it('mean the chain that one of them made', async () => {
    assert.deepEqual(await left('iptables -N $X', 'iptables -A $X -j DROP'), ['filter $X?', 'filter $X 2?']);
  });

  it('may do anything where nobody knows which command it is', async () => {
    const anything = await left('iptables -A INPUT -j DROP', 'iptables $X');
    assert.deepEqual(anything.slice(0, 3), ['filter INPUT 2?', 'filter INPUT 1?', 'filter INPUT 2?']);
    assert.deepEqual([...new Set(anything.map((rule) => rule.split(' ')[0]))].sort(), ['filter', 'mangle', 'nat', 'raw', 'security']);
    assert.deepEqual(await left('iptables -A INPUT -j DROP', 'iptables -t filter $X'), ['filter INPUT 2?', 'filter INPUT 1?', 'filter INPUT 2?', 'filter FORWARD 2?', 'filter FORWARD 2?', 'filter OUTPUT 2?', 'filter OUTPUT 2?']);
  });

  it('delete one of the rules that agree with them', async () => {
    const rules = ['iptables -A INPUT -s 192.0.2.1 -j DROP', 'iptables -A INPUT -s 192.0.2.1 -p tcp -j DROP', 'iptables -A INPUT -j DROP', 'iptables -A INPUT -s $X -j DROP', 'iptables -A INPUT -s 192.0.2.2 -j ACCEPT', 'iptables -A INPUT -p tcp --dport 1 -j DROP'];
    const unsure = async (command: string): Promise<string[]> => (await left(...rules, command)).filter((rule) => rule.endsWith('?')).map((rule) => rule.split(' ')[2]!);
    assert.deepEqual(await unsure('iptables -D INPUT -s $X -j DROP'), ['1?', '4?']);
    assert.deepEqual(await unsure('iptables -D INPUT -s 192.0.2.1 -j $X'), ['1?', '4?']);
    assert.deepEqual(await unsure('iptables -D INPUT -s 192.0.2.1 -p $X -j DROP'), ['2?', '4?']);
    assert.deepEqual(await unsure('iptables -D INPUT -p tcp --dport $X -j DROP'), ['4?', '6?']);
    assert.deepEqual(await unsure('iptables -D INPUT -p tcp -m $X -j DROP'), ['4?', '6?']);
    assert.deepEqual(await unsure('iptables -D INPUT $X'), ['1?', '2?', '3?', '4?', '5?', '6?']);
    assert.deepEqual(await unsure('iptables -D INPUT -j DROP $X'), ['1?', '2?', '3?', '4?', '5?', '6?']);
    assert.deepEqual(await unsure('iptables -R INPUT $X -j ACCEPT'), ['1?', '7?', '2?', '7?', '3?', '7?', '4?', '7?', '5?', '7?', '6?', '7?']);
  });

  it('may be read by eval', async () => {
    assert.deepEqual(await left('eval "iptables -A INPUT -s $X -j DROP; iptables -A FORWARD -j ${X}"', `eval "iptables -A OUTPUT -s '$X' -d \\"$X\\" -j DROP"`, 'eval "iptables -A INPUT -s 192.0.2.1 $(rest)"'), ['filter INPUT 1?', 'filter FORWARD 1?', 'filter OUTPUT 2?']);
    const messages = (await findings('eval "iptables -A INPUT -s $X -j DROP"')).map(({ message }) => message);
    assert.deepEqual(messages, ['The rule depends on `$(host-name)`, which is not known; it may match any packet or none.']);
  });

  it('may set either policy', async () => {
    assert.deepEqual(await left('iptables -P INPUT $X'), ['filter INPUT 1?', 'filter INPUT 1?']);
  });

  it('may give a chain its name', async () => {
    assert.deepEqual(await left('iptables -N WEB', 'iptables -E $X NEW', 'iptables -A NEW -j DROP', 'iptables -A INPUT -j NEW'), ['filter INPUT 4?', 'filter WEB?', 'filter NEW?', 'filter NEW 2?', 'filter NEW 3']);
  });

  it('may load any table', async () => {
    const loaded = await left('iptables -A INPUT -j DROP', 'iptables-restore <<EOF', '*$X', '-A INPUT -j ACCEPT', 'COMMIT', 'EOF');
    assert.deepEqual(loaded.filter((rule) => rule.startsWith('filter INPUT')), ['filter INPUT 3?', 'filter INPUT 1?', 'filter INPUT 3?']);
  });

  it('end no script', async () => {
    const document = await openDocument('#!/bin/sh\nset -e\nfor table in $(cat /proc/net/ip_tables_names); do\n  iptables -t $table -F\n  iptables -t $table -X\ndone\niptables -P FORWARD DROP\n', 'fw.sh');
    assert.deepEqual(new Diagnostics(document).complete().filter(({ severity }) => severity === 'warning').map(({ code }) => code), []);
  });
});

const PACKETS = ['tcp 192.0.2.1:40000 -> 198.51.100.7:22 in=eth0', 'udp 192.0.2.2:53 -> 198.51.100.7:53 in=eth1', 'tcp 198.51.100.7:22 -> 192.0.2.1:40000 out=eth0 state=ESTABLISHED'].map((text) => {
  const parsed = parsePacket(text, 'ipv4');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.packet;
});

/** What can become of each packet. */
async function verdicts(script: string): Promise<ReadonlySet<string>[]> {
  const program = compile((await openDocument(script, 'fw.sh')).ruleset(), { backend: 'nft' });
  return PACKETS.map((packet) => {
    const result = simulate(program, new Worlds(), packet, { host: {}, trace: 'none', loopback: false });
    return new Set(result.complete ? (result.outcomes ?? [result]).map(({ verdict }) => verdict) : ['UNKNOWN']);
  });
}

/** Values for the word that is unknown. */
const VALUES = ['filter', 'mangle', 'INPUT', 'OUTPUT', 'WEB', 'LOG', 'NEW', 'ACCEPT', 'DROP', 'RETURN', '1', '2', '22', '192.0.2.1', '192.0.2.0/24', 'tcp', 'udp', 'eth0', '-F', '-X', '-A', '-D', 'conntrack', 'NEW,ESTABLISHED'] as const;
const table = fc.constantFrom('', '', '', '-t $X ', '-t mangle ');
const chain = fc.constantFrom('INPUT', 'OUTPUT', 'WEB', '$X', '${X}PUT', 'W$X');
const spec = fc.tuple(
  fc.constantFrom('', '', '-s 192.0.2.1 ', '-s $X ', '-i eth0 ', '-i $X ', '! -s $X ', '-d 198.51.100.7 '),
  fc.constantFrom('', '', '-p tcp ', '-p $X ', '-p tcp --dport 22 ', '-p tcp --dport $X ', '-p udp -m udp --dport 53 ', '-m conntrack --ctstate ESTABLISHED ', '-m conntrack --ctstate $X '),
  fc.constantFrom('-j DROP', '-j ACCEPT', '-j RETURN', '-j $X', '-j WEB', '-g WEB', ''),
).map((parts) => parts.join(''));
const position = fc.constantFrom('', '', '1 ', '2 ', '$X ');
const command = fc.oneof(
  fc.tuple(table, chain, spec).map(([t, c, s]) => `${t}-A ${c} ${s}`),
  fc.tuple(table, chain, spec).map(([t, c, s]) => `${t}-A ${c} ${s}`),
  fc.tuple(table, chain, position, spec).map(([t, c, p, s]) => `${t}-I ${c} ${p}${s}`),
  fc.tuple(table, chain, spec).map(([t, c, s]) => `${t}-D ${c} ${s}`),
  fc.tuple(table, chain, fc.constantFrom('1', '$X')).map(([t, c, p]) => `${t}-D ${c} ${p}`),
  fc.tuple(table, chain, fc.constantFrom('1', '$X'), spec).map(([t, c, p, s]) => `${t}-R ${c} ${p} ${s}`),
  fc.tuple(table, chain, fc.constantFrom('DROP', 'ACCEPT', '$X')).map(([t, c, p]) => `${t}-P ${c} ${p}`),
  fc.tuple(table, fc.constantFrom('-F', '-F INPUT', '-F $X', '-X', '-X WEB', '-X $X', '-N WEB', '-N $X', '-E WEB NEW', '-E $X NEW', '-E WEB $X', '$X INPUT', '-Z $X')).map(([t, c]) => `${t}${c}`),
);

/** Commands behind what they depend on; `else` and `fi` stand only where they can, and what is open ends at last. */
function branching(commands: readonly (readonly [condition: string, command: string])[]): string[] {
  const open: ('if' | 'else')[] = [];
  const lines = commands.map(([condition, command]) => {
    if ((condition === 'else ' && open.at(-1) !== 'if') || (condition === 'fi; ' && open.length === 0)) return command;
    if (condition === 'else ' || condition === 'fi; ') open.pop();
    if (condition === 'else ') open.push('else');
    if (condition.startsWith('if')) open.push('if');
    return `${condition}${command}`;
  });
  return [...lines, ...open.map(() => 'fi')];
}

const RUNS = { numRuns: Number(process.env['OPEN_SCRIPTS'] ?? 60) };

/** Holds what may become of packets when nobody knows X, because it is an open word, against what becomes of them with one value. */
async function holds(commands: readonly string[], value: string, word = '$(host-name)'): Promise<void> {
  const script = (assigned: string): string => `#!/bin/sh\nX=${assigned}\niptables -N WEB\n${commands.join('\n')}\n`;
  const [open, known] = [await verdicts(script(word)), await verdicts(script(value))];
  for (const [index, fates] of known.entries()) {
    if (open[index]!.has('UNKNOWN') || fates.has('UNKNOWN')) continue;
    const missing = [...fates].find((fate) => !open[index]!.has(fate));
    if (missing === undefined) continue;
    const shown = async (assigned: string): Promise<string> => saveRuleset((await openDocument(script(assigned), 'fw.sh')).ruleset(), 'nft').map(({ text }) => text).join('\n');
    assert.fail(`packet ${index} is not ${missing}, only ${[...open[index]!].join()}\n${await shown(word)}\nbut with ${value}:\n${await shown(value)}`);
  }
}

describe('a script with a value that nobody knows', () => {
  it('leaves every fate possible that some value brings', () => fc.assert(fc.asyncProperty(
    fc.array(command, { minLength: 1, maxLength: 7 }), fc.constantFrom(...VALUES), (commands, value) => holds(commands.map((each) => `iptables ${each}`), value),
  ), RUNS));

  it('leaves every fate possible that its conditions bring', () => fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(fc.constantFrom('', '', '[ "$X" = 1 ] && ', '[ "$X" = 1 ] || ', 'if [ "$X" = 1 ]; then ', 'if [ "$X" = 1 ]; then ', 'else ', 'fi; '), command, fc.constantFrom('INPUT', 'WEB', '1', 'DROP')), { minLength: 1, maxLength: 10 }), fc.constantFrom('0', '1'),
    (commands, value) => holds(branching(commands.map(([condition, each, word]) => [condition, `iptables ${each.replaceAll(/\$\{?X\}?/gu, word)}`])), value, '$HOST'),
  ), RUNS));
});
