import { VERDICTS, type Family } from '../netfilter.ts';
import type { Span } from '../text.ts';
import { findTarget } from '../extensions/catalogue.ts';
import type { Problem } from '../extensions/definition.ts';

/** iptables keeps the names of chains below this many characters. */
export const CHAIN_NAME_LIMIT = 29;

/** Behind `:standard -` iptables-restore refuses `-j ACCEPT` and, for iptables-legacy, crashes (1.8.9). */
const STANDARD = 'standard';

/** What C takes for a blank: no other name of a chain is refused (1.8.9). */
const BLANK = /[ \t\n\v\f\r]/u;

/** What is wrong with the name of a new chain, declared by `:NAME` or by `-N NAME`. */
export function chainNameProblems(name: string, span: Span, family: Family, by: 'declaration' | 'command'): Problem[] {
  const at = { start: span.start, end: span.end };
  if (name.length >= CHAIN_NAME_LIMIT) {
    return [{ code: 'invalid-chain-name', message: `The chain name \`${name}\` has ${name.length} characters; iptables takes at most ${CHAIN_NAME_LIMIT - 1}.`, span: at }];
  }
  if (/^[-!]/u.test(name)) return [wrongStart(name, at, by)];
  if (name === STANDARD) return [{ code: 'invalid-chain-name', message: `\`${name}\` is iptables' own name for verdicts and jumps, which it can't make any more behind such a chain; choose another.`, span: at }];
  if (name === '' || BLANK.test(name)) return [{ code: 'invalid-chain-name', message: `\`${name}\` is no name for a chain; it needs at least one character, and none of them a blank.`, span: at }];
  const bare = name.replaceAll('"', '');
  if (bare !== name && by === 'declaration') {
    return [{ code: 'invalid-chain-name', message: `iptables-restore takes the quotes of \`${name}\` for a part of the chain's name; leave them out.`, span: at, accepted: true, ...(bare === '' ? {} : { fix: { title: `Write ${bare}`, span: at, newText: bare, safe: false } }) }];
  }
  return VERDICTS.has(name) || findTarget(name, family) !== undefined ? [namedLikeTarget(name, at, by)] : [];
}

/** iptables-legacy-restore hands the name of a declaration on unseen (1.8.9). */
function wrongStart(name: string, span: Span, by: 'declaration' | 'command'): Problem {
  const said = `A chain name can't start with \`${name[0]}\`, as \`${name}\` does`;
  return by === 'command'
    ? { code: 'invalid-chain-name', message: `${said}; choose one that starts with a letter.`, span }
    : { code: 'invalid-chain-name', message: `${said}: iptables-nft refuses it, iptables-legacy takes it in a declaration. Choose one that starts with a letter.`, span, accepted: true };
}

/** iptables-restore takes `:LOG -`, and `-j LOG` is a jump from there on (1.8.9). */
function namedLikeTarget(name: string, span: Span, by: 'declaration' | 'command'): Problem {
  return by === 'command' || VERDICTS.has(name)
    ? { code: 'invalid-chain-name', message: `\`${name}\` is the name of a target; a chain needs another name.`, span }
    : { code: 'invalid-chain-name', message: `The chain \`${name}\` hides the target of that name: \`-j ${name}\` jumps to the chain. Choose another name.`, span, accepted: true };
}
