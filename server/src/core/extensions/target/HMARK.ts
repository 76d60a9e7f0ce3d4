import { integer } from '../../values/integer.ts';
import { allBits } from '../../values/address.ts';
import { hashedParts, hashedPort, hashedPrefix, hashedProtocol, hashedSpi, hashSeed, type HashedPart } from '../../values/hmark.ts';
import { defineTarget, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { flowMark, type FlowHash } from '../shared/flow-hash.ts';
import { rewrites } from '../shared/packet-sets.ts';

const tuple = option('hmark-tuple', hashedParts);
const sourcePrefix = option('hmark-src-prefix', hashedPrefix);
const destinationPrefix = option('hmark-dst-prefix', hashedPrefix);
const sportMask = option('hmark-sport-mask', hashedPort, { conflicts: ['hmark-spi-mask'] });
const dportMask = option('hmark-dport-mask', hashedPort, { conflicts: ['hmark-spi-mask'] });
const spiMask = option('hmark-spi-mask', hashedSpi);
const sport = option('hmark-sport', hashedPort, { conflicts: ['hmark-spi'] });
const dport = option('hmark-dport', hashedPort, { conflicts: ['hmark-spi'] });
const spi = option('hmark-spi', hashedSpi);
const protoMask = option('hmark-proto-mask', hashedProtocol);
const rnd = option('hmark-rnd', hashSeed);
const mod = option('hmark-mod', integer({ what: 'a modulus', min: 1, max: 0xffffffff, example: '10' }));
const offset = option('hmark-offset', integer({ what: 'an offset', min: 0, max: 0xffffffff, example: '100' }));

/** In the order in which iptables-save prints them. */
const PARTS = [sourcePrefix, destinationPrefix, sportMask, dportMask, spiMask, sport, dport, spi, protoMask];
const REST = [rnd, mod, offset];

/** Values of options by their names. */
type Values = ReadonlyMap<string, unknown>;

/** The option that a word of `--hmark-tuple` stands for; the value says "all of it". */
const MEANT: Readonly<Record<Exclude<HashedPart, 'ct'>, { readonly spec: OptionSpec; readonly all?: number }>> = {
  src: { spec: sourcePrefix }, dst: { spec: destinationPrefix },
  sport: { spec: sportMask, all: 0xffff }, dport: { spec: dportMask, all: 0xffff }, spi: { spec: spiMask, all: 0xffffffff }, proto: { spec: protoMask, all: 0xffff },
};

const partsOf = ({ value }: BoundOption): readonly Exclude<HashedPart, 'ct'>[] => ((value as readonly HashedPart[] | undefined) ?? []).filter((part) => part !== 'ct');

/** What the options come down to: the words of `--hmark-tuple` replace what stands before it. */
function valuesOf(use: ExtensionUse): Values {
  const values = new Map<string, unknown>();
  for (const bound of use.options) {
    if (bound.spec !== tuple) values.set(bound.spec.name, bound.value);
    else for (const part of partsOf(bound)) values.set(MEANT[part].spec.name, MEANT[part].all ?? allBits(use.family));
  }
  return values;
}

const byConnection = (use: ExtensionUse): boolean => use.option(tuple)?.value?.includes('ct') === true;

function hashOf(use: ExtensionUse): FlowHash {
  const values = valuesOf(use);
  const value = <V>(spec: OptionSpec<V>, otherwise: V): V => (values.get(spec.name) as V | undefined) ?? otherwise;
  const none = use.family === 'ipv4' ? 0 : 0n;
  return {
    sourceMask: value(sourcePrefix, none), destinationMask: value(destinationPrefix, none),
    portMask: value(spiMask, ((value(sportMask, 0) << 16) | value(dportMask, 0)) >>> 0),
    portSet: value(spi, ((value(sport, 0) << 16) | value(dport, 0)) >>> 0),
    protocolMask: value(protoMask, 0), byConnection: byConnection(use), seed: value(rnd, 0), modulus: value(mod, 1), offset: value(offset, 0),
  };
}

/** An option behind `--hmark-tuple` may not say again what a word of it has said. */
function check(use: ExtensionUse): readonly Problem[] {
  const index = use.options.findIndex(({ spec }) => spec === tuple);
  if (index === -1) return [];
  const parts = partsOf(use.options[index]!);
  const said = new Set(parts.map((part) => MEANT[part].spec));
  const again = use.options.slice(index + 1).filter(({ spec }) => said.has(spec))
    .map(({ spec, span }): Problem => ({ code: 'repeated-option', message: `\`--${spec.name}\` says again what \`--hmark-tuple\` says; iptables takes it once.`, span }));
  const ports = parts.includes('sport') || parts.includes('dport') || use.option(sportMask) !== undefined || use.option(dportMask) !== undefined;
  const both = ports && (parts.includes('spi') || use.option(spiMask) !== undefined);
  return both ? [...again, { code: 'conflicting-options', message: `\`${use.options[index]!.text}\`: a hash is made of ports or of the SPI, not of both; leave one of them out.`, span: use.options[index]!.span }] : again;
}

function save(use: ExtensionUse): readonly string[] {
  const values = valuesOf(use);
  const words = [...PARTS, ...REST].flatMap((spec: OptionSpec) => {
    const value = values.get(spec.name);
    return value === undefined ? [] : [`--${spec.name}`, spec.values[0]!.print(value, { family: use.family })];
  });
  return byConnection(use) ? [...words, '--hmark-tuple', 'ct'] : words;
}

export default defineTarget({
  name: 'HMARK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [tuple, ...PARTS, ...REST],
  requires: [[mod.name], [rnd.name], [tuple, ...PARTS].map(({ name }) => name)],
  check,
  save,
  action: (use) => {
    const hash = hashOf(use);
    return {
      apply: (traversal) => {
        // Without a connection the kernel leaves the mark as it is.
        if (!hash.byConnection || traversal.connection !== undefined) traversal.packet.mark = flowMark(hash, traversal);
        return { kind: 'continue' };
      },
    };
  },
  result: () => rewrites({ field: 'mark' }, { field: 'questions' }),
});
