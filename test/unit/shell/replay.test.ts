import assert from 'node:assert/strict';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { saveRule } from '../../../server/src/core/ruleset/save.ts';
import { openDocument } from '../../support/document.ts';
import { presences } from '../../support/presence.ts';

/** What a script leaves behind, and what it executes. */
function outcome(document: RulesetDocument): unknown {
  const { tables, failures } = document.ruleset();
  const presenceOf = presences();
  return {
    rules: [...tables.values()].flatMap(({ name, chains }) => [...chains.values()].flatMap((chain) => chain.rules.map((rule) => [name, chain.name, rule.bound.conditional, presenceOf(rule.bound), rule.bound.unresolved ?? saveRule(rule, 'nft')]))),
    executed: document.linesOf('ipv4').map(({ line, bound, asked }) => [line.number, bound?.line.content, bound?.conditional, asked]),
    failures: failures.map(({ line, status, message }) => [line.number, status, message]),
    conditional: document.conditionalCommands.map(({ line, span, origin }) => [line.number, span, origin]),
  };
}

const rules = (what: string): string => ['1', '2', '3', '4'].map((port) => `iptables -A INPUT -p tcp --dport ${port} ${what}`).join('; ');

/** A script in which an edit changes what the call of a function depends on, or only what stands around it. */
const EDITS: Readonly<Record<string, readonly [script: readonly string[], from: string, to: string]>> = {
  'a variable that it reads': [['N=192.0.2.1', `f() { ${rules('-s $N')}; }`, 'f'], 'N=192.0.2.1', 'N=192.0.2.2'],
  'a variable that its words read': [['N=192.0.2.1', `f() { ${rules('-s $1')}; }`, 'f $N'], 'N=192.0.2.1', 'N=192.0.2.2'],
  'a variable that has a value no more': [['N=-j', `f() { ${rules('${N-}')}; }`, 'f'], 'N=-j', 'M=-j'],
  'nothing, behind a variable that it sets': [['X=1', `f() { ${rules('')}; N=192.0.2.1; }`, 'N=192.0.2.2', 'f', 'iptables -A INPUT -s $N'], 'X=1', 'X=2'],
  'nothing, around a variable that is its own': [['X=1', `f() { local N=192.0.2.1; ${rules('-s $N')}; }`, 'N=192.0.2.2', 'f', 'iptables -A INPUT -s $N'], 'X=1', 'X=2'],
  'a variable that it sets before it reads it': [['N=1', `f() { N=192.0.2.1; ${rules('-s $N')}; }`, 'f', 'iptables -A INPUT -s $N'], 'N=1', 'N=2'],
  'a variable that it sets under a condition': [['N=192.0.2.3', `f() { if [ -f x ]; then N=192.0.2.1; fi; ${rules('-s $N')}; }`, 'f'], '192.0.2.3', '192.0.2.4'],
  'a variable behind a subshell that sets it': [['N=192.0.2.3', `f() { ( N=192.0.2.1 ); ${rules('-s $N')}; }`, 'f'], '192.0.2.3', '192.0.2.4'],
  'a variable behind a branch that sets it and ends': [['N=192.0.2.3', `f() { if [ -f x ]; then N=192.0.2.1; return; fi; ${rules('-s $N')}; }`, 'f', 'iptables -A INPUT -s $N'], '192.0.2.3', '192.0.2.4'],
  'a function that it calls': [['g() { iptables -A INPUT -j DROP; }', `f() { ${rules('')}; g; }`, 'f'], 'DROP', 'ACCEPT'],
  'a function of the name of a command': [['X=1', `f() { ${rules('')}; }`, 'f'], 'X=1', 'iptables() { :; }'],
  'the positional parameters': [['set -- 192.0.2.1', `f() { ${rules('-s $1')}; }`, 'f "$@"'], '192.0.2.1', '192.0.2.2'],
  'the positional parameters of a function around it': [['N=192.0.2.1', `f() { ${rules('-s $1')}; }`, 'g() { f $1; }', 'g $N'], '192.0.2.1', '192.0.2.2'],
  'the condition under which it is called': [[`f() { ${rules('')}; }`, 'if [ -f x ]; then f; fi'], '-f x', '-f y'],
  'that it is called under a condition': [['X=1', `f() { ${rules('')}; }`, '[ $X = 1 ] && f'], 'X=1', 'X=$(y)'],
  'what came of the command before it': [['iptables -N A', `f() { [ $? = 0 ] || return; ${rules('')}; }`, 'f'], '-N A', '-X A'],
  'how the command before it ended': [[`f() { [ $? = 0 ] || return; ${rules('')}; }`, 'true', 'f'], 'true\nf', 'false\nf'],
  'whether failures end the script': [['X=1', `f() { ${rules('')}; iptables -N INPUT; }`, 'f', 'iptables -A INPUT -j DROP'], 'X=1', 'set -e'],
  'what runs when a command fails': [['X=1', `f() { ${rules('')}; false; }`, 'f'], 'X=1', 'trap "iptables -A INPUT -j DROP" ERR'],
  'whether pipelines fail': [['X=1', `f() { ${rules('')}; if false | true; then iptables -A INPUT -j DROP; fi; }`, 'f'], 'X=1', 'set -o pipefail'],
  'who listens to what it prints': [['X=1', `f() { ${rules('')} >/dev/null; echo 192.0.2.1; }`, 'f; N=$(f); iptables -A INPUT -s $N'], 'X=1', 'X=2'],
  'what a file holds': [['echo 192.0.2.1 > x', `f() { ${rules('')}; read N < x; iptables -A INPUT -s $N; }`, 'f'], '192.0.2.1', '192.0.2.2'],
  'what a program is': [['X=1', `f() { ${rules('')}; ./open; /sbin/modprobe x; }`, 'f'], 'X=1', 'printf "#!/bin/sh\\niptables -A INPUT -j DROP\\n" > ./open'],
  'whether what is not set ends the script': [['unset M', 'X=1', `f() { ${rules('$M')}; }`, 'f', 'iptables -A INPUT -j DROP'], 'X=1', 'set -u'],
  'how a chain came to be': [['X=1', `f() { ${rules('')}; iptables -N A || iptables -F A; }`, 'f', 'f'], 'X=1', 'iptables -N A'],
  'nothing, behind the trap that it sets': [['X=1', `f() { ${rules('')}; trap "iptables -A INPUT -j DROP" EXIT; }`, 'f'], 'X=1', 'X=2'],
  'nothing, behind the name that it makes another one': [['X=1', `f() { ${rules('')}; declare -gn N=M; }`, 'M=192.0.2.1', 'f', 'iptables -A INPUT -s $N'], 'X=1', 'X=2'],
  'whether variables are exported': [['X=1', `f() { ${rules('')}; N=192.0.2.1; }`, 'f', 'sh -c "iptables -A INPUT -s \\$N"'], 'X=1', 'set -a'],
  'nothing, behind the function that it defines': [['X=1', `f() { ${rules('')}; g() { iptables -A INPUT -j DROP; }; }`, 'g() { :; }', 'f', 'g'], 'X=1', 'X=2'],
  'nothing, behind a status that it answers': [['X=1', `f() { ${rules('')}; return 1; }`, 'f || iptables -A INPUT -j DROP'], 'X=1', 'X=2'],
  'nothing, behind the status of its last command': [['X=1', `f() { ${rules('')}; iptables -N INPUT; }`, 'f || iptables -A INPUT -j DROP'], 'X=1', 'X=2'],
  'nothing, and ends the script': [['X=1', `f() { ${rules('')}; exit; }`, 'f', 'iptables -A INPUT -j DROP'], 'X=1', 'X=2'],
  'which function calls it': [['g() { f; }', `f() { ${rules('')}; [ "\${FUNCNAME[1]}" = g ] && iptables -A INPUT -j DROP; }`, 'h() { f; }', 'g; h'], 'g() { f; }', 'g() { h; }'],
};

describe('a function that a script calls', () => {
  for (const [what, [script, from, to]] of Object.entries(EDITS)) {
    it(`does what it would when an edit changes ${what}`, async () => {
      const before = ['#!/bin/bash', ...script, ''].join('\n');
      const document = await openDocument(before, 'fw.sh');
      for (const text of [before.replace(from, to), before]) {
        assert.deepEqual(outcome(document), outcome(await openDocument(document.getText(), 'fw.sh')), document.getText());
        document.update([{ text, range: { start: { line: 0, character: 0 }, end: { line: before.split('\n').length, character: 0 } } }], 2);
      }
      assert.deepEqual(outcome(document), outcome(await openDocument(document.getText(), 'fw.sh')), document.getText());
    });
  }
});
