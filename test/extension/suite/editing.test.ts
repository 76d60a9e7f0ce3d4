import { EndOfLine, type TextDocument, type WorkspaceEdit, commands, languages, workspace } from 'vscode';
import { equal, eventually, ok } from './check.ts';
import { closeEditors, completions, hoverText, open, openUntitled, placeOf, quickFixes } from './editor.ts';

const problems = ({ uri }: TextDocument) => languages.getDiagnostics(uri);

describe('editing', () => {
  afterEach(closeEditors);

  it('a mistake is underlined, and its quick fix removes it', async () => {
    const document = await open('mistake.v4');
    const problem = await eventually('a diagnostic', () => problems(document).find(({ range }) => document.getText(range).includes('dprt')));
    const [fix] = await quickFixes(document, problem.range);
    ok(fix?.edit, 'there is a quick fix');
    ok(await workspace.applyEdit(fix.edit), 'the quick fix applies');
    ok(document.getText().includes('--dport 22'), document.getText());
    await eventually('the diagnostic to go', () => !problems(document).some(({ message }) => message === problem.message));
  });

  it('a quick fix changes the line endings of the whole document', async () => {
    const document = await openUntitled('*filter\r\n:INPUT DROP [0:0]\r\nCOMMIT\r\n');
    equal(document.eol, EndOfLine.CRLF);
    const problem = await eventually('a diagnostic', () => problems(document).find(({ code }) => code === 'carriage-return'));
    equal((await quickFixes(document, problem.range)).map(({ title }) => title)[0], 'Change all line endings to LF');
    // What a test asks the editor for has lost its line ending on the way, so the editor itself applies the fix.
    await eventually('the line ending', async () => {
      await commands.executeCommand('editor.action.autoFix');
      return document.eol === EndOfLine.LF;
    });
    equal(document.getText(), '*filter\n:INPUT DROP [0:0]\nCOMMIT\n');
    await eventually('the diagnostic to go', () => !problems(document).some(({ code }) => code === 'carriage-return'));
  });

  it('a ruleset without mistakes has no errors', async () => {
    const document = await open('rules.v4');
    await eventually('the server', async () => (await hoverText(document, placeOf(document, 'conntrack'))) !== '');
    equal(problems(document).filter(({ severity }) => severity === 0).map(({ message }) => message), []);
  });

  it('closing a document takes its diagnostics away', async () => {
    const document = await open('mistake.v4');
    await eventually('a diagnostic', () => problems(document).length > 0);
    await closeEditors();
    await eventually('no diagnostics', () => problems(document).length === 0);
  });

  it('completion after `-m ` names the matches', async () => {
    const document = await openUntitled('*filter\n:INPUT DROP [0:0]\n-A INPUT -m \nCOMMIT\n');
    const position = placeOf(document, '-m ').translate(0, 3);
    const labels = await eventually('completions', async () => {
      const found = await completions(document, position);
      return found.includes('hashlimit') && found;
    });
    ok(labels.includes('recent'), labels.join(' '));
  });

  it('hover explains a match', async () => {
    const document = await open('rules.v4');
    const text = await eventually('a hover', async () => (await hoverText(document, placeOf(document, 'conntrack'))) || undefined);
    ok(/state/iu.test(text), text);
  });

  it('renaming a chain renames its rules and jumps', async () => {
    const document = await open('rules.v4');
    await eventually('the server', async () => (await hoverText(document, placeOf(document, 'conntrack'))) !== '');
    const edit = await commands.executeCommand<WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider', document.uri, placeOf(document, 'ssh-guard'), 'bouncer');
    ok(await workspace.applyEdit(edit), 'the rename applies');
    equal([...document.getText().matchAll(/bouncer/gu)].length, 4);
    ok(!document.getText().includes('ssh-guard'), document.getText());
  });
});
