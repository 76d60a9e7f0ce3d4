/** Of the control pictures, the first; the others follow in the order of the characters that they show. */
const PICTURES = 0x2400;
const DELETE = 0x7f;

/** What a terminal would obey, except the tab and the line feed that our own texts are made of: control characters and those that turn the direction of text. */
const CONTROL = /(?![\t\n])\p{Cc}|\p{Bidi_Control}/gu;

/** Text for a terminal, in which what a file wrote can be seen and changes nothing: control characters as pictures (`␍`), others by number. */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(PICTURES + code);
    return code === DELETE ? '␡' : `\\u{${code.toString(16)}}`;
  });
}
