import { strict as assert } from 'node:assert';
import type { MarkupContent } from 'vscode-languageserver';
import { hover } from '../../../server/src/features/hover.ts';
import { ODD_TEXTS, atCursor, inTable, largeText, textIn } from './cursor.ts';

/** Asserts what the hover at the cursor says and which text it is about; no `says` asserts that there is none. */
async function check(marked: string, says?: RegExp, about?: string, name?: string): Promise<void> {
  const { document, position } = await atCursor(marked, name);
  const answer = hover(document, position);
  if (says === undefined) {
    assert.equal(answer, undefined);
    return;
  }
  assert.ok(answer, 'there is a hover');
  assert.match((answer.contents as MarkupContent).value, says);
  if (about !== undefined) assert.equal(textIn(document, answer.range!), about);
}

describe('hover', () => {
  const cases: Record<string, [text: string, says: RegExp, about?: string]> = {
    'a command': [inTable('-<|>A INPUT -j DROP'), /--append/u, '-A'],
    'a base option': [inTable('-A INPUT -<|>s 10.0.0.1'), /Source address/u, '-s'],
    'a base option, long': [inTable('-A INPUT --in-<|>interface eth0'), /OUTPUT/u, '--in-interface'],
    'a negation': [inTable('-A INPUT <|>! -s 10.0.0.1'), /[Nn]egates/u, '!'],
    'a match, with its whole page': [inTable('-A INPUT -m con<|>ntrack --ctstate NEW'), /--ctstate/u, 'conntrack'],
    'a match, with its examples as rulesets': [inTable('-A INPUT -m con<|>ntrack --ctstate NEW'), /```iptables\n-A INPUT -m conntrack[^]*```\n/u],
    'an option of a match': [inTable('-A INPUT -m conntrack --ct<|>state NEW'), /match `conntrack`/u, '--ctstate'],
    'an alias': [inTable('-A INPUT -p tcp --dp<|>ort 22'), /--destination-port.*match `tcp`/u, '--dport'],
    'an option that is cut short': [inTable('-A INPUT -p tcp --tcp-fl<|> SYN SYN'), /--tcp-flags/u],
    'an option with =': [inTable('-A INPUT -p tcp --dp<|>ort=22'), /destination-port/u, '--dport'],
    'a target': [inTable('-A INPUT -j REJ<|>ECT'), /--reject-with/u, 'REJECT'],
    'an option of a target': [inTable('-A INPUT -j REJECT --reject<|>-with tcp-reset'), /target `REJECT`/u],
    'a verdict': [inTable('-A INPUT -j DR<|>OP'), /Discards/u, 'DROP'],
    'a protocol': [inTable('-A INPUT -p u<|>dp'), /User Datagram/u, 'udp'],
    'an address': [inTable('-A INPUT -s 10.0.0.0<|>/8'), /10\.0\.0\.0/u, '10.0.0.0/8'],
    'one address of several': [inTable('-A INPUT -s 192.0.2.1,10.0.<|>0.0/8'), /10\.0\.0\.0/u, '10.0.0.0/8'],
    'an interface prefix': [inTable('-A INPUT -i eth<|>+'), /begins with/u, 'eth+'],
    'an interface of which nothing is known': [inTable('-A INPUT -i et<|>h0'), /Interface by which/u, 'eth0'],
    'a port': [inTable('-A INPUT -p tcp --dport 2<|>2'), /ssh/iu, '22'],
    'one port of several': [inTable('-A INPUT -p tcp -m multiport --dports 22,8<|>0'), /http/iu, '80'],
    'a state': [inTable('-A INPUT -m conntrack --ctstate NEW,EST<|>ABLISHED'), /ESTABLISHED/u, 'ESTABLISHED'],
    'a table': ['*fil<|>ter\nCOMMIT\n', /Decides which packets/u, '*filter'],
    'a table of a command': ['iptables -t n<|>at -F', /Translates/u, 'nat'],
    'a declaration': ['*filter\n:IN<|>PUT DROP [0:0]\nCOMMIT\n', /for this host/u, ':INPUT'],
    'a policy': ['*filter\n:INPUT DR<|>OP [0:0]\nCOMMIT\n', /no rule of the chain/u, 'DROP'],
    'a policy of a command': ['iptables -P INPUT AC<|>CEPT', /no rule of the chain/u, 'ACCEPT'],
    'no policy': ['*filter\n:web <|>- [0:0]\nCOMMIT\n', /no policy/u, '-'],
    'counters of a chain': ['*filter\n:INPUT DROP [1<|>2:3400]\nCOMMIT\n', /12 packets, 3400 bytes/u],
    'counters of a rule': [inTable('[5<|>:60] -A INPUT -j DROP'), /5 packets, 60 bytes/u],
    'COMMIT': ['*filter\nCOM<|>MIT\n', /all of it at once/u],
    'a rule number': [inTable('-D INPUT <|>3'), /Rule number 3/u, '3'],
    'a verdict that is expected': ['# expect DR<|>OP: tcp any -> any:23 in=eth0', /without an answer/u, 'DROP'],
    'a field of a packet': ['# expect DROP: tcp any -> any:23 i<|>n=eth0', /comes in/u, 'in=eth0'],
    'a start': ['#!/bin/sh\n# iptables-lens from=no-such<|>.v4', /there is no such file/u, 'no-such.v4'],
    'a code': ['# iptables-lens disable=misplaced-<|>interface', /What it does/u, 'misplaced-interface'],
  };
  for (const [title, [text, says, about]] of Object.entries(cases)) it(`explains ${title}`, () => check(text, says, about));

  describe('of a chain', () => {
    const text = (line: string): string => `*filter\n:INPUT DROP [0:0]\n:web - [0:0]\n-A INPUT -p tcp -j web\n-A web -p tcp --dport 80 -j ACCEPT\n${line}\nCOMMIT\n`;
    it('counts its rules and names its line', () => check(text('-A <|>web -j DROP'), /2 rules\. Declared in line 3\./u, 'web'));
    it('says what leads to it', () => check(text('-A INPUT -s 10.0.0.1 -j we<|>b'), /2 rules lead here \(lines 4 and 6\); packets come from `INPUT`/u));
    it('lists its first rules', () => check(text('-A INPUT -g <|>web'), /```iptables\n-A web -p tcp --dport 80 -j ACCEPT\n```/u));
    it('states the policy of a built-in one', () => check(text('-A INP<|>UT -j DROP'), /Policy `DROP`, 2 rules/u));
    it('says when nothing leads to it', () => check('*filter\n:we<|>b - [0:0]\nCOMMIT\n', /No rule leads here/u));
    it('says when nothing declares it', () => check(inTable('-A INPUT -j nob<|>ody'), /Nothing declares it/u));
  });

  const silent: Record<string, string> = {
    'a comment': '# just <|>words\n', 'an empty line': '*filter\n<|>\nCOMMIT\n', 'the end of the text': '*filter\nCOMMIT\n<|>',
    'shell': '#!/bin/sh\nec<|>ho\n', 'an unknown option': inTable('-A INPUT --non<|>sense'), 'blanks': inTable('-A INPUT  <|>  -j DROP'),
  };
  for (const [title, text] of Object.entries(silent)) it(`says nothing about ${title}`, () => check(text));

  for (const [title, text] of Object.entries(ODD_TEXTS)) {
    it(`takes ${title}`, async () => {
      const { document, position } = await atCursor(text);
      hover(document, position);
    });
  }

  it('takes a document of 20,000 lines', () => check(largeText(20_000), /NEW/u));
});

describe('hover on what a shell puts in', () => {
  const script = (...lines: string[]): string => `#!/bin/bash\nIPT="iptables -w 5"\n${lines.join('\n')}\n`;
  const cases: Record<string, [text: string, says: RegExp, about: string]> = {
    'the program': [script('$I<|>PT -F'), /^`\$IPT` is `iptables -w 5`\.\n\n/u, '$IPT'],
    'a value': [script('P=22', '$IPT -A INPUT -p tcp --dport "$<|>P" -j DROP'), /^`"\$P"` is `22`\.\n\n[^]*`ssh`/u, '"$P"'],
    'a value that is another each time': [script('for p in 80 443; do', '  $IPT -A INPUT -p tcp --dport $<|>p -j DROP', 'done'), /^`\$p` is `80` and `443`, one after the other\.[^]*`http`[^]*`https`/u, '$p'],
    'a value that nobody knows': [script('$IPT -A INPUT -s "$<|>1" -j DROP'), /^`"\$1"` is not known: the script does not tell it\.\n\n/u, '"$1"'],
    'a value with a part that nobody knows': [script('$IPT -A INPUT -s "10.0.0.$<|>1" -j DROP'), /^`"10\.0\.0\.\$1"` is what the shell makes of `\$1`, which is not known\.\n\n/u, '"10.0.0.$1"'],
    'an array of which one word is not known': [script('args=(-s "$1" -p tcp)', '$IPT -A INPUT "$<|>{args[@]}" -j DROP'), /^`"\$\{args\[@\]\}"` is `-s \$1 -p tcp`, of which `\$1` is not known\.\n\n/u, '"${args[@]}"'],
    'tables in turn': [script('for t in filter nat; do $IPT -t $<|>t -F; done'), /is `filter` and `nat`, one after the other\.[^]*\*\*filter\*\* table[^]*\*\*nat\*\* table/u, '$t'],
    'chains in turn': [script('new() { $IPT -N "$<|>1"; }', 'new web', 'new log'), /`web` and `log`, one after the other\.[^]*\*\*web\*\* chain[^]*\*\*log\*\* chain/u, '"$1"'],
    'a chain whose policy depends on how the script is run': [script('case $1 in', 'start) $IPT -P INPUT DROP; $IPT -A INPUT -i lo -j ACCEPT ;;', 'stop) $IPT -P INPUT ACCEPT ;;', 'esac', '$IPT -A IN<|>PUT -j LOG'), /Policy `ACCEPT` or `DROP`, 2 rules\.[^]*```iptables\n[^]*-i lo[^]*-j LOG\n```/u, 'INPUT'],
    'a chain whose policy nobody knows': [script('iptables-restore < /etc/rules', '$IPT -A IN<|>PUT -j LOG'), /Policy not known, /u, 'INPUT'],
    'what iptables-restore reads': [script('IF=eth7', 'iptables-restore <<EOF', '*filter', '-A INPUT -i $<|>IF -j DROP', 'COMMIT', 'EOF'), /^`\$IF` is `eth7`\.\n\n[^]*in-interface/u, '$IF'],
  };
  for (const [what, [text, says, about]] of Object.entries(cases)) it(what, () => check(text, says, about, 'fw.sh'));
  it('says nothing of a word that stands there as it is', () => check(script('IPT=1; ipt<|>ables -F'), undefined, undefined, 'fw.sh'));
});
