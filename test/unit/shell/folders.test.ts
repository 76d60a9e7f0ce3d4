// Where a script looks for files: in its own folder, and in those that it goes to.
import assert from 'node:assert/strict';
import { summary } from './run.ts';

/** What runs of a script beside which these files stand. */
const beside = (files: Readonly<Record<string, string>>, script: string): string[] => summary(script, { isBash: true, readFile: (path) => files[path] });

const CONF = { 'fw.conf': 'NET=10.0.0.0/8\n', 'conf/fw.conf': 'NET=192.168.0.0/16\n' };
const RULE = 'iptables -A INPUT -s $NET';
const FOUND = ['iptables -A INPUT -s 10.0.0.0/8'];
const FOUND_BELOW = ['iptables -A INPUT -s 192.168.0.0/16'];

describe('a script that names its own folder', () => {
  for (const folder of [
    '$(dirname "$0")', '`dirname $0`', '${0%/*}', '${BASH_SOURCE%/*}', '$(dirname "${BASH_SOURCE[0]}")', '$(dirname "$(readlink -f "$0")")',
    '$(readlink -f "$(dirname "$0")")', '$(cd "$(dirname "$0")" && pwd)', '$(cd -P -- "$(dirname -- "$0")" >/dev/null 2>&1 && pwd -P)',
    '$(dirname "$(realpath -e "$0")")', '$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")"; echo $PWD)', '$(pwd)', '$PWD',
  ]) {
    it(folder, () => {
      assert.deepEqual(beside(CONF, `DIR=${folder}\n. "$DIR/fw.conf"\n${RULE}`), FOUND);
      assert.deepEqual(beside(CONF, `DIR="${folder}"\nCONF=$DIR/conf\nsource $CONF/fw.conf\n${RULE}`), FOUND_BELOW);
    });
  }

  it('and says no more of it than that', () => {
    assert.deepEqual(beside({}, 'iptables -A INPUT -m comment --comment "$(dirname "$0")"'), ['iptables -A INPUT -m comment --comment <$(dirname "$0")>']);
    assert.deepEqual(beside(CONF, `NET=old\nDIR=$(dirname "$0")\n. "\${DIR}fw.conf"\n${RULE}`), ['iptables -A INPUT -s <. "${DIR}fw.conf">']);
    assert.deepEqual(beside(CONF, `NET=old\nDIR=$(dirname "$0"; echo x)\n. "$DIR/fw.conf"\n${RULE}`), ['iptables -A INPUT -s <. "$DIR/fw.conf">']);
    assert.deepEqual(beside(CONF, `NET=old\nDIR=$(echo a $(dirname "$0"))\n. "$DIR/fw.conf"\n${RULE}`), ['iptables -A INPUT -s <. "$DIR/fw.conf">']);
    assert.deepEqual(beside(CONF, `NET=old\nDIR=$(dirname "$(dirname "$0")")\n. "$DIR/fw.conf"\n${RULE}`), ['iptables -A INPUT -s <. "$DIR/fw.conf">']);
    assert.deepEqual(beside(CONF, `export NET=old\nsh -c '. "$(dirname "$0")/fw.conf"; ${RULE}' /usr/bin/x`), ['iptables -A INPUT -s <. /usr/bin/fw.conf>']);
  });

  it('is not told by a file of which nobody knows that it is there', () => {
    assert.deepEqual(beside(CONF, `CONF=$(dirname "$0")/fw.conf\n[ -f "$CONF" ] && . "$CONF"\n${RULE}`), FOUND);
    assert.deepEqual(beside(CONF, `if [[ ! -r ./fw.conf ]]; then exit 1; fi\n. ./fw.conf\n${RULE}`), FOUND);
    assert.deepEqual(beside({}, '[ -f "$0.conf" ] && iptables -F'), ['if [ -f "$0.conf" ]: iptables -F']);
    assert.deepEqual(beside(CONF, '[ -f /etc/fw.conf ] && iptables -F'), ['if [ -f /etc/fw.conf ]: iptables -F']);
  });
});

describe('a script that goes to another folder', () => {
  it('takes no file from beside it for one there', () => {
    const elsewhere = ['iptables-restore <rules>', 'iptables -A INPUT -j DROP'];
    assert.deepEqual(beside({ rules: '*filter\nCOMMIT\n' }, 'cd /etc/iptables || exit 1\niptables-restore < rules\niptables -A INPUT -j DROP'), ['iptables-restore </etc/iptables/rules>', elsewhere[1]]);
    assert.deepEqual(beside({ rules: '' }, 'cd\niptables-restore rules').map((line) => line.startsWith('iptables-restore rules <')), [true]);
  });

  it('finds those that stand there', () => {
    assert.deepEqual(beside(CONF, `cd conf\n. ./fw.conf\n${RULE}`), FOUND_BELOW);
    assert.deepEqual(beside(CONF, `cd "$(dirname "$0")/conf"\n. ./fw.conf\n${RULE}`), FOUND_BELOW);
    assert.deepEqual(beside(CONF, `(cd conf; true)\n. ./fw.conf\n${RULE}`), FOUND);
    assert.deepEqual(beside(CONF, `cd conf; cd - >/dev/null\n. ./fw.conf\n${RULE}`), FOUND);
    assert.deepEqual(beside({}, 'cd /tmp\nprintf "*filter\\nCOMMIT\\n" > x\niptables-restore < /tmp/x'), ['iptables-restore *filter\nCOMMIT\n']);
  });

  it('is expected to get there', () => {
    assert.deepEqual(beside({}, 'cd /tmp && iptables -F'), ['iptables -F']);
    assert.deepEqual(beside({}, 'cd /tmp || exit 1\niptables -F'), ['iptables -F']);
  });
});

describe('a script that sources files which nobody knows', () => {
  const runs = (script: string): string[] => summary(`IPT="iptables -w"\n${script}\n$IPT -F`, { isBash: true });

  it('is taken to keep the name of the program, however many there are', () => {
    assert.deepEqual(runs('. /etc/a'), ['iptables -F']);
    assert.deepEqual(runs('. /etc/a\n. /etc/b'), ['iptables -F']);
    assert.deepEqual(runs('for file in /etc/fw.d/*; do . "$file"; done'), ['iptables -F']);
    assert.deepEqual(runs('while read -r file; do . "$file"; done'), ['iptables -F']);
  });

  it('has another one where a loop says so', () => {
    assert.deepEqual(runs('for file in /etc/fw.d/*; do IPT="$IPT -w"; done'), []);
  });
});
