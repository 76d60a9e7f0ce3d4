/** The uri of the ruleset file of the other family that stands beside one by the usual names; undefined where the name follows none. */
export function siblingOf(uri: string): string | undefined {
  const at = uri.lastIndexOf('/') + 1;
  const name = uri.slice(at);
  const other = /^ip6?tables$/u.test(name) ? OTHER[name] : /\.v[46]$/u.test(name) ? `${name.slice(0, -1)}${name.endsWith('4') ? '6' : '4'}` : undefined;
  return other === undefined ? undefined : uri.slice(0, at) + other;
}

const OTHER: Readonly<Record<string, string>> = { iptables: 'ip6tables', ip6tables: 'iptables' };
