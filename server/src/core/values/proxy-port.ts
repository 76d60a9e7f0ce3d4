import { describePorts, portProposals, resolvePort } from './port.ts';
import { ok, type ValueType } from './value.ts';

/** One port as getaddrinfo reads it; 0 stands for the port that the packet has. */
export const proxyPort: ValueType<number> = {
  placeholder: 'PORT',
  parse: (text) => (text === '' ? ok(0, 'An empty port is read as 0, which keeps the packet\'s own port.') : resolvePort(text)),
  print: String,
  complete: () => portProposals('any'),
  hover: (port) => (port === 0 ? 'The port that the packet has.' : describePorts({ from: port, to: port }, 'any')),
};
