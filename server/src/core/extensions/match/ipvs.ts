import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { resolvedAddress } from '../../values/address.ts';
import { choice } from '../../values/choice.ts';
import { resolvedPortRange } from '../../values/port.ts';
import { protocol, protocolNumber } from '../../values/protocol.ts';
import { fail, type ValueType } from '../../values/value.ts';
import { defineMatch, flag, negation, option, type ExtensionUse, type Problem } from '../definition.ts';

/** One port; the range of the same type is refused here. */
const port: ValueType<number> = {
  placeholder: 'PORT',
  parse(text, context) {
    if (text.includes(':')) return fail(`\`${text}\` is a range; this option takes one port, so write a rule for each.`);
    const parsed = resolvedPortRange.parse(text, context);
    return parsed.ok ? { ...parsed, value: parsed.value.from } : parsed;
  },
  print: String,
  complete: (context) => resolvedPortRange.complete!(context),
};

const negatable = { negatable: true } as const;

const ipvs = flag('ipvs', negatable);
const vproto = option('vproto', { ...protocolNumber, complete: protocol.complete! }, negatable);
const vaddr = option('vaddr', resolvedAddress, negatable);
const vport = option('vport', port, negatable);
const vdir = option('vdir', choice<'ORIGINAL' | 'REPLY'>({
  what: 'a direction', placeholder: 'ORIGINAL|REPLY', ignoreCase: true,
  choices: [{ name: 'ORIGINAL', value: 'ORIGINAL', detail: 'from the client' }, { name: 'REPLY', value: 'REPLY', detail: 'to the client' }],
}));
const vmethod = option('vmethod', choice<'GATE' | 'IPIP' | 'MASQ'>({
  what: 'a way to forward', placeholder: 'GATE|IPIP|MASQ', ignoreCase: true,
  choices: [{ name: 'GATE', value: 'GATE', detail: 'direct routing' }, { name: 'IPIP', value: 'IPIP', detail: 'tunnel' }, { name: 'MASQ', value: 'MASQ', detail: 'NAT' }],
}), negatable);
const vportctl = option('vportctl', port, negatable);

const options = [ipvs, vproto, vaddr, vport, vdir, vmethod, vportctl];

/** The other options ask for a connection of IPVS anyway, so that `! --ipvs` stands alone. */
function check(use: ExtensionUse): readonly Problem[] {
  const none = use.option(ipvs);
  if (none === undefined || !none.negated || use.options.length === 1) return [];
  return [{ code: 'conflicting-options', message: '`! --ipvs` can\'t stand beside other options, which all ask for a connection of IPVS; leave it or them out.', span: none.span }];
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const question = new Unknown('the packet belongs to a connection of IPVS');
  return use.options.map((bound) => {
    const asked = bound.spec !== ipvs ? new Unknown(`the packet belongs to a connection of IPVS with ${bound.text}`) : bound.negated ? negation(question) : question;
    return { source: bound.text, test: () => asked, observe: () => 'the connections of IPVS are open' };
  });
}

export default defineMatch({ name: 'ipvs', families: ['ipv4', 'ipv6'], options, requires: [options.map(({ name }) => name)], check, conditions });
