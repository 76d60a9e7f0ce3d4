/**
 * Bytes that iptables-restore reads of one line; what is longer reaches it in pieces, as lines of their own
 * (seen in 1.8.9, both back ends).
 */
export const LINE_LIMIT = 10239;
