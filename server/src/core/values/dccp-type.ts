import { looseList } from './loose-list.ts';
import type { ValueType } from './value.ts';

const TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'] as const;

const DETAILS: Readonly<Record<DccpType, string>> = {
  REQUEST: 'opens a connection', RESPONSE: 'answers a request', DATA: 'data', ACK: 'acknowledgement', DATAACK: 'data with an acknowledgement',
  CLOSEREQ: 'the server asks the client to close', CLOSE: 'closes the connection', RESET: 'ends the connection at once',
  SYNC: 'finds the sequence numbers again', SYNCACK: 'answers a SYNC', INVALID: 'the first type number that means nothing, 10',
};

export type DccpType = (typeof TYPES)[number];

/** `TYPE[,TYPE…]` of DCCP, in any case. */
export const dccpTypes: ValueType<readonly DccpType[]> = looseList<DccpType>({
  what: 'a DCCP packet type', placeholder: 'TYPE', ignoreCase: true,
  choices: TYPES.map((name) => ({ name, value: name, detail: DETAILS[name] })),
  empty: 'No type is named, so no packet fits; write types such as `REQUEST,RESPONSE`.',
});
