import { choiceList } from './choice.ts';
import type { ValueType } from './value.ts';

export type AddressType =
  | 'UNSPEC' | 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST' | 'BLACKHOLE' | 'UNREACHABLE' | 'PROHIBIT'
  | 'THROW' | 'NAT' | 'XRESOLVE';

/** `TYPE[,TYPE…]` of addrtype: how the routing tables see an address. */
export const addressTypes: ValueType<readonly AddressType[]> = choiceList<AddressType>({
  what: 'an address type', placeholder: 'TYPE', ignoreCase: true, prefix: true,
  choices: [
    { name: 'UNSPEC', value: 'UNSPEC', detail: 'the address 0.0.0.0 or ::' },
    { name: 'UNICAST', value: 'UNICAST', detail: 'an address of one other host' },
    { name: 'LOCAL', value: 'LOCAL', detail: 'an address of this host' },
    { name: 'BROADCAST', value: 'BROADCAST', detail: 'a broadcast address of one of this host\'s networks' },
    { name: 'ANYCAST', value: 'ANYCAST', detail: 'an anycast address' },
    { name: 'MULTICAST', value: 'MULTICAST', detail: 'a multicast address' },
    { name: 'BLACKHOLE', value: 'BLACKHOLE', detail: 'the route discards packets' },
    { name: 'UNREACHABLE', value: 'UNREACHABLE', detail: 'the route answers unreachable, or there is none' },
    { name: 'PROHIBIT', value: 'PROHIBIT', detail: 'the route answers prohibited' },
    { name: 'THROW', value: 'THROW', detail: 'the route ends the lookup in its table' },
    { name: 'NAT', value: 'NAT', detail: 'no kernel of today has such routes' },
    { name: 'XRESOLVE', value: 'XRESOLVE', detail: 'no kernel of today has such routes' },
  ],
});
