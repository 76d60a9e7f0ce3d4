import { optionsHeaderMatch } from '../shared/options-header.ts';

export default optionsHeaderMatch('hbh', { number: 0, name: 'a hop-by-hop options header' });
