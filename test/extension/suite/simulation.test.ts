import { type TextDocument, commands } from 'vscode';
import { equal, eventually, ok } from './check.ts';
import { closeEditors, hints, lenses, open, placeOf } from './editor.ts';

const ssh = 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0';

interface Answer {
  verdict?: string;
  summary?: string;
  location?: { line: number };
  error?: { message: string };
}

const simulate = (document: TextDocument, packet: string): Thenable<Answer> =>
  commands.executeCommand('iptables-lens.simulate', { uri: document.uri.toString(), packet });

const simulateLenses = async (document: TextDocument): Promise<number[]> =>
  (await lenses(document)).filter(({ command }) => command?.title === 'Simulate packet').map(({ range }) => range.start.line);

describe('simulation', () => {
  let document: TextDocument;
  const lineOf = (text: string): number => placeOf(document, text).line;

  beforeEach(async () => {
    document = await open('rules.v4');
    await eventually('code lenses', async () => (await simulateLenses(document)).length > 0);
  });
  afterEach(closeEditors);

  it('a code lens stands above each chain and rule', async () => {
    const lines = await simulateLenses(document);
    for (const text of [':INPUT', ':ssh-guard', '-A INPUT -i lo', '-A ssh-guard -j ACCEPT']) {
      ok(lines.includes(lineOf(text)), `there is a lens on ${text}, not only on lines ${lines.join(' ')}`);
    }
  });

  it('the rules that the packet met are marked', async () => {
    const answer = await simulate(document, ssh);
    equal(answer.verdict, 'ACCEPT');
    equal(answer.location?.line, lineOf('-A ssh-guard -j ACCEPT'));
    ok(answer.summary?.includes('ACCEPT'), `the summary says the verdict: ${answer.summary ?? ''}`);
    const marks = await eventually('inlay hints', async () => {
      const found = await hints(document);
      return found.size > 0 && found;
    });
    for (const text of ['-A INPUT -p tcp -m tcp --dport 22', '-A ssh-guard -j ACCEPT']) ok(marks.has(lineOf(text)), `${text} is marked`);
    ok(!marks.has(lineOf('--dport 80')), 'a rule behind the verdict is not marked');
  });

  it('another packet moves the marks', async () => {
    await simulate(document, ssh);
    equal((await simulate(document, 'tcp 203.0.113.9:40000 -> 10.0.0.5:23 in=eth0')).verdict, 'DROP');
    await eventually('the mark behind the old verdict', async () => (await hints(document)).has(lineOf('--dport 80')));
  });

  it('a packet in a wrong notation is answered with what is wrong', async () => {
    const { error } = await simulate(document, 'tpc 203.0.113.9 -> 10.0.0.5');
    ok(error?.message.includes('tpc'), `the message names the token: ${error?.message ?? 'there is none'}`);
  });

  it('clearing takes the marks away', async () => {
    await simulate(document, ssh);
    await eventually('inlay hints', async () => (await hints(document)).size > 0);
    await commands.executeCommand('iptables-lens.clearSimulation', { uri: document.uri.toString() });
    await eventually('no inlay hints', async () => (await hints(document)).size === 0);
  });

  it('after a restart of the server everything is there again', async () => {
    await commands.executeCommand('iptables-lens.restartServer');
    await eventually('code lenses', async () => (await simulateLenses(document)).length > 0);
    equal((await simulate(document, ssh)).verdict, 'ACCEPT');
  });
});
