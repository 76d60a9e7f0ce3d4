import assert from 'node:assert/strict';
import type { CodeAction, CodeLens, CompletionList, Hover, Location, SignatureHelp, WorkspaceEdit } from 'vscode-languageserver-protocol';
import { FULL_CLIENT, TestClient } from './client.ts';

const uri = 'file:///fw/firewall.sh';

const lines = [
  '#!/bin/bash',
  'IPT="sudo /sbin/iptables -w"',
  'IN="ip netns exec web iptables"',
  'CHAIN=WEB',
  'PORTS=(80 443)',
  '$IPT -N $CHAIN',
  'sudo iptables -N LOGDROP',
  '$IPT -A LOGDROP -j DROP',
  'for port in "${PORTS[@]}"; do',
  '  $IPT -A WEB -p tcp --dport "$port" -m conntrack --ctstate NEW -j ACCEPT',
  'done',
  '$IN -A WEB -m state --state INVALID -j LOGDROP',
  'iptables -w 5 -A INPUT -p tcp -j WEB',
  '[ -f /etc/fw ] && $IPT -A WEB -j LOGDROP',
  '$IPT -A INPUT -p tcp --dprt 22 -j ACCEPT',
];

/** Where `text` stands, or the place behind it. */
function at(text: string, behind = false): { readonly line: number; readonly character: number } {
  const line = lines.findIndex((each) => each.includes(text));
  assert.notEqual(line, -1, text);
  return { line, character: lines[line]!.indexOf(text) + (behind ? text.length : 0) };
}

describe('commands of a script, however they are called', () => {
  let client: TestClient;
  const ask = <Answer>(verb: string, position: object, more: object = {}): Promise<Answer> => client.request(`textDocument/${verb}`, { textDocument: { uri }, ...more, position });

  before(async () => {
    client = await TestClient.start();
    await client.open(uri, `${lines.join('\n')}\n`, 'shellscript');
  });
  after(() => client.stop());

  for (const [name, place] of [['a variable', '-A LOGDROP -j '], ['a loop', '--ctstate NEW -j '], ['a namespace', '--state INVALID -j '], ['`-w 5`', '-A INPUT -p tcp -j ']] as const) {
    it(`have completion through ${name}`, async () => {
      const answer = await ask<CompletionList>('completion', at(place, true));
      const labels = answer.items.map(({ label }) => label);
      // A chain does not lead to itself, and another namespace has no such chain.
      assert.equal(labels.includes('LOGDROP'), name !== 'a variable' && name !== 'a namespace');
      assert.ok(labels.includes('ACCEPT'), labels.slice(0, 20).join(' '));
    });

    it(`have signatures through ${name}`, async () => {
      assert.ok((await ask<SignatureHelp | null>('signatureHelp', at(place, true))) !== null);
    });
  }

  it('have hovers, with the value of a variable', async () => {
    for (const word of ['--ctstate', '--state', '-j DROP']) assert.ok((await ask<Hover | null>('hover', at(word))) !== null, word);
  });

  it('have lenses: two for the families at most, and one for each command', async () => {
    const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    const rows = new Set(lenses.map(({ range }) => range.start.line));
    for (const row of [7, 9, 11, 12, 13]) assert.ok(rows.has(row), `line ${row}: ${[...rows].join(' ')}`);
  });

  it('have fixes in their own words', async () => {
    const { line } = at('--dprt');
    const range = { start: { line, character: 0 }, end: { line, character: lines[line]!.length } };
    const { diagnostics } = await client.diagnosticsWhere(uri, (round) => round.diagnostics.some((each) => each.code === 'unknown-option'));
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: diagnostics.filter((each) => each.range.start.line === line) } });
    const edits = actions.flatMap(({ edit }) => Object.values(edit?.changes ?? {}).flat().concat((edit?.documentChanges ?? []).flatMap((change) => ('edits' in change ? change.edits as never[] : []))));
    assert.ok(edits.some(({ newText }) => newText === '--dport'), JSON.stringify(actions));
  });

  it('lead from a jump to the chain, through variables and conditions', async () => {
    const found = await ask<Location | Location[]>('definition', at('LOGDROP -j DROP'));
    assert.deepEqual([found].flat().map(({ range }) => range.start.line), [6]);
    const chain = await ask<Location | Location[]>('definition', at('WEB -p tcp --dport'));
    assert.deepEqual([chain].flat().map(({ range }) => range.start.line), [5]);
  });

  it('rename a chain wherever it stands', async () => {
    const { line, character } = at('-N LOGDROP', true);
    const edit = await ask<WorkspaceEdit>('rename', { line, character: character - 2 }, { newName: 'BYE' });
    const edits = [...Object.values(edit.changes ?? {}).flat(), ...(edit.documentChanges ?? []).flatMap((change) => ('edits' in change ? change.edits as { range: { start: { line: number } } }[] : []))];
    assert.deepEqual([...new Set(edits.map(({ range }) => range.start.line))].sort((a, b) => a - b), [6, 7, 11, 13]);
  });

  it('rename no chain that a variable names', async () => {
    await assert.rejects(ask('rename', at('WEB -p tcp --dport'), { newName: 'BYE' }), /Line 6 names `WEB` by `\$CHAIN`/u);
  });
});

describe('an editor that takes features for single languages', () => {
  it('is given formatting for rulesets alone, so that scripts keep the formatter that they have', async () => {
    const client = await TestClient.start({}, { ...FULL_CLIENT, textDocument: { ...FULL_CLIENT.textDocument, formatting: { dynamicRegistration: true } } });
    const { documentFormattingProvider, documentRangeFormattingProvider } = client.initialized.capabilities;
    assert.deepEqual([documentFormattingProvider, documentRangeFormattingProvider], [undefined, true]);
    await client.open('file:///fw/rules.v4', '*filter\nCOMMIT\n');
    const formatting = client.registrations.filter(({ method }) => method === 'textDocument/formatting');
    assert.deepEqual(formatting.map(({ registerOptions }) => registerOptions), [{ documentSelector: [{ language: 'iptables' }] }]);
    await client.stop();
  });
});

describe('a script that calls no iptables', () => {
  let client: TestClient;
  const other = 'file:///fw/backup.sh';

  before(async () => { client = await TestClient.start(); });
  after(() => client.stop());

  it('is none of our business until it does', async () => {
    const text = '#!/bin/sh\necho saved > /var/log/backup\n';
    await client.connection.sendNotification('textDocument/didOpen', { textDocument: { uri: other, languageId: 'shellscript', version: 1, text } });
    assert.deepEqual(await client.request('textDocument/codeLens', { textDocument: { uri: other } }), []);
    // An empty answer would take the place of the editor's own.
    assert.equal(await client.request('textDocument/foldingRange', { textDocument: { uri: other } }), null);
    const end = { line: 2, character: 0 };
    const { diagnostics } = await client.change(other, 2, 'iptables -A INPUT -p tcp --dprt 22 -j ACCEPT\n', { start: end, end });
    assert.deepEqual(diagnostics.filter(({ severity }) => severity === 1).map(({ code, range }) => [code, range.start.line]), [['unknown-option', 2]]);
    const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: other } });
    assert.ok(lenses.length > 0);
  });
});
