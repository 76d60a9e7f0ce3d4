import assert from 'node:assert/strict';
import { evaluate, hasShell, runInShell } from './run.ts';

/** What the programs read; each command meets a third of it, or all when SHELL_FILTERS is `all`. */
const TEXTS = [
  '', '10.0.0.1:80', '10.0.0.1:80 10.0.0.2:443', '# comment\n22 ssh\n\n  80   http # web\n443\thttps\n', 'b\na\nb\nb\nc', '10\n9\n100\n9\n0', 'a,b,,c', 'aAbB-_zZ09', '192.168.5.77/24', '..[x]*$^\\/|+?(){}',
  'eth0: <UP>\neth1: <DOWN>\nlo: <UP>', 'one', 'x\n\n\n', 'a b', 'tcp:22:ssh:extra',
];

const COMMANDS = [
  'cut -d: -f1', 'cut -d : -f 2', 'cut -d: -f2-', 'cut -d, -f1,3', 'cut -sd: -f1', 'cut -f2', 'cut -c1-4', 'cut -c-3', 'cut -d" " -f2', 'cut -d/ -f1 -', 'cut -d. -f1-3',
  "tr ',' ' '", 'tr a-z A-Z', "tr '[:lower:]' '[:upper:]'", 'tr -d "\\n"', 'tr -d 0-9', "tr -s ' '", "tr '\\n' ' '", 'tr -cd 0-9', "tr ', ' '\\n'", 'tr abc x', 'tr -d -- -_', "tr -s '\\n' ','", "tr '[a-z]' '[A-Z]'",
  'head -1', 'head -n 2', 'head', 'head -n0', 'tail -1', 'tail -n 1', 'tail -n +2', 'tail -n +0', 'tail -n 0', 'sort', 'sort -u', 'sort -n', 'sort -rn', 'sort -nu', 'sort -r', 'uniq', 'wc -l', 'wc -w',
  'grep :', "grep -v '^#'", "grep -v '^$'", "grep -c '^'", 'grep -F .', 'grep -E "^[0-9]+"', 'grep -i A', "grep '^[^#]*$'", "grep 'a*'", "grep '\\.'", "grep -e -", "grep '[[:digit:]]$'", 'grep -q b', "grep -E '(a|b),'", "grep '[]x]'", 'grep +', "grep -vE '^[[:space:]]*(#|$)'", 'egrep "0|1"', "fgrep '*'",
  "sed 's/:/ /'", "sed 's/:/ /g'", "sed 's/#.*//'", "sed 's|/.*||'", "sed 's/\\.[0-9]*$/.0/'", "sed -e 's/^ *//'", "sed '/^#/d'", "sed '/^$/d'", 'sed 1d', 'sed -n 2p', 'sed 1q', "sed 's/a*/x/g'", "sed -E 's/[0-9]/N/g'", "sed 's/[^0-9]//g'", "sed 's,a,b,'", "sed 's/$/;/'",
  "awk '{print $1}'", "awk '{ print $2 }'", "awk '{print $NF}'", "awk -F: '{print $2}'", "awk -F , '{print $3}'", "awk '{print $0}'", "awk -F/ '{print $1;}'",
  'xargs -n1 echo x', 'xargs', 'xargs -I{} echo "<{}>"', 'xargs -r echo a', 'xargs -n 2 echo', 'tee /dev/null', 'cat - ',
];

/** Scripts for one bash. */
const BATCH = 200;

const OPERANDS = [
  'basename /a/b.sh', 'basename /a/b.sh .sh', 'basename .sh .sh', 'basename /', 'basename a/', 'dirname /a/b.sh', 'dirname a', 'dirname /a', 'dirname a/b/', 'seq -w 8 11', 'seq -w 1 5 21', 'seq -w 01 3', 'seq -w 5', 'seq 3 -1 1',
  "printf '%5s|%-5s|%05d|%x|%X|%o|%i|%u|%c|%.2s' a b 42 255 255 8 -3 7 xyz abc", "printf '%03d,' 1 22 4444", "printf '%-4d|%4d|%04d' -7 -7 -7", "printf '%s' ''", "printf '%d%%\\n' 0x1f", "printf '%5b|' 'a\\n'", "printf '%s=%s;' a 1 b",
];

describe('programs that make text of text', () => {
  it('print what they print, or something with a name that nobody knows', function () {
    if (!hasShell('bash')) this.skip();
    const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
    const scripts = [
      ...COMMANDS.flatMap((command, index) => TEXTS.filter((_, place) => process.env['SHELL_FILTERS'] === 'all' || (index + place) % 3 === 0).map((text) => `X=$(printf %s ${quoted(text)} | ${command}; echo "$?"); iptables "$X"`)),
      ...OPERANDS.map((command) => `X=$(${command}); iptables "$X" "$?"`),
    ].map((script) => ({ script, args: [] }));
    const theirs: string[][][] = [];
    for (let start = 0; start < scripts.length; start += BATCH) theirs.push(...runInShell('bash', scripts.slice(start, start + BATCH)));
    let known = 0;
    scripts.forEach(({ script }, index) => {
      const words = evaluate(script, { args: [] }).invocations.map(({ arguments: args }) => args);
      if (words.flat().some(({ unknown }) => unknown !== undefined)) return;
      known++;
      assert.deepEqual(words.map((each) => each.map(({ text }) => text)), theirs[index]!.map(([, ...rest]) => rest), script);
    });
    console.log(`      ${known} of ${scripts.length} are known`);
    assert.ok(known > scripts.length * 0.85);
  }).timeout(60_000);
});
