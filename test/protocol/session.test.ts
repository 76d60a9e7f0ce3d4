import assert from 'node:assert/strict';
import type { CodeAction, CodeLens, CompletionList, Hover, InlayHint, SemanticTokens, SemanticTokensDelta, WorkspaceEdit } from 'vscode-languageserver-protocol';
import { TestClient } from './client.ts';

const URI = 'file:///etc/iptables/rules.v4';
const RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:SERVICES - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -j SERVICES
-A SERVICES -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;
const textDocument = { uri: URI };
const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };

describe('the server over standard input and output', () => {
  let client: TestClient;
  before(async () => { client = await TestClient.start(); });
  after(async () => {
    assert.equal(await client.stop(), 0);
    assert.equal(client.stderr, '');
  });
  beforeEach(() => client.open(URI, RULES));
  afterEach(() => client.close(URI));

  it('says what it can do', () => {
    const { capabilities } = client.initialized;
    assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2 });
    for (const provider of ['completionProvider', 'hoverProvider', 'codeLensProvider', 'inlayHintProvider', 'renameProvider', 'definitionProvider',
      'referencesProvider', 'documentSymbolProvider', 'foldingRangeProvider', 'codeActionProvider', 'signatureHelpProvider', 'semanticTokensProvider'] as const) {
      assert.ok(capabilities[provider], provider);
    }
    assert.ok(capabilities.executeCommandProvider!.commands.includes('iptables-lens.simulate'));
  });

  it('finds nothing wrong with a good ruleset', async () => {
    assert.deepEqual((await client.diagnostics(URI, 1)).diagnostics, []);
  });

  it('follows edits with diagnostics and fixes', async () => {
    const at = { line: 6, character: 9 };
    const { diagnostics } = await client.change(URI, 2, '--dport 22 ', { start: at, end: at });
    assert.deepEqual(diagnostics.map(({ code, range }) => [code, range.start]), [['missing-protocol', at]]);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument, range: diagnostics[0]!.range, context: { diagnostics } });
    const fix = actions.find(({ title }) => title === 'Add -p tcp')!;
    assert.deepEqual(editsOf(fix.edit!), [{ range: { start: at, end: at }, newText: '-p tcp ' }]);
    const mended = await client.change(URI, 3, '-p tcp ', { start: at, end: at });
    assert.deepEqual(mended.diagnostics, []);
  });

  it('says what the words are, and after an edit what is different', async () => {
    const { data, resultId } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
    assert.equal(data.length % 5, 0);
    const inRange = await client.request<SemanticTokens>('textDocument/semanticTokens/range', { textDocument, range: everything });
    assert.deepEqual(inRange.data, data);
    await client.change(URI, 2, ' web', { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } });
    const delta = await client.request<SemanticTokensDelta>('textDocument/semanticTokens/full/delta', { textDocument, previousResultId: resultId });
    assert.equal(delta.edits.length, 1);
  });

  it('completes and explains', async () => {
    const at = { line: 6, character: 9 };
    await client.change(URI, 2, '-m con ', { start: at, end: at });
    const list = await client.request<CompletionList>('textDocument/completion', { textDocument, position: { line: 6, character: 15 } });
    assert.ok(list.items.some(({ label }) => label === 'conntrack'));
    const hover = await client.request<Hover>('textDocument/hover', { textDocument, position: { line: 7, character: 30 } });
    assert.match(JSON.stringify(hover.contents), /dport|destination/u);
  });

  it('simulates a packet from a code lens and shows it in the file', async () => {
    const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument });
    assert.deepEqual(lenses.map(({ range }) => range.start.line), [1, 2, 3, 4, 5, 6, 7]);
    const { command } = await client.request<CodeLens>('codeLens/resolve', lenses.at(-1));
    assert.equal(command!.title, 'Simulate packet');
    const packet = 'tcp 203.0.113.9:40000 -> 198.51.100.7:22 in=eth0';
    const answer = await client.command<{ verdict: string; location: { line: number }; result: { steps: unknown[] } }>(command!.command, { ...(command!.arguments![0] as object), packet });
    assert.equal(answer.verdict, 'ACCEPT');
    assert.equal(answer.location.line, 7);
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument, range: everything });
    assert.deepEqual(hints.map(({ position, label }) => `${position.line} ${String(label)}`.slice(0, 3)), ['5 ✗', '6 ✓', '7 ■']);
    assert.equal(hints.at(-1)!.label, '■ 2. ACCEPT');

    // The answer follows the text.
    await client.change(URI, 2, '23', { start: { line: 7, character: 34 }, end: { line: 7, character: 36 } });
    const after = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument, range: everything });
    assert.match(String(after.find(({ position }) => position.line === 7)!.label), /✗ .*22/u);
    assert.match(String(after.find(({ position }) => position.line === 1)!.label), /■ DROP/u);

    await client.command('iptables-lens.clearSimulation', { uri: URI });
    assert.deepEqual(await client.request('textDocument/inlayHint', { textDocument, range: everything }), []);
  });

  it('suggests packets that reach a rule, and takes the best one when none is given', async () => {
    const { suggestions } = await client.command<{ suggestions: { packet: string; label: string }[] }>('iptables-lens.suggestPackets', { uri: URI, line: 7 });
    assert.equal(suggestions[0]!.label, 'matches this rule');
    const answer = await client.command<{ packet: string; verdict: string }>('iptables-lens.simulate', { uri: URI, line: 7 });
    assert.equal(answer.packet, suggestions[0]!.packet);
    assert.equal(answer.verdict, 'ACCEPT');
  });

  it('says what is wrong with a packet, and where', async () => {
    const answer = await client.command<{ error: { message: string; offset: number } }>('iptables-lens.simulate', { uri: URI, line: 7, packet: 'tcp 1.2.3.4:22 -> 5.6.7.8 state=FRESH' });
    assert.equal(answer.error.offset, 'tcp 1.2.3.4:22 -> 5.6.7.8 state='.length);
    assert.match(answer.error.message, /FRESH/u);
    await assert.rejects(client.command('iptables-lens.simulate', 42), /uri/u);
  });

  it('renames a chain everywhere in its table', async () => {
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', { textDocument, position: { line: 6, character: 13 }, newName: 'PUBLIC' });
    assert.deepEqual(editsOf(edit).map(({ range }) => range.start.line), [4, 6, 7]);
    await assert.rejects(client.request('textDocument/rename', { textDocument, position: { line: 5, character: 5 }, newName: 'X' }), /built/u);
  });
});

describe('settings', () => {
  it('set the family and the lenses', async () => {
    const client = await TestClient.start({ family: 'ipv6', codeLens: { rules: false }, inlayHints: { unmatched: false } });
    await client.open('file:///tmp/some.rules', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 2001:db8::/32 -j DROP\nCOMMIT\n');
    await client.change('file:///tmp/some.rules', 2, '\n', { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } });
    assert.deepEqual((await client.diagnostics('file:///tmp/some.rules', 2)).diagnostics, []);
    assert.equal((await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: 'file:///tmp/some.rules' } })).length, 1);
    await client.stop();
  });
});

function editsOf(edit: WorkspaceEdit): { range: { start: { line: number; character: number } }; newText: string }[] {
  return edit.changes?.[URI] ?? (edit.documentChanges ?? []).flatMap((change) => ('edits' in change ? (change.edits as never[]) : []));
}
