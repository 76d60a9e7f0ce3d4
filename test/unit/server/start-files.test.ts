import assert from 'node:assert/strict';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { StartFiles } from '../../../server/src/start-files.ts';
import { testParser } from '../../support/document.ts';

const FILES: Readonly<Record<string, string>> = {
  'file:///fw/rules.v4': '*filter\n:WEB - [0:0]\n-A INPUT -j WEB\nCOMMIT\n',
  'file:///fw/rules.v6': '*filter\n:SSH - [0:0]\nCOMMIT\n',
  'file:///fw/sub%20folder/more.v4': '*filter\n:MORE - [0:0]\nCOMMIT\n',
  'file:///fw/base.sh': '#!/bin/sh\niptables -N BASE\nip6tables -N BASE6\n',
  'file:///fw/empty.v4': '# nothing\n',
  'file:///fw/round.sh': '#!/bin/sh\n# iptables-lens from=ring.sh\niptables -N ROUND\n',
  'file:///fw/ring.sh': '#!/bin/sh\n# iptables-lens from=round.sh\niptables -N RING\n',
};

describe('the start of a script', () => {
  let reads: string[];
  let files: StartFiles;
  beforeEach(async () => {
    reads = [];
    files = new StartFiles(await testParser(), (uri) => {
      reads.push(uri);
      return FILES[uri];
    });
  });

  const open = async (text: string, uri = 'file:///fw/firewall.sh'): Promise<RulesetDocument> => new RulesetDocument(await testParser(), uri, 'iptables', 1, text, files.beside(uri));
  const rules = (document: RulesetDocument, family: 'ipv4' | 'ipv6' = 'ipv4'): string[] => saveRuleset(document.ruleset(family), 'nft').map(({ text }) => text).filter((text) => /^:[A-Z0-9]+ -|^-/u.test(text));
  const problems = (document: RulesetDocument): string[] => document.startProblems.map(({ line, message }) => `${line === undefined ? 'setting' : line.number + 1}: ${message}`);

  it('is the ruleset that a comment names', async () => {
    const document = await open('#!/bin/sh\n# iptables-lens from=rules.v4\niptables -A WEB -j ACCEPT\niptables -N WEB\n');
    assert.deepEqual(rules(document), [':WEB - [0:0]', '-A INPUT -j WEB', '-A WEB -j ACCEPT']);
    assert.deepEqual(document.ruleset().failures.map(({ line, status }) => [line.number + 1, status]), [[4, 1]]);
    assert.deepEqual(problems(document), []);
  });

  it('is one for each family', async () => {
    const document = await open('#!/bin/sh\n# iptables-lens from=rules.v4, rules.v6\niptables -F\n');
    assert.deepEqual([rules(document), rules(document, 'ipv6')], [[':WEB - [0:0]'], [':SSH - [0:0]']]);
    const twice = await open('#!/bin/sh\n# iptables-lens from=rules.v4\n# iptables-lens from=base.sh\niptables -F\n');
    assert.deepEqual(problems(twice), ['3: `base.sh` is one start too many: another file of its family is named before it.']);
  });

  it('is what another script leaves behind', async () => {
    const document = await open('#!/bin/sh\n# iptables-lens from=base.sh\niptables -A BASE -j DROP\n');
    assert.deepEqual([rules(document), rules(document, 'ipv6')], [[':BASE - [0:0]', '-A BASE -j DROP'], [':BASE6 - [0:0]']]);
  });

  it('is found by a path from the folder of the script', async () => {
    const document = await open('#!/bin/sh\n# iptables-lens from=../sub%20folder/more.v4\niptables -X\n', 'file:///fw/scripts/a.sh');
    assert.deepEqual(problems(document), ['2: `../sub%20folder/more.v4` can\'t be the start: there is no such file, or it can\'t be read.']);
    assert.deepEqual(rules(await open('#!/bin/sh\n# iptables-lens from=../rules.v4\niptables -F\n', 'file:///fw/scripts/a.sh')), [':WEB - [0:0]']);
    assert.deepEqual(rules(await open('#!/bin/sh\n# iptables-lens from=/fw/rules.v4\niptables -F\n', 'file:///etc/a.sh')), [':WEB - [0:0]']);
    assert.match(problems(await open('#!/bin/sh\n# iptables-lens from=rules.v4\niptables -F\n', 'untitled:Untitled-1'))[0]!, /stands in no folder/u);
  });

  it('can\'t be itself, nor a file without a ruleset', async () => {
    const message = async (from: string): Promise<string> => problems(await open(`#!/bin/sh\n# iptables-lens from=${from}\niptables -F\n`))[0]!;
    assert.match(await message('firewall.sh'), /it starts from itself/u);
    assert.match(await message('round.sh'), /of its own start `ring\.sh` can't be the start: of its own start `round\.sh` can't be the start: it starts from itself\.$/u);
    assert.match(await message('empty.v4'), /it holds no ruleset/u);
  });

  it('is by a setting what no comment names, for scripts alone', async () => {
    const document = await open('#!/bin/sh\niptables -A WEB -j ACCEPT\n');
    document.setStartFiles(['rules.v4', 'rules.v6']);
    assert.deepEqual(rules(document), [':WEB - [0:0]', '-A INPUT -j WEB', '-A WEB -j ACCEPT']);
    document.setStartFiles(['missing.v4']);
    assert.deepEqual(problems(document), ['setting: `missing.v4` can\'t be the start: there is no such file, or it can\'t be read.']);
    document.update([{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: '# iptables-lens from=rules.v4\n' }], 2);
    assert.deepEqual([problems(document), rules(document).length], [[], 3]);
    const ruleset = await open('*filter\nCOMMIT\n', 'file:///fw/other.v4');
    ruleset.setStartFiles(['rules.v4']);
    assert.deepEqual(rules(ruleset), []);
  });

  it('is read once until files have changed', async () => {
    const document = await open('#!/bin/sh\n# iptables-lens from=rules.v4\niptables -F\n');
    rules(document);
    document.update([{ range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } }, text: 'iptables -X\n' }], 2);
    rules(document);
    assert.deepEqual(reads, ['file:///fw/rules.v4']);
    files.forget();
    document.setStartFiles([]);
    rules(document);
    assert.equal(reads.length, 2);
  });
});
