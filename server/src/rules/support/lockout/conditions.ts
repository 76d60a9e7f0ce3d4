import { printEndpoint } from '../../../core/notation/endpoint.ts';
import type { Prefix } from '../../../core/engine/host.ts';
import type { Address } from '../../../core/engine/packet.ts';
import { protocolName } from '../../../core/values/protocol.ts';
import type { Traffic } from './traffic.ts';

/** What a rule asks for that is for this traffic: addresses, interfaces, protocol and ports, in the order in which iptables-save prints them. */
export function conditionsOf({ packet, networks, ports }: Traffic): string {
  const { protocol, sourcePort, destinationPort = ports?.join(':') } = packet;
  return [
    address('-s', packet.source, networks.source), address('-d', packet.destination, networks.destination),
    option('-i', packet.in), option('-o', packet.out),
    option('-p', protocol === undefined ? undefined : (protocolName(protocol) ?? protocol)), option('--sport', sourcePort), option('--dport', destinationPort),
  ].filter((part) => part !== '').join(' ');
}

const option = (name: string, value: string | number | undefined): string => (value === undefined ? '' : `${name} ${value}`);

function address(name: string, whole: Address | undefined, network: Prefix | undefined): string {
  if (whole !== undefined) return `${name} ${text(whole)}`;
  return network === undefined ? '' : `${name} ${text(network.address)}/${network.length}`;
}

const text = (address: Address): string => printEndpoint({ address, port: undefined });
