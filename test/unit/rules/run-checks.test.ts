import { strict as assert } from 'node:assert';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { findingsOf, fixed, open } from './check.ts';

const ACCEPTING = ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT'];
const START = [...['-F', ...ACCEPTING, '-P INPUT DROP'].map((words) => `iptables ${words}`), 'ip6tables -P FORWARD DROP'].join('\n');
const script = (...arms: readonly string[]): string => `#!/bin/sh\ncase "$1" in\n${arms.map((arm) => `${arm}\n;;\n`).join('')}esac\n`;
const aboutRuns = (findings: readonly Finding[]): Finding[] => findings.filter(({ message }) => message.startsWith('Run with'));
const told = (text: string): string[] => aboutRuns(findingsOf(text, 'firewall.sh')).map(({ code, line, message }) => `${line.number + 1} ${code} ${message.slice(0, message.indexOf(':'))}`);

describe('the runs of a script', () => {
  it('are what it does with each first argument that it asks for', () => {
    const shut = 'iptables -P INPUT DROP\nip6tables -P FORWARD DROP';
    assert.deepEqual(told(script(`start)\n${shut}`, 'status)\niptables -L')), ['4 lockout-management Run with `start`']);
    assert.deepEqual(told(script(`start)\n${shut}`, `again)\n${shut}`)), ['4 lockout-management Run with `start`', '8 lockout-management Run with `again`']);
  });

  it('say nothing that holds whatever it is run with', () => {
    const shadowing = `${START}\niptables -A INPUT -p tcp --dport 22 -s 192.0.2.1 -j DROP`;
    const text = script(`start)\n${shadowing}`, `again)\n${shadowing}`);
    assert.deepEqual(told(text), []);
    assert.deepEqual(findingsOf(text, 'firewall.sh').filter(({ code }) => code === 'shadowed-rule').map(({ line }) => line.number + 1), [10, 19]);
  });

  it('follow one that leaves rules behind, and are told where they do their harm', () => {
    const [finding, ...others] = aboutRuns(findingsOf(script(`start)\n${START}`, 'stop)\niptables -F\niptables -t nat -F'), 'firewall.sh'));
    assert.deepEqual(others, []);
    assert.deepEqual([finding!.code, finding!.line.number], ['lockout-management', 11]);
    assert.match(finding!.message, /^Run with `stop` after `start`: Nobody can open an ssh connection to this host: `[^`]+` is dropped by the policy of INPUT\.$/u);
    assert.deepEqual(told(script(`start)\n${START}`, 'stop)\niptables -P INPUT ACCEPT\niptables -F')), []);
  });

  it('name one after another of equal findings', () => {
    const [finding] = aboutRuns(findingsOf(`#!/bin/sh\nup() {\niptables -F\niptables -P INPUT DROP\niptables -A INPUT -p udp -j ACCEPT\n}\n${script('start)\nup', 'restart)\nup', 'reload)\nup').slice(10)}`, 'firewall.sh')).filter(({ code }) => code === 'lockout-management');
    assert.match(finding!.message, /^Run with `start`, or with `restart` or `reload` after `start`: /u);
  });

  it('say of a rule that it does nothing only where every run that makes it does', () => {
    const rules = (name: string): string => `${name}() {\niptables -A INPUT -s 192.0.2.0/24 -j DROP\n}\n`;
    const text = `#!/bin/sh\n${rules('deny')}case "$1" in\nopen) iptables -A INPUT -j ACCEPT; deny ;;\nclosed) deny ;;\nesac\n`;
    assert.deepEqual(told(text).filter((each) => each.startsWith('3 ')), []);
    assert.deepEqual(told(text.replace('closed) deny', 'closed) iptables -F; iptables -A INPUT -j ACCEPT; deny')).filter((each) => each.startsWith('3 ')),
      ['3 rule-after-terminal Run with `open` or `closed`']);
  });

  it('are one where a comment says with what it is run', () => {
    const text = script(`start)\n${START}`, 'stop)\niptables -F');
    assert.deepEqual(told(text.replace('\n', '\n# iptables-lens args=stop\n')), []);
    const follow = aboutRuns(findingsOf(script('start)\niptables -P INPUT DROP'), 'firewall.sh'))[0]!.fixes!.at(-1)!;
    assert.match(fixed(script('start)\niptables -P INPUT DROP'), follow, 'firewall.sh'), /^#!\/bin\/sh\n# iptables-lens args=start\n/u);
  });

  it('are silenced by comments like all else, which are of use then', () => {
    const text = script(`start)\n${START}`, 'stop)\n# iptables-lens disable=lockout-management\niptables -F');
    assert.deepEqual(findingsOf(text, 'firewall.sh').filter(({ code }) => code !== 'shell-control-flow'), []);
  });

  it('mend nothing by themselves, since a mend for one may harm another', () => {
    for (const { fixes = [] } of aboutRuns(findingsOf(script(`start)\n${START}\niptables -A INPUT -i lo -j ACCEPT`), 'firewall.sh'))) assert.ok(fixes.every(({ safe }) => !safe));
  });

  it('are known of lines that stay until they have been looked at again', () => {
    const document = open(script(`start)\n${START}`, 'stop)\niptables -F\n# end'), 'firewall.sh');
    const diagnostics = new Diagnostics(document);
    const lines = (): number[] => aboutRuns(diagnostics.findings()).map(({ line }) => line.number);
    assert.deepEqual(lines(), []);
    diagnostics.complete();
    assert.deepEqual(lines(), [11]);
    document.update([{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: '# a line more\n' }], 2);
    assert.deepEqual(lines(), [12]);
    document.update([{ range: { start: { line: 12, character: 0 }, end: { line: 13, character: 0 } }, text: '' }], 3);
    assert.deepEqual(lines(), []);
    assert.deepEqual(aboutRuns(diagnostics.complete()), []);
  });

  it('are not followed where that would take long', () => {
    const many = Array.from({ length: 300 }, (_, index) => `iptables -A INPUT -s 10.0.${index >> 8}.${index & 255} -j DROP`).join('\n');
    assert.deepEqual(told(script(`start)\n${START}\n${many}`, 'stop)\niptables -F')), []);
  });
});

describe('the runs of a script that takes more arguments', () => {
  const errors = (...lines: readonly string[]): readonly string[] => findingsOf(['#!/bin/bash', ...lines, ''].join('\n'), 'firewall.sh').filter(({ severity }) => severity === 'error' || severity === 'warning').map(({ line, code }) => `${line.number} ${code}`);

  it('leave those open', () => {
    assert.deepEqual(errors('case "$1" in', 'add) iptables -I INPUT -s "$2" -j DROP ;;', 'del) iptables -D INPUT -s "$2" -j DROP ;;', 'esac'), []);
    assert.deepEqual(errors('action=$1', 'shift', 'case "$action" in', 'add) iptables -I INPUT -p tcp --dport "$1" -j DROP ;;', 'esac'), []);
    assert.deepEqual(errors('main() {', 'case "$1" in', 'add) iptables -I INPUT -s "$2" -j DROP ;;', 'esac', '}', 'main "$@"'), []);
    assert.deepEqual(errors('case "$1" in', 'add)', 'shift', 'for each in "$@"; do iptables -I INPUT -s "$each" -j DROP; done', ';;', 'esac'), []);
    assert.deepEqual(errors('case "$1" in', 'add) for each; do iptables -I INPUT -s "$each" -j DROP; done ;;', 'esac'), []);
  });

  it('are run with none where the script names none', () => {
    assert.deepEqual(errors('[ $# = 1 ] || exit 1', 'case "$1" in', 'start)', 'iptables -A FORWARD -p tcp --dport 22 -j DROP', 'iptables -A FORWARD -p tcp --dport 22 -j ACCEPT', ';;', 'esac'), ['5 shadowed-rule']);
  });
});
