import { hopLimitTarget } from '../shared/hop-limit.ts';

export default hopLimitTarget({ name: 'HL', prefix: 'hl', family: 'ipv6' });
