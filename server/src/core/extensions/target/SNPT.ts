import { nptTarget } from '../shared/npt.ts';

export default nptTarget('SNPT', 'source', ['INPUT', 'POSTROUTING']);
