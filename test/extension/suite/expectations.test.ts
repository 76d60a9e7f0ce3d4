import { commands } from 'vscode';
import { equal, eventually } from './check.ts';
import { closeEditors, open } from './editor.ts';

interface Answer {
  expectations: { line: number; label: string; scenario?: string; status: string; message: string }[];
}

describe('expectations', () => {
  afterEach(closeEditors);

  it('are answered one by one, those of a scenario in one world', async () => {
    const document = await open('expectations.v4');
    const answer = await eventually('the expectations', async () => {
      const found = await commands.executeCommand<Answer>('iptables-lens.runExpectations', { uri: document.uri.toString() });
      return found.expectations.length > 0 && found;
    });
    equal(answer.expectations.map(({ status }) => status).join(' '), 'pass fail pass pass');
    equal(answer.expectations.map(({ scenario }) => scenario ?? '-').join(' '), '- - knocking knocking');
  });
});
