import { extensions, workspace } from 'vscode';
import { equal, eventually, ok } from './check.ts';
import { closeEditors, lenses, open, openUntitled } from './editor.ts';

const extensionId = 'iptables-lens.iptables-lens';

describe('the language', () => {
  afterEach(closeEditors);

  // First of all tests, because an extension never becomes inactive again.
  it('a file of another language does not activate the extension', async () => {
    equal((await open('notes.txt')).languageId, 'plaintext');
    ok(extensions.getExtension(extensionId)?.isActive === false, 'the extension is not active');
  });

  it('a ruleset activates the extension', async () => {
    await open('rules.v4');
    await eventually('the extension to be active', () => extensions.getExtension(extensionId)?.isActive === true);
  });

  const named = { 'rules.v4': 'by its name', 'mistake.v4': 'by its extension', 'etc/ufw/user.rules': 'by its folder',
    'saved': 'by the first line of iptables-save', 'table-first': 'by a table in the first line' };
  for (const [name, why] of Object.entries(named)) {
    it(`${name} is a ruleset ${why}`, async () => {
      equal((await open(name)).languageId, 'iptables');
    });
  }

  it('a document without a file is served', async () => {
    const document = await openUntitled('*filter\n:INPUT DROP [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n');
    await eventually('its code lenses', async () => (await lenses(document)).length > 0);
  });

  it('the iptables commands of a shell script are served', async () => {
    const script = await openUntitled('#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\n', 'shellscript');
    const titles = 'Resulting IPv4 ruleset, Simulate packet, Simulate packet';
    await eventually('its code lenses', async () => (await lenses(script)).map(({ command }) => command?.title).sort().join(', ') === titles);
    const other = await openUntitled('#!/bin/sh\necho hello\n', 'shellscript');
    equal((await lenses(other)).length, 0);
  });

  it('a workspace that is not trusted is served', async function () {
    if (workspace.isTrusted) this.skip();
    const document = await open('rules.v4');
    await eventually('its code lenses', async () => (await lenses(document)).length > 0);
  });

  it('commands, settings and the grammar are contributed', () => {
    const manifest = extensions.getExtension(extensionId)?.packageJSON as { contributes: Record<string, unknown[]> };
    equal(manifest.contributes['grammars']?.length, 1);
    equal(workspace.getConfiguration('iptables-lens').get('family'), 'auto');
  });
});
