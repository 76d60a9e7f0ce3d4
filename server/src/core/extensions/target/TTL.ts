import { hopLimitTarget } from '../shared/hop-limit.ts';

export default hopLimitTarget({ name: 'TTL', prefix: 'ttl', family: 'ipv4' });
