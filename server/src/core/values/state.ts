import { choice, choiceList, type Choice, type ChoiceShape } from './choice.ts';
import type { ValueType } from './value.ts';

export type BaseState = 'INVALID' | 'NEW' | 'RELATED' | 'ESTABLISHED' | 'UNTRACKED';

/** What `--ctstate` can name: the five states, and whether the connection is translated. */
export type CtState = BaseState | 'SNAT' | 'DNAT';

const BASE: readonly Choice<BaseState>[] = [
  { name: 'INVALID', value: 'INVALID', detail: 'conntrack can make nothing of the packet' },
  { name: 'NEW', value: 'NEW', detail: 'the packet would begin a connection, or its connection has seen packets one way only' },
  { name: 'RELATED', value: 'RELATED', detail: 'the packet begins a connection, or reports an error, that another connection announced' },
  { name: 'ESTABLISHED', value: 'ESTABLISHED', detail: 'the connection has seen packets both ways' },
  { name: 'UNTRACKED', value: 'UNTRACKED', detail: 'the raw table exempted the packet from tracking' },
];

const NATTED: readonly Choice<CtState>[] = [
  { name: 'SNAT', value: 'SNAT', detail: 'the original source is not where replies go: the source is translated' },
  { name: 'DNAT', value: 'DNAT', detail: 'the original destination is not where replies come from: the destination is translated' },
];

const list = <V extends string>(what: string, choices: readonly Choice<V>[]): ChoiceShape<V> => ({ what, choices, placeholder: 'STATE', ignoreCase: true, prefix: true });

/** `STATE[,STATE…]` of the state match. */
export const baseStates: ValueType<readonly BaseState[]> = choiceList(list('a connection state', BASE));

/** `STATE[,STATE…]` of `--ctstate`. */
export const ctStates: ValueType<readonly CtState[]> = choiceList(list<CtState>('a connection state', [...BASE, ...NATTED]));

export type CtStatus = 'NONE' | 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED';

const STATUSES: readonly Choice<CtStatus>[] = [
  { name: 'NONE', value: 'NONE', detail: 'no status bit is set' },
  { name: 'EXPECTED', value: 'EXPECTED', detail: 'a helper expected the connection' },
  { name: 'SEEN_REPLY', value: 'SEEN_REPLY', detail: 'packets went both ways' },
  { name: 'ASSURED', value: 'ASSURED', detail: 'the entry is kept when the table is full' },
  { name: 'CONFIRMED', value: 'CONFIRMED', detail: 'the first packet has left the host or reached its process' },
];

const statuses = choiceList<CtStatus>({ what: 'a connection status', choices: STATUSES, placeholder: 'STATUS', ignoreCase: true, prefix: true });

/** `STATUS[,STATUS…]` of `--ctstatus`; `NONE` beside others says nothing, as iptables has it. */
export const ctStatuses: ValueType<readonly CtStatus[]> = {
  ...statuses,
  parse(text, context) {
    const parsed = statuses.parse(text, context);
    if (!parsed.ok || parsed.value.length < 2) return parsed;
    return { ...parsed, value: parsed.value.filter((status) => status !== 'NONE') };
  },
};

export type Direction = 'ORIGINAL' | 'REPLY';

/** `ORIGINAL` or `REPLY`, in any case, in full. */
export const ctDirection: ValueType<Direction> = choice<Direction>({
  what: 'a direction', placeholder: 'ORIGINAL|REPLY', ignoreCase: true,
  choices: [
    { name: 'ORIGINAL', value: 'ORIGINAL', detail: 'the way the first packet of the connection went' },
    { name: 'REPLY', value: 'REPLY', detail: 'the way back' },
  ],
});
