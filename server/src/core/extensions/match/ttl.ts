import { hopMatch } from '../shared/hops.ts';

export default hopMatch('ttl', 'ipv4', ['ttl']);
