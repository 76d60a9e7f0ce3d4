import { strict as assert } from 'node:assert';
import { signatureHelp } from '../../../server/src/features/signature-help.ts';
import { ODD_TEXTS, atCursor, inTable, largeText } from './cursor.ts';

/** Asserts the signature at the cursor, the active value in brackets; undefined asserts that there is none. */
async function check(marked: string, expected: string | undefined): Promise<void> {
  const { document, position } = await atCursor(marked);
  const help = signatureHelp(document, position);
  const [signature] = help?.signatures ?? [];
  const active = signature?.parameters?.[help?.activeParameter ?? -1]?.label as [number, number] | undefined;
  const shown = signature && active && `${signature.label.slice(0, active[0])}[${signature.label.slice(...active)}]${signature.label.slice(active[1])}`;
  assert.equal(shown, expected);
}

describe('signature help', () => {
  it('names the value of an option', () => check(inTable('-A INPUT -p tcp --dport <|>'), '--destination-port [PORT[:PORT]]'));
  it('marks the first of two values', () => check(inTable('-A INPUT -p tcp --tcp-flags <|>'), '--tcp-flags [FLAGS] SET'));
  it('marks the second of two values', () => check(inTable('-A INPUT -p tcp --tcp-flags SYN,ACK <|>'), '--tcp-flags FLAGS [SET]'));
  it('stays while a value is typed', () => check(inTable('-A INPUT -p tcp --tcp-flags SYN,A<|>'), '--tcp-flags [FLAGS] SET'));
  it('names the value of a base option', () => check(inTable('-A INPUT -s <|>'), '-s [ADDRESS[/MASK]]'));
  it('names the values of a command', () => check('iptables -P INPUT <|>', '-P CHAIN [POLICY]'));
  it('names what a list is of', () => check(inTable('-A INPUT -m conntrack --ctstate NEW,<|>'), '--ctstate [STATE[,…]]'));
  it('ends with the values', () => check(inTable('-A INPUT -p tcp --dport 22 <|>'), undefined));
  it('has nothing for a flag', () => check(inTable('-A INPUT -p tcp --syn <|>'), undefined));
  it('has nothing for the name of an option', () => check(inTable('-A INPUT -p tcp --dp<|>'), undefined));
  it('explains the option', async () => {
    const { document, position } = await atCursor(inTable('-A INPUT -p tcp --dport <|>'));
    assert.match((signatureHelp(document, position)!.signatures[0]!.documentation as { value: string }).value, /port/iu);
  });

  for (const [title, text] of [...Object.entries(ODD_TEXTS), ['a document of 20,000 lines', largeText(20_000)] as const]) {
    it(`takes ${title}`, async () => {
      const { document, position } = await atCursor(text);
      signatureHelp(document, position);
    });
  }
});
