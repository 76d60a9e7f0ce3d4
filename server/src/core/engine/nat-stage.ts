import type { Connection } from './conntrack/connection.ts';
import { bind, yieldedPorts, type Manipulation } from './conntrack/nat.ts';
import { rewriteError, sideOf, TOO_SHORT } from './conntrack/rewrite.ts';
import { confirm, kill } from './conntrack/table.ts';
import { isTranslated, learnTranslated } from './conntrack/translated.ts';
import { isIcmp } from './conntrack/tuple.ts';
import { enterChain } from './hook-entry.ts';
import type { Passage } from './passage.ts';
import type { Stage } from './program.ts';
import { PROTOCOL } from './protocols.ts';
import { endpointText } from './wording.ts';

type NatStage = Stage & { readonly kind: 'nat' };

/** NAT chains see a packet only while its connection's NAT is not set up; every packet of the connection is rewritten. */
export function enterNat(p: Passage, stage: NatStage): void {
  const { connection } = p;
  if (connection === undefined) {
    p.position++;
    return;
  }
  if (p.state === 'RELATED' && isIcmp(p.packet.protocol)) {
    translateError(p, connection, stage.manipulation);
    return;
  }
  const done = wasSentHere(p) || (stage.manipulation === 'source' ? connection.sourceNatDone : connection.destinationNatDone);
  if (!done && p.state !== 'ESTABLISHED' && stage.chain !== undefined) {
    enterChain(p, stage.chain);
    return;
  }
  finishNat(p, stage);
  p.position++;
}

/** Whether nat has seen the packet on its way out of this host, be it in another world. */
const wasSentHere = ({ hook, packet }: Passage): boolean => packet.in === 'lo' && (hook === 'PREROUTING' || hook === 'INPUT');

const REDIRECT = 5;

/** An ICMP error about a connection is translated with it, except a redirect, which NAT drops. Seen in the kernel. */
function translateError(p: Passage, connection: Connection, manipulation: Manipulation): void {
  const { packet } = p;
  const sides: readonly Manipulation[] = packet.protocol === PROTOCOL.icmp && packet.icmpType === REDIRECT ? ['source', 'destination'] : [sideOf(p.direction, manipulation)];
  const translated = sides.some((side) => wasTranslated(p, connection, side));
  if (p.ending !== undefined) return;
  if (sides.length > 1 && translated) {
    p.end({ verdict: 'DROP', reason: 'NAT drops ICMP redirects about translated connections' });
    return;
  }
  if (rewriteError(packet, connection, p.direction, manipulation)) p.position++;
  else p.end({ verdict: 'DROP', reason: TOO_SHORT });
}

/** Whether a side of the connection is translated, which is asked once. */
function wasTranslated(p: Passage, connection: Connection, side: Manipulation): boolean {
  const known = isTranslated(connection, side);
  if (known !== undefined) return known;
  const isChanged = p.ask(`NAT has changed the connection's ${side}`);
  if (p.ending === undefined) learnTranslated(p.world.table, connection, side, isChanged);
  return isChanged;
}

/** Where no rule has set the NAT up, the kernel still makes the connection's replies unique. */
export function finishNat(p: Passage, { manipulation }: NatStage): void {
  const connection = p.connection!;
  const done = manipulation === 'source' ? connection.sourceNatDone : connection.destinationNatDone;
  if (!done) bind(p.world.table, connection, manipulation, {}, p.world.now);
  const failure = p.rewrite(manipulation);
  if (failure !== undefined) p.end({ verdict: 'DROP', reason: failure });
}

/** Enters the connection of a packet that has survived; where its tuples are not its own, the kernel drops it only here. */
export function confirmStage(p: Passage): void {
  const { tracked } = p;
  const connection = tracked?.connection;
  if (connection === undefined || connection.confirmed || tracked!.direction === 'reply') return;
  if (clashes(p, connection) || (p.ending === undefined && !confirm(p.world.table, connection, p.world.now))) {
    p.end({ verdict: 'DROP', reason: 'NAT finds no address and port by which its answers could be told from those of another connection, so conntrack drops it' });
  }
}

function clashes(p: Passage, connection: Connection): boolean {
  const { clash } = connection;
  if (clash === 'possible') return p.ask('other connections have every address and port that NAT may give it');
  return clash === 'sure' && !takesOver(p, connection);
}

/** Whether the connection gets a port from one that is closed. Seen in the kernel. */
function takesOver(p: Passage, connection: Connection): boolean {
  const { table, now } = p.world;
  for (const { port, holder } of yieldedPorts(table, connection, now)) {
    const { source, sourcePort } = holder.original;
    if (!p.ask(`its TCP sequence number is beyond those of the closed connection from ${endpointText(source, sourcePort)}, so that NAT takes its port ${port}`)) {
      if (p.ending !== undefined) return true;
      continue;
    }
    kill(table, holder);
    connection.reply = { ...connection.reply, destinationPort: port };
    connection.drawnFrom = undefined;
    p.packet.sourcePort = port;
    return true;
  }
  return false;
}
