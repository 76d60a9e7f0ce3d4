import { hopMatch } from '../shared/hops.ts';

export default hopMatch('hl', 'ipv6', ['hl']);
