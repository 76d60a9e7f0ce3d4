import { nptTarget } from '../shared/npt.ts';

export default nptTarget('DNPT', 'destination', ['PREROUTING', 'OUTPUT']);
