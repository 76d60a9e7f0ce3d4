import { type DocumentLink, type TextDocument, WorkspaceEdit, commands, workspace } from 'vscode';
import { equal, eventually } from './check.ts';
import { closeEditors, lenses, openUntitled, placeOf } from './editor.ts';

const script = `#!/bin/sh
PORTS="22 80"
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
for port in $PORTS; do
  iptables -A INPUT -p tcp --dport $port -j ACCEPT
done
iptables -A INPUT -j NOWHERE
ip6tables -A INPUT -s 2001:db8::1 -j DROP
`;

/** Runs what the code lens of a script runs, and waits for the document that it opens. */
async function result(document: TextDocument, title: string): Promise<TextDocument> {
  const lens = await eventually(`the lens ${title}`, async () => (await lenses(document)).find(({ command }) => command?.title === title));
  await commands.executeCommand(lens.command!.command, ...lens.command!.arguments ?? []);
  const { family = 'ipv4' } = lens.command!.arguments![0] as { family?: string };
  return eventually('the resulting ruleset', () => workspace.textDocuments.find(({ uri }) => uri.scheme === 'iptables-lens' && uri.query === JSON.stringify({ uri: document.uri.toString(), family })));
}

/** The rows of the script that its rules lead to, each with the rule. */
async function links(document: TextDocument): Promise<string[]> {
  const found = await commands.executeCommand<DocumentLink[]>('vscode.executeLinkProvider', document.uri);
  return found.map(({ range, target }) => `${target?.fragment}: ${document.getText(range)}`);
}

describe('the resulting ruleset', () => {
  afterEach(closeEditors);

  it('shows the end of a script, each rule linked to the line that made it', async () => {
    const ruleset = await result(await openUntitled(script, 'shellscript'), 'Resulting IPv4 ruleset');
    equal(ruleset.languageId, 'iptables');
    equal(ruleset.lineAt(0).text.startsWith('# line 8: '), true);
    equal((await links(ruleset)).join('\n'), [
      'L4: -A INPUT -i lo -j ACCEPT', 'L6: -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', 'L6: -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT',
    ].join('\n'));
  });

  it('has one document for each family', async () => {
    const ruleset = await result(await openUntitled(script, 'shellscript'), 'Resulting IPv6 ruleset');
    equal((await links(ruleset)).join('\n'), 'L9: -A INPUT -s 2001:db8::1/128 -j DROP');
  });

  it('follows the script as it is edited', async () => {
    const document = await openUntitled(script, 'shellscript');
    const ruleset = await result(document, 'Resulting IPv4 ruleset');
    const edit = new WorkspaceEdit();
    edit.insert(document.uri, placeOf(document, ' 80"'), ' 443');
    await workspace.applyEdit(edit);
    await eventually('the rule of the new word', () => ruleset.getText().includes('--dport 443'));
  });
});
