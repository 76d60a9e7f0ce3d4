import { ALWAYS } from '../../sets/bounds.ts';
import { text } from '../../values/text.ts';
import { defineMatch, option } from '../definition.ts';

const comment = option('comment', text({ what: 'a comment', placeholder: 'TEXT', max: 255 }));

export default defineMatch({ name: 'comment', families: ['ipv4', 'ipv6'], options: [comment], requires: [['comment']], conditions: () => [], packets: () => ALWAYS });
