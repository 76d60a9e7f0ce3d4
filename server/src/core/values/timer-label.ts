import { text } from './text.ts';

/** Names that the folder of the timers in sysfs has already. */
const TAKEN: ReadonlySet<string> = new Set(['.', '..', 'power', 'subsystem', 'uevent']);

/** The label of an IDLETIMER, which is a file name in sysfs; iptables-save prints it as it is, blanks and all. */
export const timerLabel = text({
  what: 'a label', placeholder: 'LABEL', min: 1, max: 27, quoted: false,
  refuse: (label) => {
    if (label.includes('/')) return `\`${label}\` has a slash; write it without, as it becomes a file name in \`/sys/class/xt_idletimer/timers\`.`;
    return TAKEN.has(label) ? `The kernel keeps the name \`${label}\` for itself; choose another label.` : undefined;
  },
});
