import { defineTarget } from '../definition.ts';

export default defineTarget({ name: 'DROP', families: ['ipv4', 'ipv6'], terminating: true, tables: ['raw', 'mangle', 'filter', 'security'], options: [], action: () => ({ apply: () => ({ kind: 'drop' }) }) });
