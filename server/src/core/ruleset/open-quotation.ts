import type { Argument } from '../syntax/line.ts';
import type { Reading } from './reading.ts';

const CODE = 'open-quotation';

/** A name as it was meant where its quotation is open; iptables takes no line's end into a name. */
export function closedName(reading: Reading, name: Argument): Argument {
  if (!isOpen(reading, name)) return name;
  report(reading, name, false);
  return { ...name, text: name.text.slice(0, -1) };
}

/** Reports a quotation that is open at the line's end: what iptables then has against the value comes of that. Call it when the line is read. */
export function reportOpenQuotation(reading: Reading): void {
  const { args, problems } = reading;
  const last = args.at(-1);
  if (last === undefined || !isOpen(reading, last) || problems.some(({ code }) => code === CODE)) return;
  const ofValue = problems.filter(({ span }) => span.end > last.start);
  const isTaken = ofValue.every(({ accepted }) => accepted === true);
  problems.splice(0, problems.length, ...problems.filter((problem) => !ofValue.includes(problem)));
  report(reading, last, isTaken);
}

const isOpen = ({ isCommand }: Reading, { text }: Argument): boolean => !isCommand && text.endsWith('\n');

function report({ problems }: Reading, { raw, start, end }: Argument, accepted: boolean): void {
  problems.push({
    code: CODE, span: { start, end }, ...(accepted ? { accepted } : {}),
    message: `Nothing closes the quotation in \`${raw}\`: iptables-restore takes the line's end into the value${accepted ? '' : ', and refuses it'}. Write \`"\` behind it.`,
    fix: { title: 'Close the quotation', span: { start: end, end }, newText: '"', safe: false },
  });
}
