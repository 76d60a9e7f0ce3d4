import { TCP_FLAGS } from '../packet.ts';
import { prolong, type Connection, type TcpProgress, type TcpState } from './connection.ts';

/** What a TCP segment is to conntrack, by its flags. */
export type TcpKind = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';

type Move = TcpState | 'ignored';
type Moves = Readonly<Record<TcpState, Readonly<Partial<Record<TcpKind, Move>>>>>;

/**
 * Where each kind of segment leads from each state; a kind that is not listed is INVALID there, 'ignored' lets the
 * segment through as part of the connection without a move. Seen in the kernel: test/kernel runs random sequences.
 */
const MOVES: Readonly<Record<'original' | 'reply', Moves>> = {
  original: {
    NONE: { syn: 'SYN_SENT', ack: 'ESTABLISHED' },
    SYN_SENT: { syn: 'SYN_SENT', rst: 'CLOSE' },
    SYN_RECV: { syn: 'ignored', synack: 'SYN_RECV', fin: 'FIN_WAIT', ack: 'ESTABLISHED', rst: 'CLOSE' },
    ESTABLISHED: { syn: 'ignored', fin: 'FIN_WAIT', ack: 'ESTABLISHED', rst: 'CLOSE' },
    FIN_WAIT: { syn: 'ignored', fin: 'LAST_ACK', ack: 'CLOSE_WAIT', rst: 'CLOSE' },
    CLOSE_WAIT: { syn: 'ignored', fin: 'LAST_ACK', ack: 'CLOSE_WAIT', rst: 'CLOSE' },
    LAST_ACK: { syn: 'ignored', fin: 'LAST_ACK', ack: 'TIME_WAIT', rst: 'CLOSE' },
    TIME_WAIT: { syn: 'SYN_SENT', fin: 'TIME_WAIT', ack: 'TIME_WAIT', rst: 'CLOSE' },
    CLOSE: { syn: 'SYN_SENT', fin: 'CLOSE', ack: 'CLOSE', rst: 'CLOSE' },
    SYN_SENT2: { syn: 'SYN_SENT2', synack: 'SYN_RECV', rst: 'CLOSE' },
  },
  reply: {
    NONE: {},
    SYN_SENT: { syn: 'SYN_SENT2', synack: 'SYN_RECV', ack: 'ignored', rst: 'CLOSE' },
    SYN_RECV: { synack: 'ignored', fin: 'FIN_WAIT', ack: 'SYN_RECV', rst: 'CLOSE' },
    ESTABLISHED: { synack: 'ignored', fin: 'FIN_WAIT', ack: 'ESTABLISHED', rst: 'CLOSE' },
    FIN_WAIT: { synack: 'ignored', fin: 'LAST_ACK', ack: 'CLOSE_WAIT', rst: 'CLOSE' },
    CLOSE_WAIT: { synack: 'ignored', fin: 'LAST_ACK', ack: 'CLOSE_WAIT', rst: 'CLOSE' },
    LAST_ACK: { synack: 'ignored', fin: 'LAST_ACK', ack: 'TIME_WAIT', rst: 'CLOSE' },
    TIME_WAIT: { syn: 'SYN_SENT', synack: 'ignored', fin: 'TIME_WAIT', ack: 'TIME_WAIT', rst: 'CLOSE' },
    CLOSE: { synack: 'ignored', fin: 'CLOSE', ack: 'CLOSE', rst: 'CLOSE' },
    SYN_SENT2: { syn: 'SYN_SENT2', synack: 'SYN_RECV', ack: 'ignored', rst: 'CLOSE' },
  },
};

const { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR } = TCP_FLAGS;

/** Combinations that make sense, ECE, CWR and PSH aside; all others are INVALID. Seen in the kernel. */
const SENSIBLE: ReadonlySet<number> = new Set([SYN, SYN | URG, SYN | ACK, RST, RST | ACK, FIN | ACK, FIN | ACK | URG, ACK, ACK | URG]);

/** Whether the flags are a combination that conntrack takes at all. */
export function sensibleFlags(flags: number): boolean {
  return SENSIBLE.has(flags & ~(ECE | CWR | PSH));
}

export function tcpKind(flags: number): TcpKind {
  if (flags & RST) return 'rst';
  if (flags & SYN) return flags & ACK ? 'synack' : 'syn';
  if (flags & FIN) return 'fin';
  return flags & ACK ? 'ack' : 'none';
}

/** Seconds that an entry lives on after a segment led to the state (the kernel's defaults). */
const TIMEOUT: Readonly<Record<TcpState, number>> = {
  NONE: 120, SYN_SENT: 120, SYN_RECV: 60, ESTABLISHED: 432000, FIN_WAIT: 120, CLOSE_WAIT: 60, LAST_ACK: 30, TIME_WAIT: 120, CLOSE: 10, SYN_SENT2: 120,
};

/** A connection picked up in the middle, without an answer yet, lives no longer than this. */
const UNANSWERED_PICKUP = 300;

/**
 * What conntrack makes of a segment: 'ignored' ones belong to the connection but don't count, nor do SYNs that are
 * 'repeated' before an answer, which give no more time either; 'again' = the old entry is gone, look up anew.
 */
export type TcpVerdict = 'valid' | 'repeated' | 'ignored' | 'invalid' | 'again' | 'closed';

/** The flags of the ordinary segment at this point: SYN without an entry, then what the handshake wants next, then ACK. */
export function ordinaryFlags(connection: Connection | undefined, direction: 'original' | 'reply'): number {
  const state = connection?.tcp?.state;
  if (state === undefined) return SYN;
  if (state === 'SYN_SENT') return direction === 'reply' ? SYN | ACK : SYN;
  return state === 'CLOSE' || state === 'TIME_WAIT' ? SYN : ACK;
}

/** Where a connection stands before its first segment. */
export const newProgress = (): TcpProgress => ({ state: 'NONE', lastKind: undefined, lastDirection: undefined, heard: false, simultaneous: false, closing: false, mayChallenge: false });

/** Brings a connection whose packets said no protocol to where ordinary segments would have brought it. */
export function goOrdinaryWay(connection: Connection, now: number): void {
  connection.tcp = newProgress();
  advance(connection, 'original', SYN, now);
  if (!connection.replied) return;
  advance(connection, 'reply', SYN | ACK, now);
  advance(connection, 'original', ACK, now);
}

/**
 * Moves the connection by a segment, setting its timeout. 'closed': the segment belongs to the connection and ends it
 * at once (an RST before any answer).
 */
export function advance(connection: Connection, direction: 'original' | 'reply', flags: number, now: number): TcpVerdict {
  const tcp = connection.tcp!;
  const kind = tcpKind(flags);
  const old = tcp.state;
  if (isChallenge(tcp, direction, kind)) {
    tcp.mayChallenge = false;
    return 'ignored';
  }
  const begunAnew = answersIgnoredSyn(tcp, direction, kind);
  const move = begunAnew ? 'SYN_RECV' : moveOf(tcp, direction, kind);
  if (move === undefined) return 'invalid';
  const reopens = move === 'SYN_SENT' && (old === 'TIME_WAIT' || old === 'CLOSE');
  if (reopens && (tcp.closing || (tcp.lastDirection === direction && tcp.lastKind === 'rst'))) return 'again';
  tcp.closing &&= !begunAnew;
  const ignored = move === 'ignored' || reopens;
  if (!ignored && acknowledgesNothing(connection, direction, flags)) return 'invalid';
  tcp.lastKind = kind;
  tcp.lastDirection = direction;
  if (ignored) return letThrough(tcp, direction, kind);
  tcp.simultaneous ||= move === 'SYN_SENT2';
  // An RST of a closing connection is let through unchecked, so its numbers are not taken over.
  tcp.heard ||= direction === 'reply' && !(kind === 'rst' && CLOSING.has(old));
  return enter(connection, move, kind, now);
}

/** Lets a segment pass without a move; a SYN of the client may yet turn out to begin the connection anew. */
function letThrough(tcp: TcpProgress, direction: 'original' | 'reply', kind: TcpKind): TcpVerdict {
  if (kind === 'syn' && direction === 'original') {
    tcp.simultaneous = false;
    tcp.mayChallenge = tcp.state === 'LAST_ACK';
  }
  return 'ignored';
}

function enter(connection: Connection, state: TcpState, kind: TcpKind, now: number): TcpVerdict {
  const tcp = connection.tcp!;
  const old = tcp.state;
  tcp.state = state;
  if (old !== state && state === 'FIN_WAIT') tcp.closing = true;
  if (!connection.replied && kind === 'rst') return 'closed';
  if (!connection.replied && kind === 'syn' && old === 'SYN_SENT') return 'repeated';
  prolong(connection, lifeIn(connection, state), now);
  if (state === 'ESTABLISHED' && isSettled(connection, old)) connection.assured = true;
  return 'valid';
}

const isSettled = ({ replied }: Connection, old: TcpState): boolean => replied && (old === 'SYN_RECV' || old === 'ESTABLISHED');

function moveOf(tcp: TcpProgress, direction: 'original' | 'reply', kind: TcpKind): Move | undefined {
  const move = MOVES[direction][tcp.state][kind];
  // Where both sides opened at once, the answering side's ACK completes the handshake.
  return move === 'SYN_RECV' && direction === 'reply' && kind === 'ack' && tcp.simultaneous ? 'ESTABLISHED' : move;
}

/** A SYN that was let through without a move turns out to be good when it is answered: the connection begins anew. */
function answersIgnoredSyn({ state, lastKind, lastDirection }: TcpProgress, direction: 'original' | 'reply', kind: TcpKind): boolean {
  return kind === 'synack' && MOVES[direction][state][kind] === 'ignored' && lastKind === 'syn' && lastDirection !== direction;
}

/** An ACK right behind a SYN that was let through asks the client whether it has begun anew; it does not acknowledge the last FIN. */
function isChallenge({ state, lastKind, mayChallenge }: TcpProgress, direction: 'original' | 'reply', kind: TcpKind): boolean {
  return mayChallenge && state === 'LAST_ACK' && direction === 'reply' && kind === 'ack' && lastKind === 'syn';
}

const CLOSING: ReadonlySet<TcpState> = new Set(['FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE']);

/**
 * An acknowledgement of what nobody has sent is out of every window; but an RST may answer the lone ACK that was let
 * through before, and is not checked while the connection closes. Seen in the kernel.
 */
function acknowledgesNothing({ tcp, assured }: Connection, direction: 'original' | 'reply', flags: number): boolean {
  if (direction === 'reply' || tcp!.heard || (flags & ACK) === 0) return false;
  return (flags & RST) === 0 || !(CLOSING.has(tcp!.state) || (!assured && tcp!.lastKind === 'ack'));
}

function lifeIn({ replied }: Connection, state: TcpState): number {
  return !replied && state === 'ESTABLISHED' ? UNANSWERED_PICKUP : TIMEOUT[state];
}

/** What a REJECT with tcp-reset does to the connection besides sending the RST. Seen in the kernel. */
export function closeByReset(connection: Connection, now: number): void {
  if (connection.tcp === undefined || connection.tcp.state === 'CLOSE') return;
  connection.tcp.state = 'CLOSE';
  prolong(connection, TIMEOUT.CLOSE, now);
}

/** Whether a segment without an entry may begin one: SYN, or ACK of a connection older than the world. */
export function mayBegin(flags: number): boolean {
  return MOVES.original.NONE[tcpKind(flags)] !== undefined;
}
