import { optionsHeaderMatch } from '../shared/options-header.ts';

export default optionsHeaderMatch('dst', { number: 60, name: 'a destination options header' });
