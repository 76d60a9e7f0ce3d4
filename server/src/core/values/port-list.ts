import type { NumberRange } from './integer.ts';
import { describePorts, portProposals, readPort } from './port.ts';
import { serviceProtocol } from './service.ts';
import { fail, ok, shown, type Parsed, type ValueContext, type ValueType } from './value.ts';

/** The kernel's multiport rule has room for this many ports; a range takes two. */
export const MULTIPORT_ROOM = 15;

/** `PORT[,PORT:PORT…]` of multiport, in written order. */
export const portList: ValueType<readonly NumberRange[]> = {
  placeholder: 'PORT[,PORT:PORT…]',
  separator: ',',
  parse(text, context) {
    const ranges: NumberRange[] = [];
    let warning: string | undefined;
    for (const element of text.split(',')) {
      const range = readElement(element, text, context);
      if (!range.ok) return range;
      warning ??= range.warning;
      ranges.push(range.value);
    }
    const room = ranges.reduce((sum, { from, to }) => sum + (from === to ? 1 : 2), 0);
    if (room > MULTIPORT_ROOM) {
      return fail(`\`${text}\` takes ${room} places; multiport has ${MULTIPORT_ROOM}, one for a port and two for a range. Split the list over several rules.`);
    }
    return ok(ranges, warning);
  },
  print: (ranges) => ranges.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(','),
  complete: (context) => portProposals(lookup(context) ?? 'any'),
  hover: (ranges, context) => {
    const lines = ranges.map((range) => ({ range, said: describePorts(range, lookup(context) ?? 'any') })).filter(({ said }) => said !== undefined);
    return lines.length === 0 ? undefined : lines.map(({ said }) => `- ${said}`).join('\n');
  },
};

const lookup = ({ protocol }: ValueContext): ReturnType<typeof serviceProtocol> => (protocol === undefined ? undefined : serviceProtocol(protocol));

function readElement(element: string, text: string, context: ValueContext): Parsed<NumberRange> {
  if (element === '') return fail(`${shown(text)} has an empty element; a list has commas and no blanks, such as \`22,80,443\`.`, text.split(',').map((each) => each.trim()).filter((each) => each !== '').join(',') || undefined);
  const colon = element.indexOf(':');
  // Without a protocol the rule is refused anyway, so that names are looked up anywhere.
  const protocol = context.protocol === undefined ? 'any' : lookup(context);
  if (colon === -1) {
    const port = readPort(element, protocol);
    return port.ok ? ok({ from: port.value, to: port.value }, port.warning) : amended(element, text, port);
  }
  const [first, second] = [element.slice(0, colon), element.slice(colon + 1)];
  if (first === '' || second === '') {
    return fail(`\`${element}\` has an open end, which multiport does not take; write both ends.`, replaced(element, text, first === '' ? `0:${second}` : `${first}:65535`));
  }
  const from = readPort(first, protocol);
  if (!from.ok) return amended(first, text, from);
  const to = readPort(second, protocol);
  if (!to.ok) return amended(second, text, to);
  if (from.value >= to.value) {
    const mended = from.value === to.value ? first : `${second}:${first}`;
    return fail(`\`${element}\` is not a range for multiport; ${from.value === to.value ? `write \`${first}\` alone` : 'write the lower port first'}.`, replaced(element, text, mended));
  }
  return ok({ from: from.value, to: to.value }, from.warning ?? to.warning);
}

const replaced = (element: string, text: string, by: string): string => text.split(',').map((each) => (each === element ? by : each)).join(',');

/** A suggestion for one element becomes one for the whole list. */
function amended(part: string, text: string, failure: Extract<Parsed<number>, { ok: false }>): Parsed<never> {
  const { message, suggestion } = failure;
  if (/^[0-9]+-[0-9]+$/u.test(part)) return fail(`\`${part}\` is not a port; a range is written with a colon.`, replaced(part, text, part.replace('-', ':')));
  if (suggestion === undefined) return failure;
  const mended = text.split(/([,:])/u).map((each) => (each === part ? suggestion : each)).join('');
  return fail(message, mended === text ? undefined : mended);
}
