import { defineTarget } from '../definition.ts';

export default defineTarget({ name: 'RETURN', families: ['ipv4', 'ipv6'], terminating: true, options: [], action: () => ({ apply: () => ({ kind: 'return' }) }) });
