/**
 * Bytes that iptables-restore reads of one line; what is longer reaches it in pieces, as lines of their own
 * (seen in 1.8.9, both back ends).
 */
export const LINE_LIMIT = 10239;

/** Most bytes of one word of a rule, without the quotes around it; iptables-restore refuses longer ones (1.8.9, both back ends). */
export const WORD_LIMIT = 1023;

/** Most words of one rule, without counters in front of it; iptables-restore refuses more (1.8.9, both back ends). */
export const WORDS_LIMIT = 251;
