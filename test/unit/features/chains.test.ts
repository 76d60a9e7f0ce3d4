import { strict as assert } from 'node:assert';
import { DocumentHighlightKind, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { definition } from '../../../server/src/features/definition.ts';
import { documentHighlight } from '../../../server/src/features/document-highlight.ts';
import { prepareRename } from '../../../server/src/features/prepare-rename.ts';
import { references } from '../../../server/src/features/references.ts';
import { rename } from '../../../server/src/features/rename.ts';
import { isRefusal } from '../../../server/src/features/support/chain-name.ts';
import { ODD_TEXTS, applyEdits, atCursor, inTable, largeText, textIn } from './cursor.ts';

const RULESET = `*nat
:web - [0:0]
-A OUTPUT -j web
COMMIT
*filter
:INPUT DROP [0:0]
:web - [0:0]
-A INPUT -p tcp -j WEB
-A INPUT -g WEB
-A WEB -j ACCEPT
COMMIT
`;

/** The ruleset with the cursor behind one mention of the filter table's chain `web`. */
const ruleset = (mention: number): string => {
  let seen = 0;
  return RULESET.replace(/:web - \[0:0\]\n-A INPUT|WEB/gu, (found) => {
    seen++;
    const cursor = seen === mention ? '<|>' : '';
    return found === 'WEB' ? `web${cursor}` : `:web${cursor} - [0:0]\n-A INPUT`;
  });
};

const SCRIPT = '#!/bin/sh\niptables -N we<|>b\nip6tables -N web\niptables -A INPUT -j web\nip6tables -A INPUT -j web\niptables -t nat -N web\n';

/** Asserts the physical lines (from 1) of what is found at the cursor. */
async function checkLines(marked: string, find: typeof definition | ((...args: Parameters<typeof definition>) => { range: { start: { line: number } } }[]), lines: number[]): Promise<void> {
  const { document, position } = await atCursor(marked);
  assert.deepEqual(find(document, position).map(({ range }) => range.start.line + 1), lines);
}

/** Asserts the text after renaming the chain at the cursor. */
async function checkRename(marked: string, newName: string, expected: string): Promise<void> {
  const { document, position } = await atCursor(marked);
  const answer = rename(document, position, newName) as WorkspaceEdit;
  assert.ok(!isRefusal(answer), JSON.stringify(answer));
  assert.equal(applyEdits(document.getText(), answer.changes![document.uri] as TextEdit[]), expected);
}

async function checkRefusal(marked: string, newName: string, why: RegExp): Promise<void> {
  const { document, position } = await atCursor(marked);
  const answer = rename(document, position, newName);
  assert.ok(isRefusal(answer), JSON.stringify(answer));
  assert.match(answer.refusal, why);
}

const withDeclaration: typeof definition = (document, position) => references(document, position, true);
const withoutDeclaration: typeof definition = (document, position) => references(document, position, false);

describe('chains', () => {
  describe('definition', () => {
    for (const mention of [1, 2, 3, 4]) it(`finds the declaration from mention ${mention}`, () => checkLines(ruleset(mention), definition, [7]));
    it('finds the declaration of a built-in chain', () => checkLines('*filter\n:INPUT DROP [0:0]\n-A IN<|>PUT -j DROP\nCOMMIT\n', definition, [2]));
    it('finds the table of a built-in chain that nothing declares', () => checkLines(inTable('-A IN<|>PUT -j DROP'), definition, [1]));
    it('finds -N of the same family and table', () => checkLines(SCRIPT, definition, [2]));
    it('finds nothing for a verdict', () => checkLines(inTable('-A INPUT -j DR<|>OP'), definition, []));
    it('finds nothing for a chain that nothing declares', () => checkLines(inTable('-A INPUT -j no<|>body'), definition, []));
  });

  describe('references', () => {
    it('stay in the table', () => checkLines(ruleset(2), withDeclaration, [7, 8, 9, 10]));
    it('can leave out the declaration', () => checkLines(ruleset(2), withoutDeclaration, [8, 9, 10]));
    it('stay in the family', () => checkLines(SCRIPT, withDeclaration, [2, 4]));
    it('cover the name alone', async () => {
      const { document, position } = await atCursor(ruleset(3));
      assert.deepEqual(references(document, position, true).map(({ range }) => textIn(document, range)), ['web', 'web', 'web', 'web']);
    });
    it('follow a script that renames a chain', () => checkLines('iptables -N a\niptables -E a b\niptables -A <|>b -j DROP\n', withDeclaration, [2, 3]));
  });

  it('highlight tells declarations from uses', async () => {
    const { document, position } = await atCursor(ruleset(4));
    const { Read, Write } = DocumentHighlightKind;
    assert.deepEqual(documentHighlight(document, position).map(({ kind }) => kind), [Write, Read, Read, Read]);
  });

  describe('rename', () => {
    const renamed = RULESET.replace(/(DROP \[0:0\]\n:)web/u, '$1shop').replaceAll('WEB', 'shop');
    for (const mention of [1, 2, 3, 4]) it(`changes declaration, rules and jumps, from mention ${mention}`, () => checkRename(ruleset(mention), 'shop', renamed));
    it('keeps a script\'s other family and tables', () => checkRename(SCRIPT, 'shop',
      '#!/bin/sh\niptables -N shop\nip6tables -N web\niptables -A INPUT -j shop\nip6tables -A INPUT -j web\niptables -t nat -N web\n'));
    it('keeps CRLF', () => checkRename('*filter\r\n:we<|>b - [0:0]\r\n-A INPUT -j web\r\nCOMMIT\r\n', 'shop', '*filter\r\n:shop - [0:0]\r\n-A INPUT -j shop\r\nCOMMIT\r\n'));

    const refused: Record<string, [text: string, name: string, why: RegExp]> = {
      'a built-in chain': [inTable('-A IN<|>PUT -j DROP'), 'shop', /built-in chain of `filter`/u],
      'a verdict': [inTable('-A INPUT -j DR<|>OP'), 'shop', /none here/u],
      'a chain that nothing declares': [inTable('-A INPUT -j no<|>body'), 'shop', /declares no chain `nobody`/u],
      'what the shell puts together': ['iptables -A INPUT -j "$CHA<|>IN"', 'shop', /shell/u],
      'a name with blanks': [ruleset(1), 'my shop', /blanks/u],
      'a name with quotes': [ruleset(1), 'sh"op', /`"`/u],
      'no name': [ruleset(1), '', /needs a name/u],
      'a name that is too long': [ruleset(1), 'a'.repeat(29), /29 characters; iptables takes at most 28/u],
      'a name that starts with a dash': [ruleset(1), '-shop', /start with `-`/u],
      'a name that starts with !': [ruleset(1), '!shop', /start with `!`/u],
      'a verdict\'s name': [ruleset(1), 'ACCEPT', /name of a target/u],
      'a target\'s name': [ruleset(1), 'LOG', /name of a target/u],
      'a built-in chain\'s name': [ruleset(1), 'POSTROUTING', /built-in chain/u],
      'a name that is taken': ['*filter\n:we<|>b - [0:0]\n:shop - [0:0]\nCOMMIT\n', 'shop', /already has a chain `shop`/u],
    };
    for (const [title, [text, name, why]] of Object.entries(refused)) it(`refuses ${title}`, () => checkRefusal(text, name, why));
    it('takes a name of 28 characters', () => checkRename('*filter\n:we<|>b - [0:0]\nCOMMIT\n', 'a'.repeat(28), `*filter\n:${'a'.repeat(28)} - [0:0]\nCOMMIT\n`));

    it('is prepared with the name under the cursor', async () => {
      const { document, position } = await atCursor(ruleset(3));
      const subject = prepareRename(document, position);
      assert.ok(!isRefusal(subject));
      assert.equal(subject.placeholder, 'web');
      assert.equal(textIn(document, subject.range), 'web');
    });
  });

  for (const [title, text] of [...Object.entries(ODD_TEXTS), ['a document of 20,000 lines', largeText(20_000)] as const]) {
    it(`take ${title}`, async () => {
      const { document, position } = await atCursor(text);
      definition(document, position);
      documentHighlight(document, position);
      references(document, position, true);
      prepareRename(document, position);
      rename(document, position, 'shop');
    });
  }
});
