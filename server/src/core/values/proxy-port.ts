import { describePorts, MAX_PORT, notAPort, portProposals } from './port.ts';
import { servicePort } from './service.ts';
import { ok, type ValueType } from './value.ts';

/**
 * One port as getaddrinfo reads it: decimal digits, of which 16 bits are kept without a word, or a service name of any
 * protocol. 0 stands for the port that the packet has.
 */
export const proxyPort: ValueType<number> = {
  placeholder: 'PORT',
  parse(text) {
    if (text === '') return ok(0, 'An empty port is read as 0, which keeps the packet\'s own port.');
    const digits = /^\s*\+?([0-9]+)$/u.exec(text)?.[1];
    if (digits === undefined) {
      const named = servicePort(text, 'any');
      return named === undefined ? notAPort(text, 'any') : ok(named);
    }
    const port = Number(BigInt.asUintN(16, BigInt(digits)));
    return Number(digits) > MAX_PORT ? ok(port, `\`${text}\` is above ${MAX_PORT}, the highest port; iptables takes it without a word as ${port}.`) : ok(port);
  },
  print: String,
  complete: () => portProposals('any'),
  hover: (port) => (port === 0 ? 'The port that the packet has.' : describePorts({ from: port, to: port }, 'any')),
};
