import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { openDocument } from '../../support/document.ts';

const ruleset = async (...commands: readonly string[]): Promise<Parameters<typeof compile>[0]> => (await openDocument(`#!/bin/bash\n${commands.join('\n')}\n`, 'fw.sh')).ruleset();

/** The verdicts that packets may have, each once, by the ways that they may take. */
async function verdicts(commands: readonly string[], ...packets: readonly string[]): Promise<string[]> {
  const program = compile(await ruleset(...commands));
  return packets.map((text) => {
    const parsed = parsePacket(text);
    assert.ok(parsed.ok);
    const { verdict, outcomes } = simulate(program, new Worlds(), parsed.packet);
    return (outcomes ?? [{ verdict }]).map((each) => each.verdict).join(' ');
  });
}

describe('rules that may not be there', () => {
  it('meet the packets that they would match, and no others', async () => {
    const script = ['if [ -f /x ]; then', 'iptables -A INPUT -s 192.0.2.0/24,198.51.100.1 -p tcp --dport 22 -m conntrack --ctstate NEW -j DROP', 'fi'];
    assert.deepEqual(await verdicts(script, 'tcp 192.0.2.7:5 -> 10.0.0.5:22 in=eth0', 'tcp 198.51.100.1:5 -> 10.0.0.5:22 in=eth0'), ['DROP ACCEPT', 'DROP ACCEPT']);
    assert.deepEqual(await verdicts(script, 'tcp 192.0.2.7:5 -> 10.0.0.5:80 in=eth0', 'tcp 203.0.113.9:5 -> 10.0.0.5:22 in=eth0', 'udp 192.0.2.7:5 -> 10.0.0.5:22 in=eth0'), ['ACCEPT', 'ACCEPT', 'ACCEPT']);
  });

  it('note nothing where they are not there', async () => {
    const [fates] = await verdicts([
      'if [ -f /x ]; then', 'iptables -A INPUT -m recent --name seen --set', 'fi', 'iptables -A INPUT -m recent --name seen --rcheck -j DROP',
    ], 'tcp 192.0.2.7:5 -> 10.0.0.5:22 in=eth0');
    assert.equal(fates, 'DROP ACCEPT');
  });

  it('drop no fragments that only a look at them drops where they are not there', async () => {
    const [fates] = await verdicts(['if [ -f /x ]; then', 'iptables -t raw -A PREROUTING -p tcp --tcp-option 5 -j LOG', 'fi'], 'tcp 192.0.2.7 -> 10.0.0.5 in=eth0 fragment=8');
    assert.equal(fates, 'DROP ACCEPT');
  });

  it('are as many as their lists of addresses make', async () => {
    const saved = saveRuleset(await ruleset('if [ -f /x ]; then', 'iptables -A INPUT -s 192.0.2.1,192.0.2.2 -j DROP', 'fi', 'iptables -D INPUT -s 192.0.2.2,192.0.2.1 -j DROP'), 'nft');
    assert.deepEqual(saved.filter(({ text }) => text.includes('DROP')), []);
  });
});

describe('rules under one condition', () => {
  const syn = 'tcp 192.0.2.7:5 -> 10.0.0.5:22 in=eth0';

  it('are there together, and where the others are not', async () => {
    assert.deepEqual(await verdicts([
      'if [ -f /x ]; then', 'iptables -N WEB', 'iptables -A WEB -s 192.0.2.7 -j DROP', 'iptables -A INPUT -j WEB', 'iptables -P INPUT ACCEPT', 'else', 'iptables -A INPUT -j LOG', 'iptables -P INPUT DROP', 'fi',
    ], syn, 'tcp 192.0.2.8:5 -> 10.0.0.5:22 in=eth0'), ['DROP DROP', 'ACCEPT DROP']);
    assert.deepEqual(await verdicts(['case $MODE in', 'a) iptables -A INPUT -j ACCEPT ;;', 'b) iptables -A INPUT -j DROP ;;', '*) iptables -A INPUT -j REJECT ;;', 'esac'], syn), ['ACCEPT DROP REJECT']);
    assert.deepEqual(await verdicts(['f() {', '[ -f /x ] || return', 'iptables -A INPUT -j LOG', 'iptables -A INPUT -j DROP', '}', 'f'], syn), ['DROP ACCEPT']);
  });

  it('are there or not each time that it is asked', async () => {
    assert.deepEqual(await verdicts(['f() {', 'if [ -f /x ]; then', 'iptables -A INPUT -j $1', ': ; : ; : ; :', 'fi', '}', 'f LOG', 'f ACCEPT', 'f DROP'], syn), ['ACCEPT DROP ACCEPT ACCEPT DROP ACCEPT']);
    assert.deepEqual(await verdicts(['f() {', 'if [ -f /x ]; then', 'iptables -A INPUT -p tcp --dport $P -j ACCEPT', ': ; : ; : ; :', 'else', 'iptables -A INPUT -p tcp --dport $P -j DROP', 'fi', '}', 'P=21', 'f', 'f', 'P=22', 'f'], syn), ['ACCEPT DROP']);
  });

  it('are what a packet meets that returns from a built-in chain, where they stand for its policy', async () => {
    const shut = ['iptables -P INPUT ACCEPT', 'if [ -f /x ]; then', 'iptables -P INPUT DROP', 'fi'];
    assert.deepEqual(await verdicts([...shut, 'iptables -A INPUT -p tcp -j RETURN', 'iptables -A INPUT -j ACCEPT'], syn), ['DROP ACCEPT']);
    assert.deepEqual(await verdicts([...shut, 'iptables -N ONE', 'iptables -A INPUT -g ONE', 'iptables -A INPUT -j REJECT'], syn), ['DROP ACCEPT']);
    assert.deepEqual(await verdicts([...shut, 'iptables -A INPUT -p tcp -j ACCEPT'], syn), ['ACCEPT']);
    assert.deepEqual(await verdicts(['case $MODE in', 'a) iptables -P INPUT ACCEPT ;;', '*) iptables -P INPUT DROP ;;', 'esac', 'iptables -A INPUT -j RETURN'], syn), ['DROP ACCEPT']);
  });

  it('are gone where it empties their chain', async () => {
    assert.deepEqual(await verdicts(['iptables -A INPUT -j ACCEPT', 'if [ -f /x ]; then', 'iptables -F INPUT', 'iptables -A INPUT -j DROP', 'fi'], syn), ['ACCEPT DROP']);
    assert.deepEqual(await verdicts(['iptables -A INPUT -j ACCEPT', 'if [ -f /x ]; then', 'iptables -D INPUT -j ACCEPT', 'else', 'iptables -I INPUT -j DROP', 'fi'], syn), ['DROP ACCEPT']);
  });

  it('are told from others by what was asked, wherever that was', async () => {
    const asks = (first: string, second: string): string[] => [`${first} && iptables -A INPUT -j LOG`, `${second} && iptables -A INPUT -j DROP`];
    const count = async (...script: string[]): Promise<number> => (await verdicts(script, syn))[0]!.split(' ').length;
    for (const [first, second] of [['[ "$1" = a ]', '[ "$1" = a ]'], ['[ "$1" = a ]', '[[ $1 != a ]]'], ['[ -n "$X" ]', '[ -z "$X" ]'], ['[ "$X" ]', '! [[ -n $X ]]'], ['test a == "$X"', '[ ! "$X" = a ]']] as const) {
      assert.equal(await count(...asks(first, second)), 2, `${first} ${second}`);
      assert.equal(await count('. /etc/conf', ...asks(first, second)), 2, `${first} ${second}`);
    }
    for (const [first, second] of [['[ "$1" = a ]', '[ "$1" = b ]'], ['[ -n "$X" ]', '[ -n "$Y" ]'], ['[ -f /x ]', '[ -f /x ]'], ['[ -n $X ]', '[ -n "$X" ]'], ['[[ $X == a* ]]', '[[ $X == "a*" ]]'], ['[ "$RANDOM" = 1 ]', '[ "$RANDOM" = 1 ]']] as const) {
      assert.equal(await count(...asks(first, second)), 4, `${first} ${second}`);
    }
    const [first, second] = asks('[ -n "$X" ]', '[ -n "$X" ]');
    for (const between of ['. /etc/conf', 'read X', 'X=$(y)', '[ -f /x ] && . /etc/conf', 'for f in /etc/conf.d/*; do . "$f"; done', 'eval "$Y"']) assert.equal(await count(first!, between, second!), 4, between);
    for (const between of ['( . /etc/conf )', 'X=$X', 'read Y', 'f() { local X=1; }; f']) assert.equal(await count(first!, between, second!), 2, between);
  });

  it('are not asked for where the script came by the answer', async () => {
    const texts = async (...script: string[]): Promise<string[]> => saveRuleset(await ruleset(...script), 'nft').filter(({ text }) => text.includes('-A ')).map(({ text }) => text);
    assert.deepEqual(await texts('if [ "$1" = a ]; then [ "$1" = b ] && iptables -A INPUT -j DROP; fi', 'case $1 in a) [ "$1" != a ] && iptables -A INPUT -j DROP ;; b) ;; *) [ "$1" = b ] && iptables -A INPUT -j DROP ;; esac'), []);
    assert.deepEqual(await texts('f() {', '[ -n "$X" ] || return', '[ -z "$X" ] && iptables -A INPUT -j DROP', '}', 'f', 'if [ "$X" = a ]; then X=b; [ "$X" = a ] && iptables -A INPUT -j DROP; fi'), []);
  });

  it('may each be there in a loop that runs nobody knows how often', async () => {
    assert.deepEqual(await verdicts(['for i in $(ls); do', 'if [ -f "$i" ]; then', 'iptables -A INPUT -j LOG', 'else', 'iptables -A INPUT -j DROP', 'fi', 'done'], syn), ['DROP ACCEPT DROP ACCEPT']);
  });
});
