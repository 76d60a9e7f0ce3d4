import { strict as assert } from 'node:assert';
import { MATCHES, TARGETS } from '../../../server/src/core/extensions/catalogue.generated.ts';
import { signatureHelp } from '../../../server/src/features/signature-help.ts';
import { activePart, partsOf } from '../../../server/src/features/support/value-parts.ts';
import { ODD_TEXTS, atCursor, inTable, largeText } from './cursor.ts';

/** Values of each placeholder that has parts, and the part at every place of the cursor from the first to behind the last character. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'NUMBER[:NUMBER]': { '1:22': '00111', ':5': '011' },
  'COUNT,CODE JT JF K[,…]': { '2,48 0 0 9,6 0 0 1': '0011122334411223344' },
  'FROM[:TO]': { '10:': '0001' },
  'VALUE[/MASK]': { '0x1/0xf': '00001111' },
  'ADDRESS[/MASK]': { '10.0.0.0/8': '00000000011', '2001:db8::/32': '00000000000111' },
  'PORT[:PORT]': { '22:80': '000111', 'ssh:': '00001' },
  'VALUE[/MASK]|NAME': { '1/2': '0011' },
  'TYPE[:LENGTH][,…]': { '5:2,1:0': '00110011' },
  'NUMBER[/UNIT]|BYTES/s': { '5/min': '001111' },
  'TYPE[/CODE]': { '3/4': '0011' },
  'ADDRESS[-ADDRESS]': { '10.0.0.1-10.0.0.2': '000000000111111111', '::1-::2': '00001111' },
  'NUMBER[/second|minute|hour|day]': { '5/min': '001111' },
  'XX:XX:XX:XX:XX:XX': { '00:16:3e:5e:6c:00': '000111222333444555' },
  'TYPE[:TYPE]': { '1:4': '0011' },
  'PORT[,PORT:PORT…]': { '22,80,1:9': '0001111122', '1:2': '0022' },
  'USER|NUMBER[-NUMBER]': { '10-19': '000111', 'www-data': '000000000' },
  'GROUP|NUMBER[-NUMBER]': { '10-19': '000111', 'www-data': '000000000' },
  'TYPE[:FLAGS][,…]': { 'DATA:I,INIT': '000001100000' },
  'src|dst[,src|dst…]': { 'src,dst,src': '000011111111' },
  'YYYY[-MM[-DD[Thh[:mm[:ss]]]]]': { '2026-01-31T18:30:00': '00000111222333444555' },
  'hh:mm[:ss]': { '18:30:00': '000111222' },
  'DAY[,DAY…]': { 'Mon,Tue,5': '0000111111' },
  'LOCATION=VALUE[&&…]': { '6&0xFF=1&&4=0': '00000001110011' },
  'MAJOR:MINOR': { '1:1f': '00111' },
  '[ADDRESS[-ADDRESS]][:PORT[-PORT[/BASE]]]': { '1.2.3.4-1.2.3.9:1-9/5': '0000000011111111223344', ':80': '0222', '[::1]:80': '000000222', '::1-::2': '02001111' },
  'PREFIX/LENGTH': { 'fd00::/8': '000000011' },
  'PORT[-PORT]': { '1-9': '0011' },
  'FIRST:LAST': { '0:3': '0011' },
  '[ADDRESS[-ADDRESS]][:PORT[-PORT]]': { '1.2.3.4:1-9': '000000002233' },
  'OPTION[,OPTION…]': { 'mss,sack,5': '00001111111' },
};

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
  it('names the value of an option', () => check(inTable('-A INPUT -p tcp --dport <|>'), '--destination-port [PORT][:PORT]'));
  it('marks the first of two values', () => check(inTable('-A INPUT -p tcp --tcp-flags <|>'), '--tcp-flags [FLAGS] SET'));
  it('marks the second of two values', () => check(inTable('-A INPUT -p tcp --tcp-flags SYN,ACK <|>'), '--tcp-flags FLAGS [SET]'));
  it('stays while a value is typed', () => check(inTable('-A INPUT -p tcp --tcp-flags SYN,A<|>'), '--tcp-flags [FLAGS] SET'));
  it('names the value of a base option', () => check(inTable('-A INPUT -s <|>'), '-s [ADDRESS][/MASK]'));
  it('names the values of a command', () => check('iptables -P INPUT <|>', '-P CHAIN [POLICY]'));
  it('names what a list is of', () => check(inTable('-A INPUT -m conntrack --ctstate NEW,<|>'), '--ctstate [STATE[,…]]'));
  it('ends with the values', () => check(inTable('-A INPUT -p tcp --dport 22 <|>'), undefined));
  it('has nothing for a flag', () => check(inTable('-A INPUT -p tcp --syn <|>'), undefined));
  it('has nothing for the name of an option', () => check(inTable('-A INPUT -p tcp --dp<|>'), undefined));
  it('explains the option', async () => {
    const { document, position } = await atCursor(inTable('-A INPUT -p tcp --dport <|>'));
    assert.match((signatureHelp(document, position)!.signatures[0]!.documentation as { value: string }).value, /port/iu);
  });

  it('has the parts of every value that has some', () => {
    const placeholders = new Set([...MATCHES, ...TARGETS].flatMap(({ options }) => options.flatMap(({ values }) => values.map(({ placeholder }) => placeholder))));
    assert.deepEqual([...placeholders].filter((each) => partsOf(each).length > 1).sort(), Object.keys(PARTS).sort());
  });

  for (const [placeholder, values] of Object.entries(PARTS)) {
    it(`marks the part of ${placeholder} at the cursor`, () => {
      for (const [value, expected] of Object.entries(values)) {
        const active = Array.from({ length: value.length + 1 }, (_, end) => activePart(placeholder, value.slice(0, end))).join('');
        assert.equal(active, expected, value);
      }
    });
  }

  it('marks the part of a value in a rule', async () => {
    await check(inTable('-A INPUT -p tcp --dport 22:<|>'), '--destination-port PORT[:[PORT]]');
    await check(inTable('-A INPUT -m limit --limit 5/<|>'), '--limit NUMBER[/[second|minute|hour|day]]');
    await check(inTable('-A INPUT -m set --match-set blocked src,<|>'), '--match-set SET src|dst[,[src|dst]…]');
    await check(inTable('-A INPUT -m u32 --u32 "6 & 0xFF = <|>"'), '--u32 LOCATION=[VALUE][&&…]');
    await check(inTable('-A INPUT -s 10.0.0.0/<|>'), '-s ADDRESS[/[MASK]]');
    await check('*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:80-<|>\nCOMMIT\n', '--to-destination [ADDRESS[-ADDRESS]][:PORT[-[PORT][/BASE]]]');
  });

  for (const [title, text] of [...Object.entries(ODD_TEXTS), ['a document of 20,000 lines', largeText(20_000)] as const]) {
    it(`takes ${title}`, async () => {
      const { document, position } = await atCursor(text);
      signatureHelp(document, position);
    });
  }
});
