import assert from 'node:assert/strict';
import { ruleset } from '../../bench/ruleset.ts';
import { TestClient } from './client.ts';

const URI = 'file:///bad/rules.v4';

describe('bad input', function () {
  this.timeout(60_000);
  let client: TestClient;
  before(async () => { client = await TestClient.start(); });
  after(async () => {
    assert.equal(await client.stop(), 0);
    assert.equal(client.stderr, '');
  });
  afterEach(() => client.close(URI));

  /** Whatever was open before, the next edit must work. */
  async function stillWorks(version: number): Promise<void> {
    const { diagnostics } = await client.change(URI, version, '*filter\n-A INPUT --dport 22 -j ACCEPT\nCOMMIT\n');
    assert.deepEqual(diagnostics.map(({ code }) => code), ['missing-protocol']);
  }

  it('takes a binary file', async () => {
    const bytes = Array.from({ length: 5000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join('');
    const { diagnostics } = await client.open(URI, `\u007fELF\0\0${bytes}`);
    assert.ok(diagnostics.length < 200, `${diagnostics.length} diagnostics`);
    await stillWorks(2);
  });

  it('takes a line of 50 MB', async () => {
    const { diagnostics } = await client.open(URI, `*filter\n-A INPUT -s ${'1'.repeat(50_000_000)}\nCOMMIT\n`);
    assert.equal(diagnostics.length, 1);
    assert.ok(diagnostics[0]!.range.end.character < 20_000);
    await stillWorks(2);
  });

  it('takes half-typed lines, one character after the other', async () => {
    await client.open(URI, '');
    let version = 1;
    let text = '';
    for (const character of '*filter\n:INPUT DROP [0:0]\n[1:2] -A INPUT ! -p tcp --tcp-flags SYN,ACK SYN -m comment --comment "a \\" b" -j\n') {
      const lines = text.split('\n');
      const at = { line: lines.length - 1, character: lines.at(-1)!.length };
      await client.change(URI, ++version, character, { start: at, end: at });
      text += character;
      for (const method of ['completion', 'hover', 'signatureHelp']) {
        await client.request(`textDocument/${method}`, { textDocument: { uri: URI }, position: { line: at.line, character: at.character + 1 } });
      }
    }
    await stillWorks(++version);
  });

  it('takes two tables of the same name', async () => {
    const { diagnostics } = await client.open(URI, '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n');
    assert.deepEqual(diagnostics.map(({ code, severity }) => [code, severity]), [['duplicate-table', 2]]);
    const answer = await client.command<{ verdict: string }>('iptables-lens.simulate', { uri: URI, packet: 'tcp 203.0.113.9:1 -> 198.51.100.7:2 in=eth0' });
    assert.equal(answer.verdict, 'DROP');
    await stillWorks(2);
  });

  it('takes a jump loop', async () => {
    const { diagnostics } = await client.open(URI, '*filter\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A\nCOMMIT\n');
    assert.ok(diagnostics.some(({ code, severity }) => code === 'jump-loop' && severity === 1));
    const answer = await client.command<{ verdict: string }>('iptables-lens.simulate', { uri: URI, packet: 'tcp 203.0.113.9:1 -> 198.51.100.7:2 in=eth0' });
    assert.equal(answer.verdict, 'UNKNOWN');
    await stillWorks(2);
  });

  it('takes a file that changes under it: the whole text at once, versions that leap, a close in between', async () => {
    await client.open(URI, ruleset(300, 1));
    for (const version of [5, 9, 40]) await client.change(URI, version, ruleset(300, version));
    await client.close(URI);
    assert.deepEqual(await client.request('textDocument/codeLens', { textDocument: { uri: URI } }), []);
    await client.open(URI, ruleset(10, 2));
    await stillWorks(2);
  });

  it('keeps a file of 100,000 lines editable', async () => {
    await client.open(URI, ruleset(100_000, 3));
    const { diagnostics } = await client.change(URI, 2, '--dport 22 ', { start: { line: 60_000, character: 13 }, end: { line: 60_000, character: 13 } });
    assert.ok(diagnostics.every(({ range }) => range.start.line === 60_000));
    await stillWorks(3);
  });
});
