import { choice, type Choice } from './choice.ts';
import { integer } from './integer.ts';
import { ok, type ValueType } from './value.ts';

export const DSCP_MAX = 0x3f;

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

const CLASSES: readonly Choice<number>[] = [
  ...Array.from({ length: 8 }, (_, index) => ({ name: `CS${index}`, value: index << 3, detail: `class selector ${index} (${hex(index << 3)})` })),
  { name: 'BE', value: 0, detail: 'best effort (0x00)' },
  ...[1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => {
    const value = (group << 3) | (drop << 1);
    return { name: `AF${group}${drop}`, value, detail: `assured forwarding class ${group}, drop precedence ${drop} (${hex(value)})` };
  })),
  { name: 'EF', value: 0x2e, detail: 'expedited forwarding (0x2e)' },
];

/** A code point from 0 to 63. */
export const dscp: ValueType<number> = {
  ...integer({ what: 'a DSCP code point', min: 0, max: DSCP_MAX, example: '0x2e', placeholder: 'VALUE', print: hex }),
  hover: describe,
};

const classes = choice({ what: 'a DiffServ class', placeholder: 'CLASS', choices: CLASSES });

/** A DiffServ class: `EF`, `BE`, `CS0`–`CS7`, `AF11`–`AF43`. iptables-save prints its number. */
export const dscpClass: ValueType<number> = {
  ...classes,
  parse(text, context) {
    // iptables compares no more letters than the class has. Seen in 1.8.9.
    const found = CLASSES.find(({ name }) => text.toUpperCase().startsWith(name));
    if (found === undefined) return classes.parse(text, context);
    return ok(found.value, found.name.length === text.length ? undefined : `\`${text}\` is read as \`${found.name}\`; what stands behind it counts for nothing.`);
  },
  print: hex,
  hover: describe,
};

function describe(value: number): string | undefined {
  const names = CLASSES.filter((each) => each.value === value);
  return names.length === 0 ? undefined : names.map(({ name, detail }) => `\`${name}\`: ${detail}`).join('\n\n');
}
