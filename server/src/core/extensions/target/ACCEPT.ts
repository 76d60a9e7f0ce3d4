import { defineTarget } from '../definition.ts';

export default defineTarget({ name: 'ACCEPT', families: ['ipv4', 'ipv6'], terminating: true, options: [], action: () => ({ apply: () => ({ kind: 'accept' }) }) });
