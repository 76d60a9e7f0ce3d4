import fc from 'fast-check';

/** What a script of the pool is made of. */
interface Pieces {
  readonly statement: string;
  readonly status: string;
  readonly block: string;
  readonly assignment: string;
}

/** Calls of iptables. */
const CALL = ['iptables -A C', 'iptables -A C', 'iptables -A C "$X"', 'iptables -A C $X $Y', 'iptables -A C "$1" "$#"', 'iptables -A C "$U" "${X:-d}"', 'iptables -A C "x$Y$N"', 'iptables -A C "$@"', 'iptables -A C $((N + 1)) $?', 'iptables -A C "${2:+y}" "${Y:+z}"'];

/**
 * Statements that ask what nobody knows: arguments, `$U` and `$V` of the environment, the files `f1`, `f2` and `conf`, what is
 * typed, and what `ask` prints and answers. `C` stands where commands get numbers, `LEAVE` where functions return.
 */
const piecesOf = (isBash: boolean): fc.LetrecValue<{ [Name in keyof Pieces]: Pieces[Name] }> => fc.letrec((tie) => ({
  status: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'shell' },
    fc.constantFrom('[ -f f1 ]', '[ -f f2 ]', '[ "$1" = a ]', '[ "$1" = b ]', '[ "$U" = a ]', '[ "$U" != b ]', '[ -n "$V" ]', '[ -z "$1" ]', '[ "$X" = a ]', '[ "$Y" = "$X" ]', '[ $# -gt 1 ]', '[ "$X" ]', '[ "${X:-no}" = no ]', '[ "${Y:-no}" = no ]', '[ "$N" -gt 2 ]', '[ "$?" = 0 ]', '[ "$X" = a -o "$U" = b ]'),
    fc.constantFrom('ask', 'ask', 'iptables -C C', ...CALL, 'true', 'false', 'f', 'f a', 'g "$U"', 'h', 'read X', 'X=$(ask)', 'shift', 'command -v ask >/dev/null', 'expr "$U" : a >/dev/null', '[ ! -f f1 ]', '[ -n "$X" -a "$N" -lt 2 ]', 'grep -q a f1', '[ "${U+x}" ]', 'f "$@"', 'g a "$@"', 'test $((N)) -gt 1', '. ./lib', '[ -f f1 ] && [ "$U" = a ]', 'read X <<EOF\n$U b\nEOF\n'),
    ...(isBash ? [fc.constantFrom('[[ $X == a* ]]', '[[ -n $U && $X ]]', '[[ $U == "$X" ]]', '[[ $X =~ ^[ab] ]]', '(( N > 1 ))', '(( N++ ))', '[[ -v X ]]', '[[ $1 -eq 5 ]]', '[ "${L[1]}" = b ]', '[ ${#L[@]} -gt 1 ]')] : []),
    fc.tuple(tie('status'), fc.constantFrom('&&', '||'), tie('status')).map((parts) => parts.join(' ')),
    tie('status').map((each) => `! ${each}`.replace('! !', '!')),
    tie('statement').map((each) => `{ ${each}; }`),
    fc.tuple(tie('statement'), fc.constantFrom('exit 0', 'exit 1', 'true', 'ask && exit 1; true')).map(([each, end]) => `( ${each}; ${end} )`),
  ),
  assignment: fc.constantFrom(
    'X=a', 'X=b', 'X=', 'Y=a', 'Y="$X"', 'X=$U', 'X="$U b"', 'X=$(ask)', 'X=${X:-a}', 'X=${Y:-b}', ': ${Y:=c}', 'X=${U:+z}', 'X=${X#a}', 'X=${X%b}', 'Y=${X:+y}', 'N=$((N + 1))', 'N=${#X}', 'read X', 'read X Y',
    '. ./conf', '. ./conf', '. ./conf || true', 'eval "X=\\$U"', 'eval "$U"', 'export "Y=$U"', 'export X', 'unset X', 'unset Y', 'set -- "$U" b', 'set -- $U', 'set -- a b', 'shift', 'IFS=,', 'unset IFS', 'X=a,b', 'X="a b"',
    'set -e', 'set -f', 'trap "iptables -T C" EXIT', 'trap - EXIT', 'X=$(iptables -A C; echo b)', 'Y=$(echo "$X" | tr a b)', 'Y=$(f a)', 'echo a b | { read X Y; iptables -A C "$X" "$Y"; }', 'X=1 f', 'X=$U g b',
    'iptables-restore <<EOF\n-A C $X ${Y:-d}\n-A $U\nEOF\n', "iptables-restore <<'EOF'\n-A C $X\nEOF\n", 'sh -c \'iptables -A C "$1" "$X"\' x "$U"', 'exit 0', 'ask && exit 1', 'ask || exit 0', 'exit',
    'X=${X:-$Y}', 'X=${X:-$(iptables -A C; echo a)}', ': ${X:=q}', 'X=${X#$U}', 'Y=${X%%a*}', 'X=${#U}', 'N=$(( ${N:-0} > 2 ))', 'N=$((N + ${#X}))', 'X=$1', 'X=${1#a}', 'X=$*', 'X="$@"', 'set -- "$@" c', 'set --', 'set -- $(ask)', 'set -- a $U b',
    'eval "for i in a b; do iptables -A C \\$i; done"', 'eval "iptables -A C $U"', 'eval "Y=\\${X:-q}"', 'command iptables -A C', 'X=1 iptables -A C "$X"', '$I -A C', '${I:-iptables} -A C', 'I=iptables', 'I="iptables -w"', 'export X; sh -c \'iptables -A C "$X" "$Y"\'', 'sh -c "iptables -A C $U; exit 1"', 'exec iptables -A C',
    'while getopts ab: X; do iptables -A C "$X" "$OPTARG"; done', 'IFS=, read X Y <<EOF\na,$U,b\nEOF\n', 'for i; do iptables -A C "$i"; done', 'X=`ask; echo b`', 'X=$(exit 3); iptables -A C $?', 'f "$U" || true', 'eval "$(ask)"', 'eval set -- "$U"', 'eval set -- "a $U"', 'return',
    'case "${1:-}" in a) iptables -A C ;; *) iptables -A C ;; esac', 'for X in "$X" b; do iptables -A C $X; done', 'f() { iptables -A C "$1"; }', 'X=${X:-${Y:-z}}', 'export "$U"', 'Y=$((N > 1 ? 3 : X))', '[ -f f1 ] || { X=c; f b; }', 'export N=5; sh -c "iptables -A C \$N"', '( . ./conf; iptables -A C "$X" )', '{ read X; read Y; } <<EOF\n$U\nb\nEOF\n', 'set -- "${1:-a}" "$Y"', 'I=$(command -v ask); $I', 'trap "iptables -T C; exit 1" EXIT',
    'echo a > out; read X < out', 'echo "$U" > out; iptables-restore < out', 'cat > out <<EOF\nX=c\nEOF\n. ./out', '. ./lib', 'ask | cat', '{ iptables -A C; ask; } | cat', 'echo "$U" | while read X; do iptables -A C "$X"; done', 'Y=$( [ -f f1 ] && exit 1; echo a )', 'X=$(false) || Y=a', 'I=ask; [ -f f1 ] && I=h; $I', 'case $1 in a) set -- b ;; esac', 'IFS=" "', 'X=b,a', 'unset N', 'Y=$(h)', 'f "$X" "$Y"', 'g',
    ...(isBash ? ['L=(a b)', 'L=($U a)', 'L+=("$X")', 'L[1]=c', 'iptables -A C "${L[@]}" ${#L[@]}', 'iptables -A C "${L[1]}" "${L[0]:-d}"', 'for i in "${L[@]}"; do iptables -A C "$i"; done', '((N += 2))', 'read X <<< "$U"', 'read -r X Y <<< "a b c"', 'printf -v X %s "$U"', 'mapfile -t L <<< "$U"', 'set -o pipefail', 'X+=b', 'X=${X/a/b}', 'X=${U^^}', 'X=${X:1}', 'declare Y=$X', 'shopt -s extglob', 'iptables -A C <<< "$X"', 'X=${!Y}', 'false | true'] : []),
  ),
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 2 }).map((each) => each.join('; ')),
  statement: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'shell' }, { arbitrary: tie('status'), weight: 3 }, { arbitrary: tie('assignment'), weight: 3 }, fc.constantFrom(...CALL),
    fc.constantFrom('h() { iptables -A C; }', 'h() { iptables -A C; return 1; }', 'h() { ask; }', 'h() { local X=h; iptables -A C "$X"; }', 'unset -f h'),
    fc.tuple(tie('status'), tie('block'), tie('block')).map(([condition, some, others]) => `if ${condition}; then ${some}; else ${others}; fi`),
    fc.tuple(tie('status'), tie('block')).map(([condition, some]) => `if ${condition}; then ${some}; fi`),
    fc.tuple(tie('status'), tie('block'), tie('status'), tie('block')).map(([first, some, second, others]) => `if ${first}; then ${some}; elif ${second}; then ${others}; fi`),
    fc.tuple(fc.constantFrom('$U', '$1', '"$X"', '$?', '"$Y"', '$#'), fc.constantFrom('a', 'b|c', '[0a]*', '""', '?', '"$Y"'), tie('block'), tie('block')).map(([value, pattern, some, others]) => `case ${value} in ${pattern}) ${some} ;; *) ${others} ;; esac`),
    fc.tuple(fc.constantFrom('$U', '$1', '"$X"'), tie('block'), tie('block')).map(([value, some, others]) => `case ${value} in a) ${some} ;; b) ${others} ;; esac`),
    fc.tuple(fc.constantFrom('a b', 'a b', '$U', '"$@"', '$(ask)', '$X', 'a $U b', '"$X"', 'a,b $Y', '1 2 3'), tie('block'), tie('status'), fc.constantFrom('break', 'continue', 'break 2', 'LEAVE', 'true')).map(([words, some, condition, end]) => `for i in ${words}; do ${some}; ${condition} && ${end}; iptables -A C "$i"; done`),
    fc.tuple(fc.constantFrom('while ask', 'while read X', 'until ask', 'while read X Y', 'ask | while read X', 'while [ $# -gt 0 ] && X=$1 && shift', 'while [ "$1" ] && shift', 'while N=$((N + 1)) && [ $N -lt 4 ]'), tie('block'), tie('status'), fc.constantFrom('break', 'continue', 'LEAVE', 'true'), fc.constantFrom('', '; shift', '; shift || break', ' "$1"')).map(([loop, some, condition, end, last]) => `${loop}; do ${some}; ${condition} && ${end}; iptables -A C "$X"${last}; done`),
  ),
}));

/** Scripts with functions that may call each other one way, and one that others define anew. */
export function openScripts(isBash: boolean): fc.Arbitrary<string> {
  const { statement } = piecesOf(isBash);
  const returning = fc.tuple(
    fc.constantFrom('', 'local X; ', 'local X=$1; ', 'local Y=b X; ', 'shift; '), statement, fc.constantFrom('ask', '[ -f f1 ]', '[ "$1" = a ]', '[ "$X" = a ]', 'true'),
    fc.constantFrom('&& return 0', '|| return 1', '&& return', '&& return $?'), statement,
  ).map(([first, some, condition, end, last]) => `${first}${some}; ${condition} ${end}; ${last}`);
  return fc.tuple(returning, returning, fc.constantFrom('', 'N=1\n', 'X=a\n', 'Y=\n', 'set -e\n'), fc.array(statement, { minLength: 1, maxLength: 5 }))
    .map(([f, g, first, all]) => finished(`f() { ${f.replace(/(?<![-\w])[fg](?=[ ;)]|$)/gu, 'true').replace(/\bLEAVE\b/gu, 'return 0')}; }\ng() { ${g.replace(/\bg\b/gu, 'f').replace(/\bLEAVE\b/gu, 'return 1')}; }\nh() { iptables -A C; }\n${first}${all.join('\n')}\niptables -A END`, isBash));
}

/** The script with its numbers. What follows a here-document stands behind what begins it, and dash does not end at a `shift`. */
function finished(script: string, isBash: boolean): string {
  let count = 0;
  return (isBash ? script : script.replace(/\bshift\b/gu, '{ [ $# -gt 0 ] && shift; }')).replace(/\bLEAVE\b/gu, 'break').replace(/(?<=-[ACT] )C\b/gu, () => `${++count}`)
    .replace(/<<('?EOF'?)\n([^]*?)EOF\n( *(?:;(?!;)|&&|\|\|))/gu, '<<$1$3\n$2EOF\n');
}
