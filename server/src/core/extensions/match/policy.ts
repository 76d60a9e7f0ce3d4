import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { HOOKS, type Hook } from '../../netfilter.ts';
import { resolvedAddress } from '../../values/address.ts';
import { choice } from '../../values/choice.ts';
import { integer } from '../../values/integer.ts';
import { ipsecProtocol } from '../../values/ipsec-protocol.ts';
import { defineMatch, flag, negation, option, type BoundOption, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { policyElements, type PolicyElement } from '../shared/policy-elements.ts';
import { saveGiven } from '../shared/printing.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** The kernel's rule has room for this many elements. */
const MOST_ELEMENTS = 4;

const inElement = { negatable: true, repeatable: true } as const;

const direction = option('dir', choice<'in' | 'out'>({
  what: 'a direction', placeholder: 'in|out',
  choices: [{ name: 'in', value: 'in', detail: 'how the packet came out of IPsec' }, { name: 'out', value: 'out', detail: 'how the packet will go into IPsec' }],
}));
const kind = option('pol', choice<'none' | 'ipsec'>({
  what: 'a policy', placeholder: 'none|ipsec',
  choices: [{ name: 'ipsec', value: 'ipsec', detail: 'the packet is or will be transformed' }, { name: 'none', value: 'none', detail: 'it is not' }],
}));
const strict = flag('strict');
const reqid = option('reqid', integer({ what: 'a request id', min: 0, max: 0xffffffff, example: '1', placeholder: 'ID' }), inElement);
const spi = option('spi', integer({ what: 'an SPI', min: 0, max: 0xffffffff, example: '0x100', placeholder: 'SPI', print: (value) => `0x${value.toString(16)}` }), inElement);
const protocol = option('proto', ipsecProtocol, inElement);
const mode = option('mode', choice<'tunnel' | 'transport'>({
  what: 'a mode of IPsec', placeholder: 'tunnel|transport',
  choices: [{ name: 'tunnel', value: 'tunnel', detail: 'whole packets between two gateways' }, { name: 'transport', value: 'transport', detail: 'payloads between two hosts' }],
}), inElement);
const tunnelSource = option('tunnel-src', resolvedAddress, inElement);
const tunnelDestination = option('tunnel-dst', resolvedAddress, inElement);
const next = flag('next', { repeatable: true });

/** Options of an element, in the order in which iptables-save prints them. */
const ELEMENT = [reqid, spi, protocol, mode, tunnelDestination, tunnelSource];

const elementsOf = (use: ExtensionUse): readonly PolicyElement[] => policyElements(use, next, [direction, kind, strict]);

const isNone = (use: ExtensionUse): boolean => use.option(kind)?.value === 'none';

/** A negated mode means the other one, and none means transport. */
function isTunnel(element: PolicyElement): boolean {
  const given = element.find(({ spec }) => spec === mode);
  return given !== undefined && (given.value === 'tunnel') !== given.negated;
}

function checkElement(element: PolicyElement): Problem[] {
  const again = element.find((bound, index) => element.slice(0, index).some(({ spec }) => spec === bound.spec));
  if (again !== undefined) return [{ code: 'repeated-option', message: `\`--${again.spec.name}\` stands twice in one element; write \`--strict\` and begin another with \`--next\`, or leave one of them out.`, span: again.span }];
  const tunnel = element.find(({ spec }) => spec === tunnelSource || spec === tunnelDestination);
  if (tunnel === undefined || isTunnel(element)) return [];
  return [{ code: 'missing-option', message: `\`--${tunnel.spec.name}\` needs \`--mode tunnel\` in the same element: other modes have no such address.`, span: tunnel.span }];
}

/** `--strict` and what follows from it. */
function checkStrictness(use: ExtensionUse, elements: readonly PolicyElement[]): Problem[] {
  const [isStrict, another] = [use.option(strict), use.option(next)];
  if (isNone(use)) {
    const wrong = isStrict ?? another;
    return wrong === undefined ? [] : [{ code: 'conflicting-options', message: `\`--${wrong.spec.name}\` can't stand beside \`--pol none\`: no policy has no elements. Leave it out, or write \`--pol ipsec\`.`, span: wrong.span }];
  }
  if (isStrict === undefined) return another === undefined ? [] : [{ code: 'missing-option', message: '`--next` needs `--strict`: without it, any element may fit.', span: another.span }];
  if (elements.length > MOST_ELEMENTS) return [{ code: 'invalid-value', message: `The rule has ${elements.length} elements; iptables takes at most ${MOST_ELEMENTS}, and \`--next\` begins another.`, span: use.options.filter(({ spec }) => spec === next).at(-1)!.span }];
  const empty = elements.findIndex(({ length }) => length === 0);
  if (empty === -1) return [];
  return [{ code: 'missing-option', message: `Element ${empty + 1} is empty; with \`--strict\` each needs one of ${ELEMENT.map(({ name }) => `\`--${name}\``).join(', ')}.`, span: isStrict.span }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const elements = elementsOf(use);
  const strictness = checkStrictness(use, elements);
  if (strictness.length > 0 || isNone(use)) return strictness;
  return elements.flatMap(checkElement);
}

/** `--pol none` forgets the elements. */
function save(use: ExtensionUse): readonly string[] {
  if (isNone(use)) return [...saveGiven(use, direction), '--pol', 'none'];
  const print = (element: PolicyElement): readonly string[] => ELEMENT.flatMap((spec) => element.filter((bound) => bound.spec === spec).flatMap((bound: BoundOption) => saveOption(use, bound)));
  return [...saveGiven(use, direction), '--pol', 'ipsec', ...saveGiven(use, strict), ...elementsOf(use).flatMap((element, index) => [...(index === 0 ? [] : ['--next']), ...print(element)])];
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const way = use.option(direction);
  if (way === undefined) return [];
  const details = isNone(use) ? [] : elementsOf(use).flat().map(({ text }) => text);
  const question = new Unknown(`${way.value === 'in' ? 'the packet came out of IPsec' : 'the packet will go into IPsec'}${details.length === 0 ? '' : ` with ${details.join(' ')}`}`, { field: 'unseen' });
  const asked = isNone(use) ? negation(question) : question;
  return [{ source: use.options.map(({ text }) => text).join(' '), test: () => asked, observe: () => 'the IPsec policy of the packet is open' }];
}

/** Without a direction, which is missing then, no hook is wrong yet. */
function hooksFor(use: ExtensionUse): readonly Hook[] {
  switch (use.option(direction)?.value) {
    case 'in': return ['PREROUTING', 'INPUT', 'FORWARD'];
    case 'out': return ['FORWARD', 'OUTPUT', 'POSTROUTING'];
    default: return HOOKS;
  }
}

export default defineMatch({
  name: 'policy',
  families: ['ipv4', 'ipv6'],
  hooksFor,
  options: [direction, kind, strict, reqid, spi, protocol, mode, tunnelSource, tunnelDestination, next],
  requires: [['dir']],
  check,
  save,
  conditions,
  packets: questionPackets(),
});
