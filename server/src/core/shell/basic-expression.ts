import { CLASSES } from './bracket.ts';

/** A basic regular expression, as grep and sed read it, as one of JavaScript; undefined where it has groups or what only some programs know. */
export function basicExpression(pattern: string): RegExp | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '\\') {
      const next = pattern[++i];
      if (next === undefined || !/[.[\]*^$/\\-]/u.test(next)) return undefined;
      source += literal(next);
    } else if (character === '[') {
      const set = /^\[(\^?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]/u.exec(pattern.slice(i));
      if (set === null || /\[[.=]/u.test(set[2]!)) return undefined;
      source += `[${set[1]!}${members(set[2]!)}]`;
      i += set[0].length - 1;
    } else if (character === '*') {
      if (source === '' || source === '^') return undefined;
      source += '*';
    } else if (character === '.') source += '.';
    else if ((character === '^' && i === 0) || (character === '$' && i === pattern.length - 1)) source += character;
    else source += literal(character);
  }
  try {
    return new RegExp(source, 'su');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');

const members = (set: string): string => set.replaceAll(/\[:([a-z]+):\]|[\\[\]]/gu, (all, name: string | undefined) => (name === undefined ? `\\${all}` : CLASSES[name] ?? all));
