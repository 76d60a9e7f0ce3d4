import { strict as assert } from 'node:assert';
import { InsertTextFormat, type CompletionItem, type TextEdit } from 'vscode-languageserver';
import { complete, type CompletionFacts } from '../../../server/src/features/completion.ts';
import { FIELDS } from '../../../server/src/core/notation/fields.ts';
import { FIELD_DOCS } from '../../../server/src/features/support/vocabulary.ts';
import { ODD_TEXTS, applyEdits, atCursor, inTable, largeText } from './cursor.ts';

const items = async (marked: string, facts: CompletionFacts = {}, name?: string): Promise<CompletionItem[]> => {
  const { document, position } = await atCursor(marked, name);
  return complete(document, position, facts);
};

/** Asserts which labels are proposed at the cursor and which are not; `exactly` names them all. */
async function check(marked: string, { has = [], lacks = [], exactly }: { has?: string[]; lacks?: string[]; exactly?: string[] }, name?: string): Promise<void> {
  const labels = (await items(marked, {}, name)).map(({ label }) => label);
  for (const label of has) assert.ok(labels.includes(label), `${label} is not among ${labels.join(' ')}`);
  for (const label of lacks) assert.ok(!labels.includes(label), `${label} is among ${labels.join(' ')}`);
  if (exactly !== undefined) assert.deepEqual(labels.sort(), [...exactly].sort());
}

/** The labels in the order in which a client shows them while nothing is typed. */
const inOrder = async (marked: string, name?: string): Promise<string[]> =>
  (await items(marked, {}, name)).sort((a, b) => (a.sortText! < b.sortText! ? -1 : 1)).map(({ label }) => label);

/** The text after the proposal `label` (of `owner`, where several have it) is accepted. */
async function accept(marked: string, label: string, facts: CompletionFacts = {}, owner?: string): Promise<string> {
  const { document, position } = await atCursor(marked);
  const item = complete(document, position, facts).find((each) => each.label === label && (owner === undefined || (each.labelDetails?.description ?? '').startsWith(owner)));
  assert.ok(item, `${label} is not proposed`);
  const { range } = item.textEdit as TextEdit;
  assert.ok(range.start.line === position.line && range.end.line === position.line, 'the range stays on the line of the cursor');
  assert.ok(range.start.character <= position.character && position.character <= range.end.character, 'the range holds the cursor');
  return applyEdits(document.getText(), [...(item.additionalTextEdits ?? []), item.textEdit as TextEdit]);
}

const line = (text: string): string => text.split('\n')[1]!;

describe('completion', () => {
  describe('at the start of a line', () => {
    const cases: Record<string, [text: string, expected: Parameters<typeof check>[1]]> = {
      'tables in an empty document': ['', { has: ['*filter', '*nat', '*raw', '*mangle', '*security'], lacks: ['-A', 'COMMIT'] }],
      'only tables that are not there yet': ['*filter\nCOMMIT\n<|>', { has: ['*nat'], lacks: ['*filter', '-A', 'COMMIT'] }],
      'tables behind a star': ['*<|>\n', { has: ['*filter'], lacks: [':', '-A'] }],
      'rules, chains and COMMIT in a block': ['*filter\n<|>', { has: ['-A', '-I', ':INPUT', ':', 'COMMIT'], lacks: ['*nat'] }],
      'commands behind a dash': [inTable('-<|>'), { has: ['-A', '-I', '-N', '-P'], lacks: ['COMMIT', '-C', '-L'] }],
      'chains that are not declared yet': ['*nat\n:PREROUTING ACCEPT [0:0]\n:<|>\nCOMMIT\n', { has: [':OUTPUT', ':POSTROUTING', ':INPUT'], lacks: [':PREROUTING', ':FORWARD'] }],
      'COMMIT, half typed': ['*filter\nCO<|>', { has: ['COMMIT'] }],
      'no COMMIT in a shell script': ['#!/bin/sh\n<|>', { lacks: ['COMMIT', '*filter'] }],
    };
    for (const [title, [text, expected]] of Object.entries(cases)) it(title, () => check(text, expected));

    it('policies behind a built-in chain', () => check('*filter\n:INPUT <|>\n', { exactly: ['ACCEPT', 'DROP'] }));
    it('a dash behind a user-defined chain', () => check('*filter\n:web <|>\n', { exactly: ['-'] }));
    it('counters behind a policy', () => check('*filter\n:INPUT DROP <|>\n', { exactly: ['[0:0]'] }));
    it('replaces the word with its dash', async () => assert.equal(line(await accept(inTable('-<|>'), '-A')), '-A '));
    it('declares a chain with policy and counters', async () => assert.equal(line(await accept(inTable(':INP<|>'), ':INPUT')), ':INPUT ACCEPT [0:0]'));
    it('leaves the value that follows alone', async () => assert.equal(line(await accept(inTable('-<|> INPUT -j DROP'), '-A')), '-A INPUT -j DROP'));
  });

  describe('puts first', () => {
    const cases: Record<string, [text: string, first: string[], name?: string]> = {
      'the protocols that most rules name': ['-A INPUT -p <|>', ['tcp', 'udp', 'icmp', 'all']],
      'those of IPv6': ['-A INPUT -p <|>', ['tcp', 'udp', 'ipv6-icmp', 'all'], 'rules.v6'],
      'the services that most rules name': ['-A INPUT -p tcp --dport <|>', ['ssh', 'http', 'https']],
      'those of the protocol': ['-A INPUT -p udp --dport <|>', ['https', 'domain', 'ntp']],
      'ICMP types that say why': ['-A INPUT -p icmp --icmp-type <|>', ['any', 'echo-reply', 'destination-unreachable', 'fragmentation-needed']],
      'Monday': ['-A INPUT -m time --weekdays <|>', ['Mon', 'Tue']],
      'the most serious level': ['-A INPUT -j LOG --log-level <|>', ['emerg', 'alert']],
      'the chain that is declared first': ['-A <|>', ['INPUT', 'FORWARD', 'OUTPUT']],
    };
    for (const [title, [text, first, name]] of Object.entries(cases)) {
      it(title, async () => assert.deepEqual((await inOrder(inTable(text), name)).slice(0, first.length), first));
    }
  });

  describe('in a script', () => {
    const script = (...lines: readonly string[]): string => ['#!/bin/bash', 'IPT=iptables WAN=eth7', 'OFFICE=192.0.2.0/24; export V6=2001:db8::/32', 'SSH=22', 'WEB="web in"', 'args=(-s "$1")', ...lines].join('\n');
    const cases: Record<string, [text: string, expected: Parameters<typeof check>[1]]> = {
      'variables that hold an address': [script('iptables -A INPUT "${args[@]}" -j DROP', 'iptables -A INPUT -s <|>'), { has: ['$OFFICE'], lacks: ['$V6', '$SSH', '$WAN', '$IPT', '"${args[@]}"'] }],
      'those of IPv6': [script('ip6tables -A INPUT -s <|>'), { has: ['$V6'], lacks: ['$OFFICE'] }],
      'variables that are begun': [script('iptables -A INPUT -s "$OF<|>"'), { has: ['$OFFICE'] }],
      'a variable as a rule writes it': [script('iptables -A INPUT -s "$OFFICE" -j DROP', 'iptables -A INPUT -s <|>'), { has: ['"$OFFICE"'], lacks: ['$OFFICE'] }],
      'variables that hold a port': [script('iptables -A INPUT -p tcp --dport <|>'), { has: ['$SSH'], lacks: ['$OFFICE'] }],
      'variables that hold an interface of other rules': [script('iptables -A INPUT -i "$WAN" -j DROP', 'iptables -A INPUT -i <|>'), { has: ['eth7', '$WAN'], lacks: ['$SSH', '$IPT'] }],
      'variables that hold a chain': [script('CHAIN=blocked', 'iptables -N "$CHAIN"', 'iptables -A INPUT -j <|>'), { has: ['blocked', '$CHAIN'], lacks: ['$WAN'] }],
      'those for a command': [script('CHAIN=blocked', 'iptables -N "$CHAIN"', 'iptables -A <|>'), { has: ['blocked', '$CHAIN'], lacks: ['$WAN'] }],
      'no variables for a text': [script('iptables -A INPUT -m comment --comment <|>'), { lacks: ['$WEB', '$SSH'] }],
      'sets that it creates': [script('ipset create -exist friends hash:net family inet', 'ipset -N old iphash', '# ipset create none hash:ip', 'create six hash:ip family inet6', 'ipset create "$WAN" hash:ip', 'iptables -A INPUT -m set --match-set <|>'), { exactly: ['friends', 'old', '"$WAN"'] }],
      'sets that it lets ipset restore': [script('ipset restore <<-E', '\tcreate both list:set size 8', '\tadd both x', 'E', 'iptables -A INPUT -j SET --add-set <|>'), { exactly: ['both'] }],
    };
    for (const [title, [text, expected]] of Object.entries(cases)) it(title, () => check(text, expected, 'fw.sh'));
    for (const [spelling, rule] of [['$OFFICE', 'iptables -F'], ['"$OFFICE"', 'iptables -A INPUT -s "$OFFICE" -j DROP']] as const) {
      it(`says first of all what ${spelling} holds`, async () => {
        const found = await items(script(rule, 'iptables -A OUTPUT -s 192.0.2.9 -j DROP', 'iptables -A INPUT -s <|>'), {}, 'fw.sh');
        const [first] = found.sort((a, b) => (a.sortText! < b.sortText! ? -1 : 1));
        assert.equal(first?.label, spelling);
        assert.equal(first?.labelDetails?.description, '192.0.2.0/24');
      });
    }
  });

  describe('of chains', () => {
    const declared = '*filter\n:web - [0:0]\n:db - [0:0]\n';
    it('after -A', () => check(`${declared}-A <|>\nCOMMIT\n`, { exactly: ['INPUT', 'FORWARD', 'OUTPUT', 'web', 'db'] }));
    it('after -I, half typed', () => check(`${declared}-I IN<|>\nCOMMIT\n`, { has: ['INPUT', 'web'] }));
    it('after -P only built-in ones', () => check('iptables -N web\niptables -P <|>', { exactly: ['INPUT', 'FORWARD', 'OUTPUT'] }));
    it('of a here-document, of which iptables-restore would load nothing with half a rule in it', async () => {
      const script = (rule: string): string => `#!/bin/sh\niptables-restore <<EOF\n*filter\n:web - [0:0]\n:log - [0:0]\n-A web -j log\n${rule}\nCOMMIT\nEOF\n`;
      await check(script('-A <|>'), { has: ['INPUT', 'web', 'log'] }, 'fw.sh');
      await check(script('-A web -j <|>'), { has: ['log', 'ACCEPT'], lacks: ['web'] }, 'fw.sh');
      await check(script('-A INPUT -p tcp -j w<|>'), { has: ['web', 'log'] }, 'fw.sh');
    });
    it('after -X only user-defined ones', () => check('iptables -N web\niptables -X <|>', { exactly: ['web'] }));
    it('of the table that -t names', () => check('iptables -t nat -A <|>', { exactly: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] }));
    it('none for a new chain', () => check('iptables -N <|>', { exactly: [] }));
    it('policies after -P CHAIN', () => check('iptables -P INPUT <|>', { exactly: ['ACCEPT', 'DROP'] }));
    it('no policy DROP in nat', () => check('iptables -t nat -P OUTPUT <|>', { exactly: ['ACCEPT'] }));
    it('tables after -t', () => check('iptables -t <|>', { exactly: ['raw', 'mangle', 'nat', 'filter', 'security'] }));
    it('after -g chains only', () => check(`${declared}-A INPUT -g <|>\nCOMMIT\n`, { exactly: ['web', 'db'] }));
    it('after -j none that leads back', () => check(`${declared}-A web -j db\n-A db -j <|>\nCOMMIT\n`, { has: ['ACCEPT'], lacks: ['web', 'db', 'INPUT'] }));
  });

  describe('of options', () => {
    it('of iptables, without those that stand already', () => check(inTable('-A INPUT -s 10.0.0.1 <|>'), { has: ['-p', '-d', '-i', '-j', '-g', '-m', '!'], lacks: ['-s', '-A', '-t', '-n'] }));
    it('no -o in INPUT', () => check(inTable('-A INPUT <|>'), { has: ['-i'], lacks: ['-o'] }));
    it('no -i in OUTPUT', () => check(inTable('-A OUTPUT <|>'), { has: ['-o'], lacks: ['-i'] }));
    it('no -i in POSTROUTING', () => check(inTable('-A POSTROUTING <|>', 'nat'), { has: ['-o'], lacks: ['-i'] }));
    it('no -o in a chain that only INPUT leads to', () => check('*filter\n:web - [0:0]\n-A INPUT -j web\n-A web <|>\nCOMMIT\n', { has: ['-i'], lacks: ['-o'] }));
    it('both in a chain that nothing leads to', () => check('*filter\n:web - [0:0]\n-A web <|>\nCOMMIT\n', { has: ['-i', '-o'] }));
    it('no -f in IPv6', () => check(inTable('-A INPUT <|>'), { lacks: ['-f'] }, 'rules.v6'));
    it('no second target', () => check(inTable('-A INPUT <|> -j ACCEPT'), { lacks: ['-j', '-g'] }));
    it('only negatable ones behind !', () => check(inTable('-A INPUT ! <|>'), { has: ['-s', '-p'], lacks: ['-j', '-m', '!'] }));
    it('long names once a long one is typed', () => check(inTable('-A INPUT --<|>'), { has: ['--source', '--jump'] }));
    it('none but commands before there is one', () => check('iptables <|>', { has: ['-A', '-P', '-t', '-L'], lacks: ['-s', '-j'] }));
    it('of a command line', () => check('iptables -t nat -A INPUT <|>', { has: ['-w', '-s'], lacks: ['-t', '-n', '-4'] }));
    it('of a list command', () => check('iptables -L <|>', { has: ['INPUT'], lacks: ['-s'] }));
    it('across continued lines', () => check('iptables -A INPUT \\\n  -p tcp \\\n  <|>', { has: ['-j', '--dport'], lacks: ['-p'] }));

    it('of the protocol, without -m', () => check(inTable('-A INPUT -p tcp <|>'), { has: ['--dport', '--sport', '--tcp-flags', '--syn'] }));
    it('of a loaded match, without those that stand already', () => check(inTable('-A INPUT -m conntrack --ctstate NEW --<|>'), { has: ['--ctproto'], lacks: ['--ctstate'] }));
    it('none that conflict', () => check(inTable('-A INPUT -m recent --set --<|>'), { has: ['--name', '--rsource'], lacks: ['--rcheck', '--update'] }));
    it('of the target', () => check(inTable('-A INPUT -j REJECT --<|>'), { has: ['--reject-with'] }));
    it('of targets that could be chosen', () => check(inTable('-A INPUT --<|>'), { has: ['--reject-with'], lacks: ['--to-destination'] }));
    it('only negatable ones of a match behind !', () => check(inTable('-A INPUT -m conntrack ! --<|>'), { has: ['--ctstate'], lacks: ['--ctdir'] }));
    it('none of matches that the table or hook forbids', () => check(inTable('-A INPUT --<|>'), { lacks: ['--uid-owner', '--invert'] }));
    it('of matches that the hook allows', () => check(inTable('-A OUTPUT --<|>'), { has: ['--uid-owner'] }));

    it('replaces the word, dashes included', async () => assert.equal(line(await accept(inTable('-A INPUT -p tcp --dp<|>'), '--dport')), '-A INPUT -p tcp --dport '));
    it('replaces the rest of the word too', async () => assert.equal(line(await accept(inTable('-A INPUT -p tcp --s<|>port 22'), '--dport')), '-A INPUT -p tcp --dport 22'));
    it('brings the protocol along', async () => assert.equal(line(await accept(inTable('-A INPUT --dp<|>'), '--dport', {}, 'tcp')), '-A INPUT -p tcp --dport '));
    it('brings the match along', async () => assert.equal(line(await accept(inTable('-A INPUT --ct<|>'), '--ctstate')), '-A INPUT -m conntrack --ctstate '));
    it('brings the match along, before the !', async () => assert.equal(line(await accept(inTable('-A INPUT ! --ct<|>'), '--ctstate')), '-A INPUT -m conntrack ! --ctstate '));
    it('brings protocol and match along', async () => assert.equal(line(await accept(inTable('-A INPUT --dports<|>'), '--dports')), '-A INPUT -p tcp -m multiport --dports '));
    it('brings the target along', async () => assert.equal(line(await accept(inTable('-A INPUT --rej<|>'), '--reject-with')), '-A INPUT -j REJECT --reject-with '));
    it('says what comes along', async () => {
      const item = (await items(inTable('-A INPUT --<|>'))).find(({ label }) => label === '--ctstate');
      assert.equal(item?.labelDetails?.description, 'conntrack, adds -m conntrack');
      assert.equal(item.filterText ?? item.label, '--ctstate');
    });
    it('puts what is loaded first', async () => {
      const found = await items(inTable('-A INPUT -m conntrack --<|>'));
      const [loaded, toLoad] = ['--ctstate', '--dport'].map((wanted) => found.find(({ label }) => label === wanted)!.sortText!);
      assert.ok(loaded! < toLoad!);
    });
    it('puts what the match still needs first', async () => {
      const found = await items(inTable('-A INPUT -m recent --<|>'));
      const [needed, optional] = ['--rcheck', '--name'].map((wanted) => found.find(({ label }) => label === wanted)!.sortText!);
      assert.ok(needed! < optional!);
    });
    it('puts the spelling of iptables-save before its others', async () => {
      const found = await items(inTable('-A INPUT -p tcp --<|>'));
      const [saved, other] = ['--dport', '--destination-port'].map((wanted) => found.find(({ label }) => label === wanted)!.sortText!);
      assert.ok(saved! < other!);
    });
    it('tags old spellings', async () => {
      const old = (await items(inTable('-A INPUT -m set --<|>'))).filter(({ tags }) => tags !== undefined);
      assert.deepEqual(old.map(({ label }) => label), ['--set']);
    });
    it('leaves a blank behind a ! that touches the word', async () => assert.equal(line(await accept(inTable('-A INPUT !<|>'), '-s')), '-A INPUT ! -s '));
    it('places values in a snippet', async () => {
      assert.equal(line(await accept(inTable('-A INPUT -p tcp --tcp<|>'), '--tcp-flags', { snippets: true })), '-A INPUT -p tcp --tcp-flags ${1:FLAGS} ${2:SET}');
      const item = (await items(inTable('-A INPUT -p tcp --syn<|>'), { snippets: true })).find(({ label }) => label === '--syn');
      assert.equal(item?.insertTextFormat, undefined);
    });
    it('opens the list again where values can be proposed', async () => {
      const found = await items(inTable('-A INPUT -m conntrack --<|>'), { snippets: true, suggestCommand: 'again' });
      const state = found.find(({ label }) => label === '--ctstate')!;
      assert.equal(state.command?.command, 'again');
      assert.notEqual(state.insertTextFormat, InsertTextFormat.Snippet);
    });
    it('documents every option that has a section', async () => {
      const item = (await items(inTable('-A INPUT -p tcp --<|>'))).find(({ label }) => label === '--dport');
      assert.match((item?.documentation as { value: string }).value, /port/iu);
    });
  });

  describe('of names', () => {
    it('matches after -m', () => check(inTable('-A INPUT -m <|>'), { has: ['conntrack', 'recent', 'multiport', 'tcp'], lacks: ['REJECT', 'ACCEPT'] }));
    it('matches of the family', () => check(inTable('-A INPUT -m <|>'), { has: ['icmp6', 'frag'], lacks: ['icmp', 'ah'].slice(0, 1) }, 'rules.v6'));
    it('no match of another protocol', () => check(inTable('-A INPUT -p udp -m <|>'), { has: ['udp', 'multiport'], lacks: ['tcp', 'icmp'] }));
    it('no match that the hook forbids', () => check(inTable('-A INPUT -m <|>'), { lacks: ['owner', 'rpfilter'] }));
    it('targets after -j', () => check(inTable('-A INPUT -j <|>'), { has: ['ACCEPT', 'DROP', 'RETURN', 'REJECT', 'LOG'], lacks: ['DNAT', 'MASQUERADE', 'TPROXY', 'INPUT', 'conntrack'] }));
    it('targets of nat, without DROP', () => check(inTable('-A PREROUTING -j <|>', 'nat'), { has: ['DNAT', 'REDIRECT', 'ACCEPT'], lacks: ['DROP', 'REJECT', 'MASQUERADE'] }));
    it('targets of the chain\'s hooks', () => check('*nat\n:web - [0:0]\n-A POSTROUTING -j web\n-A web -j <|>\nCOMMIT\n', { has: ['SNAT', 'MASQUERADE'], lacks: ['DNAT', 'REDIRECT'] }));
    it('each target once', async () => {
      const labels = (await items(inTable('-A INPUT -j <|>'))).map(({ label }) => label);
      assert.deepEqual(labels, [...new Set(labels)]);
    });
    it('protocols after -p', () => check(inTable('-A INPUT -p <|>'), { has: ['tcp', 'udp', 'icmp', 'all'] }));
    it('a name, half typed', async () => assert.equal(line(await accept(inTable('-A INPUT -m con<|>'), 'conntrack')), '-A INPUT -m conntrack'));
    it('a verdict, half typed', async () => assert.equal(line(await accept(inTable('-A INPUT -j AC<|>'), 'ACCEPT')), '-A INPUT -j ACCEPT'));
  });

  describe('of values', () => {
    it('words of a list', () => check(inTable('-A INPUT -m conntrack --ctstate <|>'), { has: ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID'] }));
    it('the last element of a list, without those that stand already', async () => {
      await check(inTable('-A INPUT -m conntrack --ctstate NEW,<|>'), { has: ['ESTABLISHED'], lacks: ['NEW'] });
      assert.equal(line(await accept(inTable('-A INPUT -m conntrack --ctstate NEW,EST<|>'), 'ESTABLISHED')), '-A INPUT -m conntrack --ctstate NEW,ESTABLISHED');
    });
    it('an element again where that says more', () => check(inTable('-A INPUT -m set --match-set services dst,<|>'), { has: ['src', 'dst'] }));
    it('sets of the host', async () => {
      const ipsets = new Map([['blocked', { type: 'hash:ip', family: 'inet', members: [] }], ['blocked6', { type: 'hash:ip', family: 'inet6', members: [] }]] as const);
      const labels = (await items(inTable('-A INPUT -m set --match-set <|>'), { host: { ipsets } })).map(({ label }) => label);
      assert.deepEqual(labels, ['blocked']);
    });
    it('an element in the middle', async () => assert.equal(line(await accept(inTable('-A INPUT -m conntrack --ctstate NE<|>,RELATED'), 'NEW')), '-A INPUT -m conntrack --ctstate NEW,RELATED'));
    it('behind an =', async () => assert.equal(line(await accept(inTable('-A INPUT -m conntrack --ctstate=N<|>'), 'NEW')), '-A INPUT -m conntrack --ctstate=NEW'));
    it('nothing behind the = of an unknown option', () => check(inTable('-A INPUT --nonsense=<|>'), { exactly: [] }));
    it('interfaces that the file names', () => check('*filter\n-A INPUT -i wan0 -j DROP\n-A OUTPUT -o lan7 -j DROP\n-A INPUT -i <|>\nCOMMIT\n', { has: ['wan0', 'lan7', 'lo'] }));
    it('interfaces of the host', async () => {
      const found = await items(inTable('-A INPUT -i <|>'), { host: { interfaces: new Map([['enp3s0', []]]) } });
      assert.ok(found.some(({ label }) => label === 'enp3s0'));
    });
    it('addresses that the file names', () => check('*filter\n-A INPUT -s 192.0.2.7 -j DROP\n-A INPUT -s <|>\nCOMMIT\n', { has: ['192.0.2.7'] }));
    it('names that other rules have given', () => check('*filter\n-A INPUT -m recent --name ssh --set\n-A INPUT -m recent --name <|>\nCOMMIT\n', { has: ['ssh'] }));
    it('names with their quotes, but not twice', async () => {
      const text = (line: string): string => `*filter\n-A INPUT -m comment --comment "web server"\n${line}\nCOMMIT\n`;
      assert.equal((await accept(text('-A INPUT -m comment --comment <|>'), '"web server"')).split('\n')[2], '-A INPUT -m comment --comment "web server"');
      assert.equal((await accept(text('-A INPUT -m comment --comment "we<|>"'), 'web server')).split('\n')[2], '-A INPUT -m comment --comment "web server"');
    });
    it('none of the options', () => check(inTable('-A INPUT -p tcp --dport <|>'), { lacks: ['-j', '--sport'] }));
    it('options again where a dash is typed', () => check(inTable('-A INPUT -p -<|>'), { has: ['-s'], lacks: ['tcp'] }));
    it('options behind a rule number that may be left out', () => check(inTable('-I INPUT <|>'), { has: ['-s', '-j'] }));
    it('nothing for counters', () => check(inTable('-A INPUT -c <|>'), { exactly: [] }));
  });

  describe('in comments', () => {
    it('verdicts of an expectation', () => check('# expect <|>', { has: ['ACCEPT', 'DROP', 'REJECT'] }));
    it('protocols of its packet', () => check('# expect ACCEPT: <|>', { has: ['tcp', 'udp', 'icmp'] }));
    it('fields that its packet does not have', () => check('# expect ACCEPT: tcp any -> any:23 in=eth0 <|>', { has: ['out=', 'state=', 'at='], lacks: ['in='] }));
    it('fields of its protocol only', () => check('# expect ACCEPT: udp any -> any:53 <|>', { has: ['in='], lacks: ['flags=', 'type='] }));
    it('interfaces of the file for its packet', () => check('*filter\n-A INPUT -i wan0 -j DROP\n-A INPUT -i lan+ -j DROP\nCOMMIT\n# expect DROP: tcp in=<|>\n', { exactly: ['wan0'] }));
    it('words of its fields', async () => assert.equal(await accept('# expect DROP: tcp any -> any state=<|>', 'NEW'), '# expect DROP: tcp any -> any state=NEW'));
    it('flags of its packet', async () => assert.equal(await accept('# expect DROP: tcp flags=SYN,A<|>', 'ACK'), '# expect DROP: tcp flags=SYN,ACK'));
    it('answers of a REJECT that is expected', () => check('# expect REJECT with <|>', { has: ['tcp-reset'] }));
    it('every field that the notation has, with words for it', () => {
      for (const { name } of FIELDS) assert.ok(FIELD_DOCS[name], name);
    });
    it('codes to disable', () => check('# iptables-lens disable=<|>', { has: ['misplaced-interface', 'nat-filtering'] }));
    it('codes that are not disabled yet', async () => {
      await check('# iptables-lens disable=nat-filtering,<|>', { has: ['misplaced-interface'], lacks: ['nat-filtering'] });
      assert.equal(await accept('# iptables-lens disable=nat-filtering,misp<|>', 'misplaced-interface'), '# iptables-lens disable=nat-filtering,misplaced-interface');
    });
    it('ways to begin', async () => assert.equal(await accept('# sc<|>', '# scenario'), '# scenario '));
    it('nothing elsewhere in a comment', async () => assert.deepEqual((await items('# -A INPUT <|>')).filter(({ label }) => !label.startsWith('#')), []));
  });

  describe('nowhere else', () => {
    it('in shell', () => check('#!/bin/sh\necho <|>', { exactly: [] }));
    it('behind a command', () => check('iptables -A INPUT -j ACCEPT || <|>', { exactly: [] }));
    it('in the program', () => check('iptab<|>les -A INPUT', { exactly: [] }));
    it('inside counters', () => check(inTable('[0:<|>0] -A INPUT -j ACCEPT'), { exactly: [] }));
  });

  for (const [title, text] of Object.entries(ODD_TEXTS)) it(`takes ${title}`, () => items(text));

  it('takes a document of 20,000 lines', async () => {
    assert.ok((await items(largeText(20_000))).some(({ label }) => label === 'ESTABLISHED'));
  });
});
