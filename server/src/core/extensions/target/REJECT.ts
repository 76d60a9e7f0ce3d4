import { PROTOCOL } from '../../engine/protocols.ts';
import { DEFAULT_REJECT, rejectType } from '../../values/reject-type.ts';
import { defineTarget, option, type ExtensionUse, type Problem } from '../definition.ts';

const type = option('reject-with', rejectType);

const typeOf = (use: ExtensionUse): string => use.option(type)?.value ?? DEFAULT_REJECT[use.family];

function check(use: ExtensionUse): readonly Problem[] {
  if (typeOf(use) !== 'tcp-reset' || (use.protocol?.number === PROTOCOL.tcp && !use.protocol.negated)) return [];
  return [{ code: 'wrong-protocol', message: '`--reject-with tcp-reset` needs `-p tcp` in the rule.', refusedBy: 'both', span: use.option(type)!.span }];
}

export default defineTarget({
  name: 'REJECT',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],
  options: [type],
  check,
  save: (use) => ['--reject-with', typeOf(use)],
  action(use) {
    const effect = { kind: 'reject', with: typeOf(use) } as const;
    return { apply: () => effect };
  },
  result: () => ({ outcomes: ['reject'], rewrites: [] }),
});
