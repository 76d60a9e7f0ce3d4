import { strict as assert } from 'node:assert';
import { CodeActionKind, CodeActionTriggerKind, DiagnosticSeverity, DiagnosticTag, type CodeAction, type TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { FIX_ALL, codeActions } from '../../../server/src/features/code-action.ts';
import { toDiagnostics } from '../../../server/src/features/support/diagnostics.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { ODD_TEXTS, applyEdits, atCursor, inTable, largeText } from './cursor.ts';

const findingsOf = (document: RulesetDocument): readonly Finding[] => new Diagnostics(document).complete();

async function actions(marked: string, only?: string[], findings = findingsOf, triggerKind?: CodeActionTriggerKind): Promise<{ document: RulesetDocument; found: CodeAction[] }> {
  const { document, position } = await atCursor(marked);
  return { document, found: codeActions(document, findings(document), { start: position, end: position }, { ...(only === undefined ? {} : { only }), ...(triggerKind === undefined ? {} : { triggerKind }) }) };
}

/** Asserts the text after the action with this title; `safe` whether an editor may take it by itself. */
async function check(marked: string, title: string, expected: string, { only, safe, findings }: { only?: string[]; safe?: boolean; findings?: typeof findingsOf } = {}): Promise<void> {
  const { document, found } = await actions(marked, only, findings);
  const action = found.find((each) => each.title === title);
  assert.ok(action, `${title} is not among: ${found.map((each) => each.title).join('; ')}`);
  assert.equal(applyEdits(document.getText(), action.edit!.changes![document.uri] as TextEdit[]), expected);
  if (safe !== undefined) assert.equal(action.isPreferred === true, safe);
}

/** A finding about the first `size` characters of each line that starts with `-`, with one fix. */
const madeUp = (newText: string, safe: boolean, size = 2): typeof findingsOf => (document) => document.lines.filter(({ text }) => text.startsWith('-')).map((line) => ({
  code: 'made-up', severity: 'warning', line, span: { start: 0, end: size }, message: 'made up',
  fixes: [{ title: 'Mend it', safe, edits: [{ line, span: { start: 0, end: size }, newText }] }],
}));

describe('code actions', () => {
  it('offer the fixes of a finding', () => check(inTable('-A INPUT -<|>o eth0 -j DROP'), 'Write -i', inTable('-A INPUT -i eth0 -j DROP'), { safe: false }));
  it('prefer a safe fix', () => check(inTable('-<|>A INPUT'), 'Mend it', inTable('-I INPUT'), { safe: true, findings: madeUp('-I', true) }));
  it('do not prefer another', () => check(inTable('-<|>A INPUT'), 'Mend it', inTable('-I INPUT'), { safe: false, findings: madeUp('-I', false) }));
  it('carry their diagnostic', async () => {
    const { found } = await actions(inTable('-A INPUT -<|>o eth0 -j DROP'));
    assert.equal(found[0]?.diagnostics?.[0]?.code, 'misplaced-interface');
    assert.equal(found[0].kind, CodeActionKind.QuickFix);
  });
  it('name the line ending that they give the file', async () => {
    const { found } = await actions('*filter<|>\r\n-A INPUT\r\nCOMMIT\r\n', [CodeActionKind.QuickFix, FIX_ALL]);
    assert.deepEqual(found.filter(({ data }) => data !== undefined).map(({ title, data }) => [title, data as unknown]),
      [['Change all line endings to LF', { endOfLine: 'LF' }], ['Apply every safe fix', { endOfLine: 'LF' }]]);
  });
  it('are for findings at the cursor only', async () => {
    const { found } = await actions(inTable('-A INPUT -o eth0 -j DROP\n-A INPUT -j <|>DROP'));
    assert.deepEqual(found.filter(({ diagnostics }) => diagnostics?.some(({ code }) => code === 'misplaced-interface')), []);
  });
  it('mend every finding of a code', () => check(inTable('-<|>A INPUT\n-A OUTPUT'), 'Fix every made-up in this file', inTable('-I INPUT\n-I OUTPUT'), { findings: madeUp('-I', true) }));

  it('show what reaches the rule and the chain, where somebody asks', async () => {
    const asked = async (text: string, trigger?: CodeActionTriggerKind): Promise<readonly unknown[]> => (await actions(inTable(text), undefined, () => [], trigger)).found.map(({ title, command }) => [title, command?.command, command?.arguments]);
    const rule = ['Show a packet that reaches this rule', 'iptables-lens.reachRule'];
    const [[title, command, [place]]] = await asked('-A INPUT -j <|>DROP') as [[string, string, [{ line: number }]]];
    assert.deepEqual([title, command, place.line], [...rule, 1]);
    assert.deepEqual((await asked('-A INPUT -j <|>DROP', CodeActionTriggerKind.Invoked)).length, 2);
    assert.deepEqual(await asked('-A INPUT -j <|>DROP', CodeActionTriggerKind.Automatic), []);
    assert.deepEqual((await asked(':ONE - [0:0]<|>\n-A ONE -j DROP')).map((each) => (each as string[])[0]), ['Show what can reach ONE']);
    assert.deepEqual(await asked(':ONE - [0:0]<|>'), []);
  });

  describe('for the whole file', () => {
    const only = [CodeActionKind.SourceFixAll];
    const title = 'Apply every safe fix';
    it('apply every safe fix', () => check(inTable('-A INPUT\n-A OUTPUT'), title, inTable('-I INPUT\n-I OUTPUT'), { only, findings: madeUp('-I', true) }));
    it('leave fixes that are not safe', async () => assert.deepEqual((await actions(inTable('-A INPUT'), only, madeUp('-I', false))).found, []));
    it('leave fixes that collide for the next time', () => check(inTable('-A INPUT'), title, inTable('-I INPUT'), {
      only, findings: (document) => [...madeUp('-I', true)(document), ...madeUp('-R', true)(document)],
    }));
    it('remove whole lines', () => check('*filter\r\n-A INPUT\r\nCOMMIT\r\n', title, '*filter\r\nCOMMIT\r\n', { only, findings: madeUp('', true, '-A INPUT\r\n'.length) }));
    it('come only when they are asked for', async () => assert.ok((await actions(inTable('-A INPUT'), undefined, madeUp('-I', true))).found.every(({ kind }) => kind !== FIX_ALL)));
    it('answer to their own kind', async () => assert.equal((await actions(inTable('-A INPUT'), [FIX_ALL], madeUp('-I', true))).found.length, 1));
    it('are not other source actions', async () => assert.deepEqual((await actions(inTable('-A INPUT'), ['source.organizeImports'], madeUp('-I', true))).found, []));
  });

  describe('that silence', () => {
    const rule = '-A INPUT -<|>o eth0 -j DROP';
    const bare = rule.replace('<|>', '');
    const forLine = 'Disable misplaced-interface for this line';
    const forFile = 'Disable misplaced-interface for this file';
    it('a line', () => check(inTable(rule), forLine, inTable(`# iptables-lens disable=misplaced-interface\n${bare}`)));
    it('an indented line', () => check(inTable(`  ${rule}`), forLine, inTable(`# iptables-lens disable=misplaced-interface\n  ${bare}`)));
    it('an indented line of a script', () => check('#!/bin/sh\nif true; then\n  iptables -A INPUT -<|>o eth0\nfi\n', forLine, '#!/bin/sh\nif true; then\n  # iptables-lens disable=misplaced-interface\n  iptables -A INPUT -o eth0\nfi\n'));
    it('a line with CRLF', () => check(`*filter\r\n${rule}\r\nCOMMIT\r\n`, forLine, `*filter\r\n# iptables-lens disable=misplaced-interface\r\n${bare}\r\nCOMMIT\r\n`));
    it('a line below a comment that silences already', () => check(inTable(`# iptables-lens disable=nat-filtering\n${rule}`), forLine, inTable(`# iptables-lens disable=nat-filtering,misplaced-interface\n${bare}`)));
    it('a file', () => check(inTable(rule), forFile, `# iptables-lens disable=misplaced-interface\n${inTable(bare)}`));
    it('a file whose head silences already', () => check(`# iptables-lens disable=nat-filtering\n${inTable(rule)}`, forFile, `# iptables-lens disable=nat-filtering,misplaced-interface\n${inTable(bare)}`));
    it('a script', () => check('#!/bin/sh\niptables -A INPUT -<|>o eth0\n', forFile, '#!/bin/sh\n# iptables-lens disable=misplaced-interface\n\niptables -A INPUT -o eth0\n'));
    it('a file with a head of comments', () => check(`# mine\n${inTable(rule)}`, forFile, `# iptables-lens disable=misplaced-interface\n\n# mine\n${inTable(bare)}`));

    for (const title of [forLine, forFile]) {
      it(`${title}: the finding is gone`, async () => {
        const { document, found } = await actions(`# mine\n${inTable(rule)}`);
        const text = applyEdits(document.getText(), found.find((each) => each.title === title)!.edit!.changes![document.uri] as TextEdit[]);
        assert.ok(!findingsOf((await atCursor(text)).document).some(({ code }) => code === 'misplaced-interface'), text);
      });
    }
  });

  for (const [title, text] of Object.entries(ODD_TEXTS)) it(`take ${title}`, () => actions(text));
  it('take a document of 20,000 lines', () => actions(largeText(20_000), [CodeActionKind.SourceFixAll], madeUp('-I', true)));
});

describe('diagnostics', () => {
  it('state a finding in the protocol\'s words', async () => {
    const { document } = await atCursor(inTable('-A INPUT -j DROP\r'));
    const line = document.lines[1]!;
    const [diagnostic] = toDiagnostics(document, [{
      code: 'made-up', severity: 'hint', line, span: { start: 3, end: 8 }, message: 'made up', tag: 'unnecessary',
      related: [{ line: document.lines[0]!, span: { start: 0, end: 7 }, message: 'because of this' }],
    }]);
    assert.deepEqual(diagnostic, {
      code: 'made-up', source: 'iptables-lens', message: 'made up', severity: DiagnosticSeverity.Hint, tags: [DiagnosticTag.Unnecessary],
      range: { start: { line: 1, character: 3 }, end: { line: 1, character: 8 } },
      relatedInformation: [{ location: { uri: document.uri, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 7 } } }, message: 'because of this' }],
    });
  });
  it('of a plain finding have no empty parts', async () => {
    const { document } = await atCursor(inTable('-A INPUT'));
    const [diagnostic] = toDiagnostics(document, [{ code: 'made-up', severity: 'error', line: document.lines[1]!, span: { start: 0, end: 2 }, message: 'made up', related: [] }]);
    assert.deepEqual(Object.keys(diagnostic!).sort(), ['code', 'message', 'range', 'severity', 'source']);
  });
});
