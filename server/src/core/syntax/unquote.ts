/**
 * The value of a word of a ruleset line, as iptables-restore unquotes it: double quotes group anywhere in the word, a
 * backslash escapes the next character inside them only, and single quotes are ordinary characters. An open quotation
 * takes in the line's end.
 */
export function unquoteRuleWord(raw: string): string {
  if (!raw.includes('"')) return raw;
  let text = '';
  let open = false;
  for (let i = 0; i < raw.length; i++) {
    const character = raw[i]!;
    if (character === '"') open = !open;
    else if (open && character === '\\' && i + 1 < raw.length) text += raw[++i]!;
    else text += character;
  }
  return open ? `${text}\n` : text;
}

/** The value of a word of a shell command without expansion: quotes removed, escapes resolved, `$…` left as it stands. */
export function unquoteShellWord(raw: string): string {
  if (!/["'\\]/u.test(raw)) return raw;
  let text = '';
  for (let i = 0; i < raw.length; i++) {
    const character = raw[i]!;
    if (character === "'") {
      const end = closing(raw, "'", i + 1);
      text += raw.slice(i + 1, end);
      i = end;
    } else if (character === '"') {
      const end = closing(raw, '"', i + 1);
      text += unescapeDoubleQuoted(raw.slice(i + 1, end));
      i = end;
    } else if (character === '\\') {
      i++;
      if (raw[i] === '\r' && raw[i + 1] === '\n') i++;
      else if (raw[i] !== '\n') text += raw[i] ?? '';
    } else {
      text += character;
    }
  }
  return text;
}

/** Index of the quote that closes the one before `from`; the end of the text when it is missing. */
function closing(raw: string, quote: string, from: number): number {
  for (let i = from; i < raw.length; i++) {
    if (raw[i] === '\\' && quote === '"') i++;
    else if (raw[i] === quote) return i;
  }
  return raw.length;
}

function unescapeDoubleQuoted(text: string): string {
  return text.replace(/\\(\r?\n|["\\$`])/gu, (_, escaped: string) => (escaped.endsWith('\n') ? '' : escaped));
}
