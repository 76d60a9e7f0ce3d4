import type { ExtensionDefinition } from '../extensions/definition.ts';

/** Says that an extension exists for the other family only, and what rules of this one have instead. */
export function existsElsewhere({ families, counterpart }: ExtensionDefinition): string {
  const [own, other] = families[0] === 'ipv4' ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'];
  return `exists for ${own} only; ${counterpart === undefined ? `leave it out for ${other}` : `write \`${counterpart}\` for ${other}`}.`;
}
