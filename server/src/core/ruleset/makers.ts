/** The chains that ufw makes before it loads its files, by `iptables-restore -n`, into the ruleset that holds them. */
const OF_UFW = /^ufw6?-(?:(?:before|after)(?:-logging)?-|reject-|track-|skip-to-policy-|user-(?:logging-)?)(?:input|output|forward)$|^ufw6?-(?:logging-(?:deny|allow)|user-limit(?:-accept)?)$/u;

/** Programs that make chains of their own in the host's tables, and how they name those. */
const MAKERS: readonly (readonly [maker: string, names: RegExp])[] = [
  ['ufw', OF_UFW],
  ['Docker', /^DOCKER(?:-(?:USER|INGRESS|FORWARD|BRIDGE|CT|INTERNAL|ISOLATION(?:-STAGE-[12])?))?$/u],
  ['Kubernetes', /^KUBE-[A-Z\d-]+$/u],
  ['a CNI plugin', /^(?:CNI-|FLANNEL-|CILIUM_|NETAVARK[-_]|cali-)[\w:-]+$/u],
  ['fail2ban', /^(?:f2b|fail2ban)-[\w-]+$/u],
  ['libvirt', /^LIBVIRT_(?:INP|OUT|FW[IOX]|PRT)$/u],
  ['firewalld', /^(?:INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)_(?:direct|ZONES|ZONES_SOURCE)$/u],
  ['OpenWrt\'s firewall', /^(?:(?:input|output|forwarding|prerouting|postrouting)(?:_\w+)?_rule|zone_\w+_(?:input|output|forward|prerouting|postrouting|(?:src|dest)_\w+)|delegate_(?:input|output|forward|prerouting|postrouting))$/u],
  ['miniupnpd', /^MINIUPNPD(?:-POSTROUTING|-PCP-PEER)?$/u],
  ['Tailscale', /^ts-(?:input|forward|postrouting)$/u],
];

/** Whether ufw makes a chain of that name. */
export const isUfwChain = (name: string): boolean => OF_UFW.test(name);

/** The program that makes chains of such a name; undefined for names that anybody may choose. */
export const makerOf = (chain: string): string | undefined => MAKERS.find(([, names]) => names.test(chain))?.[0];
