import assert from 'node:assert/strict';
import type { CodeAction, PublishDiagnosticsParams } from 'vscode-languageserver-protocol';
import { TestClient } from './client.ts';

const URI = 'file:///etc/iptables/rules.v4';
const SHADOWED = ['*filter', ':FORWARD DROP [0:0]', '-A FORWARD -p tcp -j DROP', '-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT', 'COMMIT', ''].join('\n');
const OTHER = 'file:///etc/iptables/other.v4';
const textDocument = { uri: URI };

const codes = ({ diagnostics }: PublishDiagnosticsParams): unknown[] => diagnostics.map(({ code }) => code);
const isShadowed = (round: PublishDiagnosticsParams): boolean => codes(round).includes('shadowed-rule');
const place = (line: number, from: number, to = from): { start: { line: number; character: number }; end: { line: number; character: number } } =>
  ({ start: { line, character: from }, end: { line, character: to } });

describe('diagnostics that take an analysis', () => {
  let client: TestClient;
  before(async () => { client = await TestClient.start(); });
  after(async () => {
    assert.equal(await client.stop(), 0);
    assert.equal(client.stderr, '');
  });
  beforeEach(() => client.open(URI, SHADOWED));
  afterEach(() => client.close(URI));

  it('come in a second round, with links and fixes', async () => {
    const { diagnostics } = await client.diagnosticsWhere(URI, isShadowed);
    const [shadowed] = diagnostics;
    assert.deepEqual(shadowed!.relatedInformation!.map(({ location }) => location.range.start.line), [2]);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument, range: shadowed!.range, context: { diagnostics } });
    assert.ok(actions.some(({ title }) => title === 'Move it before line 3'));
  });

  it('stay while others are typed, and go with the next round', async () => {
    await client.diagnosticsWhere(URI, isShadowed);
    // The covering rule goes: its line is no longer there, and the finding has no link to it.
    const first = await client.change(URI, 2, 'udp', place(2, 14, 17));
    assert.deepEqual(codes(first), ['shadowed-rule']);
    assert.deepEqual(first.diagnostics[0]!.relatedInformation ?? [], []);
    assert.deepEqual(codes(await client.diagnosticsWhere(URI, (round) => !isShadowed(round))), []);
  });

  it('are right about the last of many edits', async () => {
    const last = 41;
    for (let version = 2; version < last; version++) void client.change(URI, version, version % 2 === 0 ? 'udp' : 'tcp', place(2, 14, 17));
    await client.change(URI, last, 'tcp', place(2, 14, 17));
    const round = await client.diagnosticsWhere(URI, isShadowed);
    assert.equal(round.version, last);
    assert.deepEqual(round.diagnostics[0]!.relatedInformation!.map(({ location }) => location.range.start.line), [2]);
  });

  it('follow edits of the ruleset beside', async () => {
    const beside = 'file:///etc/iptables/pair.v6';
    const own = 'file:///etc/iptables/pair.v4';
    const openPorts = (...ports: readonly number[]): string => ['*filter', ':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', ...ports.map((port) => `-A INPUT -p tcp --dport ${port} -j ACCEPT`), 'COMMIT', ''].join('\n');
    const isHinted = (round: PublishDiagnosticsParams): boolean => codes(round).includes('v4-v6-mismatch');
    await client.open(own, openPorts(22, 443));
    await client.open(beside, openPorts(22));
    await client.diagnosticsWhere(own, isHinted);
    void client.change(beside, 2, '-A INPUT -p tcp --dport 443 -j ACCEPT\n', place(4, 0));
    await client.diagnosticsWhere(own, (round) => !isHinted(round));
    await client.close(beside);
    await client.close(own);
  });

  it('are given up when the document is closed', async () => {
    await client.close(URI);
    await client.open(OTHER, SHADOWED);
    await client.diagnosticsWhere(OTHER, isShadowed);
    assert.deepEqual(codes(await client.diagnosticsWhere(URI, () => true)), []);
    await client.close(OTHER);
    await client.open(URI, SHADOWED);
  });
});
