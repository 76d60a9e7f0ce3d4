// Fixes of scripts leave a script: what they put in or take out stands where the shell's grammar has a command.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { summary } from '../shell/run.ts';
import { findingsOf, fixed } from './check.ts';

/** What fixes of this title make of a script, one for each line that they are offered on. */
function offered(script: string, title: RegExp): readonly string[] {
  const fixes = findingsOf(script, 'fw.sh').flatMap((finding) => finding.fixes ?? []).filter((fix) => title.test(fix.title));
  return fixes.map((fix) => fixed(script, fix, 'fw.sh'));
}

const ACCEPTED = 'iptables -F\niptables -A INPUT -p tcp --dport 80 -j ACCEPT\n';
const DEAD = 'iptables -A INPUT -p tcp --dport 80 -s 192.0.2.1 -j ACCEPT';

describe('taking a rule out of a script', () => {
  for (const [where, script] of [
    ['a list of others', `${DEAD}\n`], ['a function that has more', `web() {\n\techo\n\t${DEAD}\n}\nweb\n`], ['a branch that has more', `if true; then\n${DEAD}\necho\nfi\n`],
  ] as const) {
    it(`works in ${where}`, () => {
      const before = ACCEPTED + script;
      const after = offered(before, /^Delete|^Comment/u);
      assert.equal(after.length, 2);
      assert.equal(after[0], before.replace(/\t*iptables.*192.*\n/u, ''));
      assert.equal(after[1], before.replace(DEAD, `# ${DEAD}`));
    });
  }

  for (const [where, script] of [
    ['what a function is', `web() {\n\t${DEAD}\n}\nweb\n`], ['what a branch is', `if true; then\n${DEAD}\nfi\n`], ['what a loop is', `for x in 1; do\n${DEAD}\ndone\n`],
    ['behind a && above it', `true &&\n${DEAD}\necho\n`], ['behind `then`', `if true\nthen ${DEAD}\necho\nfi\n`], ['in a pipeline', `echo |\n${DEAD}\necho\n`],
  ] as const) it(`is not offered for ${where}`, () => assert.deepEqual(offered(ACCEPTED + script, /^Delete|^Comment|^Move/u), []));
});

describe('creating a chain in a script', () => {
  const create = (script: string): readonly string[] => offered(script, /^Create/u);

  for (const [script, after] of [
    ['for i in 1 2; do iptables -A INPUT -j WEB; done\n', 'iptables -N WEB\nfor i in 1 2; do iptables -A INPUT -j WEB; done\n'],
    ['f() {\n\t{ iptables -w 5 -A INPUT -j WEB; }\n}\nf\n', 'f() {\n\tiptables -w 5 -N WEB\n\t{ iptables -w 5 -A INPUT -j WEB; }\n}\nf\n'],
    ['ip netns exec blue iptables -t nat -A OUTPUT -j WEB\n', 'ip netns exec blue iptables -t nat -N WEB\nip netns exec blue iptables -t nat -A OUTPUT -j WEB\n'],
    ['A="b c" sudo -n iptables -A INPUT -j WEB\n', 'A="b c" sudo -n iptables -N WEB\nA="b c" sudo -n iptables -A INPUT -j WEB\n'],
    ['for i in 1 2; do\n\techo\n\tiptables -A INPUT -j WEB\ndone\n', 'iptables -N WEB\nfor i in 1 2; do\n\techo\n\tiptables -A INPUT -j WEB\ndone\n'],
    ['f() {\n\techo\n\tfor i in 1 2; do\n\t\twhile read -r p; do\n\t\t\tiptables -A INPUT -j WEB\n\t\tdone <<-E\n\t\t\t1\n\t\tE\n\tdone\n}\nf\n', 'f() {\n\techo\n\tiptables -N WEB\n\tfor i in 1 2; do\n\t\twhile read -r p; do\n\t\t\tiptables -A INPUT -j WEB\n\t\tdone <<-E\n\t\t\t1\n\t\tE\n\tdone\n}\nf\n'],
    ['seq 2 |\nwhile read -r i; do\n  iptables -A INPUT -j WEB\ndone\n', 'iptables -N WEB\nseq 2 |\nwhile read -r i; do\n  iptables -A INPUT -j WEB\ndone\n'],
    ['for i in iptables ip6tables; do\n\t$i -A INPUT -j WEB\ndone\n', 'for i in iptables ip6tables; do\n\t$i -N WEB\n\t$i -A INPUT -j WEB\ndone\n'],
  ] as const) it(JSON.stringify(script), () => assert.deepEqual([...new Set(create(script))], [after]));

  for (const script of ['true &&\n\tiptables -A INPUT -j WEB\n', 'if true\nthen iptables -A INPUT -j WEB\nfi\n', 'case x in\nx) iptables -A INPUT -j WEB ;;\nesac\n', 'if true; then\n\techo\nfi; for i in 1 2; do\n\tiptables -A INPUT -j WEB\ndone\n']) {
    it(`is not offered in ${JSON.stringify(script)}`, () => assert.deepEqual(create(script), []));
  }
});

describe('all fixes of scripts', () => {
  for (const around of [
    (rule: string) => rule, (rule: string) => `for i in 1 2; do ${rule}; done`, (rule: string) => `if true; then\n  ${rule}\nelse\n  ${rule}\nfi`, (rule: string) => `(cd /; ${rule})`,
    (rule: string) => `f() { ${rule}; }\nf`, (rule: string) => `case x in\n  x) ${rule} ;;\nesac`, (rule: string) => `true &&\n  ${rule}`, (rule: string) => `sh -c '${rule}'`, (rule: string) => `while true\ndo ${rule}; break\ndone`,
  ]) {
    it(`leave a shell what it can read: ${JSON.stringify(around('RULE'))}`, () => {
      for (const rule of [DEAD, 'iptables -A INPUT -j WEB', 'iptables -A INPUT --dport 22 -j DROP', 'iptables -A INPUT -i lo -j DROP', 'iptables -P INPUT DROP', 'iptables -F']) {
        const script = `${ACCEPTED}${around(rule)}\n`;
        for (const finding of findingsOf(script, 'fw.sh')) {
          for (const fix of finding.fixes ?? []) {
            const after = fixed(script, fix, 'fw.sh');
            const { status, stderr } = spawnSync('bash', ['-n'], { input: after, encoding: 'utf8' });
            assert.equal(status, 0, `${fix.title}\n${after}${stderr}`);
            assert.ok(summary(after).length >= summary(script).length - 1, `${fix.title}\n${after}`);
          }
        }
      }
    });
  }
});
