import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluateScript } from '../../../server/src/core/shell/evaluate.ts';
import { ScriptText, type Chunk } from '../../../server/src/core/shell/script-text.ts';
import { underEdits } from './edited-text.ts';
import { summary, wordsOf } from './run.ts';

/** A script, and what it runs when nobody knows its arguments. */
const CASES: readonly (readonly [script: string, ...runs: string[]])[] = [
  // Programs.
  ['sudo -u root /sbin/iptables -L', 'iptables -L'],
  ['ip netns exec blue ip6tables-legacy -F', 'ip6tables -F'],
  ['env A=b nice -n 5 timeout -k 1 10 command iptables -F', 'iptables -F'],
  ['command -v iptables; which ip6tables; iptables-save; echo iptables -F'],
  ['IPT="sudo iptables -w"; $IPT -F', 'iptables -w -F'],
  // Another user need not be let, and another host changes nothing here.
  ['sudo -u nobody iptables -F; doas -u root iptables a; runuser -u nobody -- iptables -S; runuser -l root -c "iptables b"', 'if sudo -u nobody: iptables -F', 'iptables a', 'if runuser -u nobody --: iptables -S', 'iptables b'],
  ['ssh -p 22 root@h iptables -F; ssh $H "iptables -F; iptables -X"; ssh h <<E\niptables -F\nE\niptables a', 'iptables a'],
  ['$IPT6 -F; ${IPTABLES:-/sbin/iptables} -F', 'ip6tables -F', 'iptables -F'],
  ['IPT=$(which iptables); $IPT -F', 'iptables -F'],
  ['V4=$(which iptables); for i in $V4 $(command -v ip6tables); do $i -F; done', 'iptables -F', 'ip6tables -F'],
  // What is one word runs a loop once, whatever it is.
  ['for i in "$1" "$(hostname)"; do iptables "$i"; done; for i in "a $1"; do iptables "$i"; break; done; for i in $1 "$@"; do iptables "$i"; done', 'iptables <$1>', 'iptables <$(hostname)>', 'iptables <$1>', 'if $1: iptables <$1>', 'if $@: iptables <$@>'],
  ['H=$1; for i in "${H[@]}" "${A[@]}"; do iptables "$i"; done; . /etc/hosts.conf; for i in "${A[@]}"; do iptables "$i"; done', 'if $1: iptables <$1>', 'if $A: iptables <$A>', 'if $A: iptables <$A>'],
  ['xtables-nft-multi iptables -F', 'iptables -F'],
  ['exec iptables-restore /etc/rules', 'iptables-restore /etc/rules </etc/rules>'],
  // Shells that are programs: what they change, and their ends, are their own.
  ['sh -c "[ -f x ] || exit 0; iptables a"; iptables b', 'if [ -f x ]: iptables a', 'iptables b'],
  ['bash -c "[ -f x ] || exit 1; iptables a" && iptables b; iptables c', 'if [ -f x ]: iptables a', 'if [ -f x ]: iptables b', 'iptables c'],
  ['sh -c "trap \'iptables bye\' EXIT; [ -f x ] && exit; iptables a"; iptables b', 'if [ -f x ]: iptables a', 'iptables bye', 'iptables b'],
  ['{ [ -f x ] && exit; iptables a; } & iptables b', 'if [ -f x ]: iptables a', 'iptables b'],
  ['sh -ec "false; iptables no"; sh -o errexit -c "false; iptables no"; bash -o pipefail -ec "false | true; iptables no"; iptables a', 'iptables a'],
  ['if [ -f x ]; then sh -ec "false; iptables no"; fi; set -e; sh -c "false; iptables a"', 'iptables a'],
  ['sh -s -- p q <<E\niptables \\$1 \\$#\nE\nsh -- <<E\niptables \\$#\nE\n', 'iptables p 2', 'iptables 0'],
  ['/bin/sh -c "iptables a"; X=$(/bin/echo b | /usr/bin/tr b c); iptables $X; env A=1 B="$1" sh -c \'iptables $A $B\'; iptables "$A"', 'iptables a', 'iptables c', 'iptables 1 <$1>', 'iptables <$A>'],
  ['sh -c \'iptables "$0" "$1"\' a b; sh -c \'iptables "$0"\'', 'iptables a b', 'iptables <sh -c \'iptables "$0"\'>'],
  ['false; sh -c "iptables \\$?"', 'iptables 0'],
  // Behind what may have set any variable, a default is for where nothing has; a shell that the script runs has its own variables.
  ['iptables ${X:-a}; . /etc/fw.conf; IPT=${IPT:-iptables}; $IPT "${X:-a}"; iptables "${Y:=b}" "$Y"; [ "${Z:-no}" = yes ] && iptables c; iptables "${1:-d}"; X=; iptables ${X:-e}', 'iptables a', 'iptables <${X:-a}>', 'iptables <${Y:=b}> <${Y:=b}>', 'if [ "${Z:-no}" = yes ]: iptables c', 'iptables d', 'iptables e'],
  ['[ -f /f ] && . /f; [ "${X:-no}" = yes ] && iptables a; X=no; [ "${X:-no}" = yes ] && iptables no', 'if [ "${X:-no}" = yes ]: iptables a'],
  ['( . /f ); if [ -f /g ]; then . /g; exit; fi; iptables ${X:-a}; f() { [ -f x ] && { . /f; return; }; }; f; iptables ${X:-a}', 'iptables a', 'iptables <${X:-a}>'],
  ['while read l; do iptables ${X:-a}; . "$l"; done; iptables ${X:-a}', 'if read l: iptables <${X:-a}>', 'iptables <${X:-a}>'],
  ['sh -c \'iptables ${X:-a}\'; A=1; eval "$U"; sh -c \'iptables ${X:-a}\'; iptables $A', 'iptables a', 'iptables <${X:-a}>', 'iptables <$U>'],
  ['f() { for i in 1 2 3 4; do iptables ${X:-a}; done; }; f; . /f; f', ...new Array<string>(4).fill('iptables a'), ...new Array<string>(4).fill('iptables <${X:-a}>')],
  ['. /f; if [ "${X:-no}" = yes ]; then f() { iptables a; }; fi; if [ "${X:-no}" = yes ]; then f; fi', 'if [ "${X:-no}" = yes ]: iptables a'],
  ['A=1; eval "x=\\$$1"; eval echo $2; iptables $A ${B:-b}; eval "$1=5"; iptables $A ${B:-b}', 'iptables 1 b', 'iptables <$1> <${B:-b}>'],
  ['[ -f x ] && I=$U; ${I:-iptables} -w a; ${1:+iptables} -F', 'iptables -w a', 'if ${1:+iptables}: iptables -F'],
  ['set -- $U; [ "${1:-a}" = b ] && { shift; [ "${1:-a}" = b ] || iptables a; }', 'if [ "${1:-a}" = b ]: if [ "${1:-a}" = b ]: iptables a'],
  // Words of `export` are read as they come.
  ['for v in A=1 B=2; do export "$v"; done; export "C=$X"; iptables $A ${B:-3} "$C"; export $(cat e); iptables $A ${D:-d}', 'iptables 1 2 <$X>', 'iptables <export $(cat e)> <${D:-d}>'],
  ['f() { local "x=5"; iptables $x; }; x=1; f; iptables $x; unset "$U"; iptables $x ${y:-z}', 'iptables 5', 'iptables 1', 'iptables <unset "$U"> <${y:-z}>'],
  // An empty default is for `set -u`; what stands in the place of something that is set asks whether it is.
  ['case "${1:-}" in start) iptables a;; esac; [ "${1-}" = stop ] && iptables b; X=$1; [ "${X:-}" = start ] && iptables c; [ -n "${D:-}" ] && iptables d; iptables ${E:+e}', 'if case "${1:-}" in start: iptables a', 'if [ "${1-}" = stop ]: iptables b', 'if [ "${X:-}" = start ]: iptables c', 'if [ -n "${D:-}" ]: iptables d', 'iptables <${E:+e}>'],
  ['unset X; [ -f x ] && X=a; [ "${X-d}" = d ] && iptables a; [[ -v X ]] && iptables b; X=$U; X=${X:-$(iptables c; echo d)}; : ${X:=q}; [ "$X" = q ] && iptables d', 'if [ "${X-d}" = d ]: iptables a', 'if [[ -v X ]]: iptables b', 'if $U: iptables c', 'if [ "$X" = q ]: iptables d'],
  // What is calculated of a value is another one.
  ['N=1; [ -f x ] && N=2; [ "$((N + 1))" = 3 ] && iptables a; [ "$(($N + 1))" = 3 ] && iptables b; [ "$(($N + 1))" = 1 ] && iptables no; L=(a b c); [ "${L[N]}" = c ] && iptables c; X=abc; [ "${X:$N}" = c ] && iptables d', 'if [ "$((N + 1))" = 3 ]: iptables a', 'if [ "$(($N + 1))" = 3 ]: iptables b', 'if [ "${L[N]}" = c ]: iptables c', 'if [ "${X:$N}" = c ]: iptables d'],
  // A word of arguments that may be several words is handed on as such.
  ['set -- $U; f() { iptables "$2"; }; f "$@" b; set -- "$@"; iptables $#; iptables ${1:-d}', 'iptables <$2>', 'iptables <$#>', 'iptables <${1:-d}>'],
  ['set -- a b; while ask; do iptables "$1"; shift; done; shift && iptables c', 'if ask: iptables <$1>', 'if shift: iptables c'],
  // What words are split at may depend on what nobody knows; every shell begins with the same.
  ['L=a,b; [ -f x ] && IFS=,; iptables $L c "$L"; for i in $L; do iptables "$i"; done; set -- a b; iptables "$*" "$1"', 'iptables <$L> c a,b', 'if $L: iptables <$L>', 'iptables <$IFS> a'],
  ['O=$IFS; IFS=,; L=a,b; iptables $L; sh -c "iptables $L; M=a,b; iptables \\$M"; IFS=$O; iptables $L', 'iptables a b', 'iptables a,b', 'iptables a,b', 'iptables a,b'],
  ['[ -f x ] && IFS=,; read A B <<E\na,b c\nE\niptables $A', 'iptables <$IFS>'],
  ['( set --; shift; iptables a ); iptables b', 'if shift: iptables a', 'iptables b'],
  // A text of commands of which a part is not known.
  ['sh -c "iptables -s $U -d $1; iptables b"; su -c "iptables \'$1\' c"', 'iptables -s <$U> -d <$1>', 'iptables b', 'iptables <$1> c'],
  // Options that are turned on in one way hold in it.
  ['if [ -f x ]; then set -f; iptables *; fi; iptables *', 'if [ -f x ]: iptables *', 'iptables <*>'],
  ['if [ -f x ]; then set -f; else set -f; fi; iptables *', 'iptables *'],
  ['f() { [ -f x ] && return; set -f; }; f; iptables *', 'iptables <*>'],
  ['for i in $1; do set -f; done; iptables *', 'iptables <*>'],
  // Of a function, a variable begins with what it is outside for dash, and with nothing for others.
  ['f() { local x; [ "$x" = 5 ] && iptables a; local x=1; local x; iptables $x; }; x=5; f; iptables $x', 'if [ "$x" = 5 ]: iptables a', 'iptables 1', 'iptables 5'],
  ['iptables a & wait $! || iptables b; wait && iptables c', 'iptables a', 'if wait $!: iptables b', 'iptables c'],
  // A name that is one of some may be that of a function.
  ['a() { iptables a; }; b() { iptables b; }; X=a; [ -f x ] && X=b\n$X', 'if [ -f x ]: iptables b', 'if [ -f x ]: iptables a'],
  ['a() { iptables a$1; }; X=a; [ -f x ] && X="iptables b"\n$X 1', 'if [ -f x ]: iptables b 1', 'if [ -f x ]: iptables a1'],
  ['a() { iptables a; }; b() { iptables b; }; case "$1" in a|b) "$1";; c) a; b;; esac', 'if case "$1" in a|b: if $1: iptables a', 'if case "$1" in a|b: if $1: iptables b', 'if case "$1" in c: iptables a', 'if case "$1" in c: iptables b'],
  ['a() { iptables a; }; [ "$1" = a ] && "$1"; [ "$1" != a ] || $1', 'if [ "$1" = a ]: iptables a', 'if [ "$1" != a ]: iptables a'],
  ['[ -f x ] && trap "iptables bye" EXIT\niptables a', 'iptables a', 'if [ -f x ]: iptables bye'],
  ['trap "iptables bye" EXIT; if [ -f x ]; then trap - EXIT; fi; if [ -f y ]; then trap "iptables end" EXIT; fi', 'if [ -f y ]: iptables end', 'if [ -f y ]: if [ -f x ]: iptables bye'],
  ['[ -f x ] && trap "iptables no" EXIT; trap "iptables bye" EXIT', 'iptables bye'],
  // Outside of a function, `return` ends all shells but bash.
  ['iptables a\nreturn\niptables no', 'iptables a'],
  // What is expected to succeed makes nothing less sure, and nothing more.
  ['iptables a && set -f; iptables *', 'iptables a', 'iptables *'],
  ['if iptables a; then case $U in b) trap "iptables b" EXIT;; esac; fi; iptables c', 'iptables a', 'iptables c', 'if case $U in b: iptables b'],
  ['iptables a && trap "iptables b" EXIT', 'iptables a', 'iptables b'],
  // Aliases: which there are may not be known, nor what they stand for.
  ['[ -f x ] && alias iptables="echo iptables"\niptables a', 'if [ -f x ]: iptables a'],
  ['if [ -f x ]; then alias i=iptables; else alias i="ip6tables -w"; fi\nif [ -f y ]; then i a; fi', 'if [ -f x ]: if [ -f y ]: iptables a', 'if [ -f x ]: if [ -f y ]: ip6tables -w a'],
  ['alias i="$(which iptables) -w"\ni a', 'iptables -w a'],
  ['alias i="iptables -s $1"\ni a; iptables b', 'iptables -s <$1> a', 'iptables b'],
  ['for o in $1; do alias i=iptables; done\ni a', 'if $1: iptables a', 'if $1: if $1: iptables a'],
  ['alias "$X=iptables"\niptables a', 'if alias "$X=iptables": iptables a'],
  ['alias q="iptables \'"\nq a\niptables b', 'if q: iptables b'],
  // What is not known has a name.
  ['iptables -s $(hostname -I) -j $T "$1"', 'iptables -s <$(hostname -I)> -j <$T> <$1>'],
  ['iptables -s ${NET:-10.0.0.0/8} ${1:-start}', 'iptables -s 10.0.0.0/8 start'],
  ['for o in ${!option_*}; do iptables "${!o}"; done; iptables ${!o@}', 'if ${!option_*}: iptables <${!option_*}>', 'iptables <${!o*}>'],
  ['A=$(ip route); B="via $A"; iptables $B', 'iptables via <$(ip route)>'],
  // What is known of a text is so around what is not.
  ['I="$(which iptables) -w"; $I a', 'iptables -w a'],
  ['I="iptables -t $T -s $S"; $I a; iptables "$I"', 'iptables -t <$T> -s <$S> a', 'iptables <$T>'],
  ['I="$SUDO iptables -w"; $I a', 'if $SUDO: iptables -w a'],
  ['I=$SBIN/iptables; $I a; ${P}/sbin/ip6tables-restore < f; $X/my-iptables b', 'iptables a', 'ip6tables-restore <f>'],
  ['L="1 $2 3"; for i in $L; do iptables $i; done; A="a$2 b"; iptables x$A', 'iptables 1', 'if $2: iptables <$2>', 'iptables 3', 'iptables <$2> b'],
  ['IFS=,; A="a,$2"; iptables $A "$A"', 'iptables a <$2> <$2>'],
  ['read -p "which? " X; iptables $X', 'iptables <read -p "which? " X>'],
  ['if [ -f x ]; then M=nft; else M=legacy; fi; I="iptables-$M"; "$I"-restore -n < f; "$I" -F; $(which iptables)-restore < f', 'iptables-restore -n <f>', 'iptables -F', 'iptables-restore <f>'],
  ['if [ -f x ]; then N=1; else N=2; fi; [ "10.$N" = 1 ] && iptables no; iptables 10.$N', 'iptables <[ -f x ]>'],
  // Functions of a file that is not known set variables by their names.
  ['get a b; a=; get a b; iptables "$a"; . /lib/functions.sh; f() { local a b=2; get a "$1"; iptables "$a" $b; }; f x; a=1; get a; iptables $a; cat a; iptables $b', 'iptables ', 'iptables <get a "$1"> 2', 'iptables <get a>', 'iptables <$b>'],
  ['mapfile -t L < list; iptables "${L[1]}" "${L[-1]}" "${L[2]:-x}" "${!L[@]}"', 'iptables <list> <list> <list> <list>'],
  ['A=($(ip route)); A+=(x); A[1]=y; iptables "${A[2]}" "${A[1]}"', 'iptables <$(ip route)> <$(ip route)>'],
  ['IFS=. read -ra O <<< "$X"; iptables "${O[0]}.${O[1]}.0.0"', 'iptables <$X>'],
  ['shopt -s extglob; case aaaaaaaaaaaaaaaaaaaaaaaaaaab in +(*)c) iptables a;; esac', 'if case aaaaaaaaaaaaaaaaaaaaaaaaaaab in +(*)c: iptables a'],
  // Conditions.
  ['[ -f /x ] && iptables -F', 'if [ -f /x ]: iptables -F'],
  ['[ -f /x ] || exit 1\niptables -F', 'iptables -F'],
  ['f() { [ "$1" ] || return; iptables -A $1; }\nf; f b', 'iptables -A b'],
  ['f() { [ -f x ] && return; iptables -F; }; f; iptables -L', 'if [ -f x ]: iptables -F', 'iptables -L'],
  ['if [ -f x ]; then A=1; else A=2; fi; iptables $A; [ $A = 3 ] && iptables no', 'iptables <[ -f x ]>'],
  ['case $1 in start) iptables -A;; *) iptables -F;; esac', 'if case $1 in start: iptables -A', 'if case $1 in *: iptables -F'],
  ['A=$1; case $A in a) iptables a;; b | c) iptables b;; esac', 'if case $A in a: iptables a', 'if case $A in b | c: iptables b'],
  ['iptables -C X || iptables -A X', 'iptables -C X', 'unless iptables -C X: iptables -A X'],
  ['iptables -N X || iptables -F X; iptables -A X && iptables -L', 'iptables -N X', 'unless iptables -N X: iptables -F X', 'iptables -A X', 'iptables -L'],
  ['iptables -A X || exit 1\niptables -L', 'iptables -A X', 'iptables -L'],
  ['[[ eth12 =~ ^eth[0-9]+$ ]] && iptables a; [[ eth =~ ^eth[[:digit:]]+$ ]] || iptables b; R="^(a|b)c?$"; [[ bc =~ $R ]] && iptables c', 'iptables a', 'iptables b', 'iptables c'],
  ['[[ $X =~ ^a ]] && iptables a; [[ a.b =~ "a.b" ]] && iptables b', 'if [[ $X =~ ^a ]]: iptables a', 'if [[ a.b =~ "a.b" ]]: iptables b'],
  ['[[ udp:53 =~ ^(tcp|udp):([0-9]+)$ ]] && iptables "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; [[ tcpx =~ ^(tcp|tcpx)(x?)$ ]] && iptables "${BASH_REMATCH[1]}"', 'iptables udp 53', 'iptables <tcpx =~ ^(tcp|tcpx)(x?)$>'],
  ['printf -v P "%s:%d" 1024 65535; iptables $P; printf -v Q %e 5; iptables $Q', 'iptables 1024:65535', 'iptables <printf -v Q %e 5>'],
  ['set -e\nfalse || iptables a\nif false; then :; fi\n! true\niptables b\n( exit 3 )\niptables c', 'iptables a', 'iptables b'],
  ['trap "iptables -P INPUT ACCEPT" EXIT; iptables -F; trap - INT; exit 2; iptables no', 'iptables -F', 'iptables -P INPUT ACCEPT'],
  ['set -o pipefail; false | true && iptables no; set +o pipefail; false | true && iptables yes', 'iptables yes'],
  ['A=1; false; A=$?; iptables $A', 'iptables 1'],
  // Nobody knows how many arguments there are.
  ['f() { [ -z "$2" ] && iptables a; iptables "$1" "$@"; }; f "$@"; f x "$@" y', 'if [ -z "$2" ]: iptables a', 'iptables <$1> <$@>', 'if [ -z "$2" ]: iptables a', 'iptables x x <$@> y'],
  ['set -- $(ip route); iptables "$3" $#; A=(x $(ip route)); iptables ${#A[@]}', 'iptables <$3> <$#>', 'iptables <$(ip route)>'],
  ['f() { shift; iptables "$1" "$@"; shift; iptables "$1"; }; f a b "$@"', 'iptables b b <$@>', 'iptables <$1>'],
  ['set -- "$X" b; iptables $2', 'iptables b'],
  // Loops.
  ['for i in 1 $X 2; do iptables $i; done', 'iptables 1', 'if $X: iptables <$X>', 'iptables 2'],
  ['cat list | while read ip; do iptables -s $ip; done', 'if list: iptables -s <list>'],
  ['while read ip; do iptables -s $ip; done < list; iptables $ip', 'if list: iptables -s <list>', 'iptables <list>'],
  ['E=iptables; [ "$X" = yes ] && E="$E ip6tables"; for e in $E; do $e -A; done; L=; [ "$X" ] && L="a b"; for l in $L; do iptables $l; done', 'iptables -A', 'if [ "$X" = yes ]: ip6tables -A', 'if [ "$X" ]: iptables a', 'if [ "$X" ]: iptables b'],
  ['I=iptables; [ "$X" ] && I=iptables-restore; $I -n'],
  ['[ "$(id -u)" -eq 0 ] || exec sudo "$0" "$@"; iptables a', 'iptables a'],
  ['if [ "$EUID" -ne 0 ]; then sudo -E bash "$0" "$@"; exit $?; fi; iptables a', 'iptables a'],
  ['trap "iptables trap" EXIT; ( exec iptables a; iptables no ); exec iptables b; iptables no', 'iptables a', 'iptables b'],
  ['set -A P 22 "$X"; for p in "${P[@]}"; do iptables $p; done; set -A Q $(ip route); iptables "${Q[1]}"', 'iptables 22', 'if $X: iptables <$X>', 'iptables <$(ip route)>'],
  ['select x in a b; do case $x in a) iptables a;; b) iptables b; break;; *) iptables "<$x>";; esac; done; iptables end', 'if select x: if case $x in a: iptables a', 'if select x: if case $x in b: iptables b', 'if select x: if case $x in *: iptables <select x>', 'iptables end'],
  ['while true; do iptables -F; sleep 1; done', 'if iptables -F; sleep 1;: iptables -F'],
  ['for ((i = 0; i < 1000000000; i++)); do :; done; iptables -F', 'iptables -F'],
  ['for i in $(seq 1 1000000000); do iptables $i; done', 'if $(seq 1 1000000000): iptables <$(seq 1 1000000000)>'],
  // A function that calls itself for good uses up the shell; where nobody knows how often it does, it is followed some times and then as any number of times.
  ['f() { f; }; f; iptables -F'],
  ['f() { iptables -F; f; f; }; f', ...new Array<string>(60).fill('iptables -F')],
  ['f() { iptables $1; [ $1 = 0 ] || f $(($1 - 1)); }; f 6', ...[6, 5, 4, 3, 2, 1, 0].map((n) => `iptables ${n}`)],
  ['f() { [ -f x ] && iptables $1; [ $1 = 0 ] || f $(($1 - 1)); }; f 6', ...[6, 5, 4, 3, 2, 1, 0].map((n) => `if [ -f x ]: iptables ${n}`)],
  ['N=0; f() { iptables $N; N=$((N + 1)); if read x; then f; fi; }; f', ...[0, 1, 2, 3, 4].map((n) => `${'if read x: '.repeat(n)}iptables ${n}`), `${'if read x: '.repeat(5)}if a function that calls itself: iptables <a function that calls itself>`],
  ['A=yes; B=; I=iptables; . /nowhere/fw.conf; [ "$A" = yes ] && $I a; [ -n "$B" ] && $I b; $I c', 'if [ "$A" = yes ]: iptables a', 'if [ -n "$B" ]: iptables b', 'iptables c'],
  ['[ "$(uname -s)" = Linux ] && iptables a; [ $(uname) = FreeBSD ] && iptables no', 'iptables a'],
  // Programs that run others.
  ['for t in $TARGETS; do echo $t | xargs iptables -j; done; cat list | xargs -n1 iptables -s', 'if $TARGETS: if $TARGETS: iptables -j <$TARGETS>', 'if list: iptables -s <list>'],
  ['sh -c "$X"; bash -s; sh /nowhere; su - root -c "iptables a"; A=1; sh -c \'iptables $A\'', 'iptables a', 'iptables <$A>'],
  ['sudo sh -c "iptables a"; time bash -c "iptables b"', 'iptables a', 'iptables b'],
  ['echo 1 > /x || iptables a; echo > /dev/null || iptables no', 'if > /x: iptables a'],
  ['case $1 in x) iptables a;; *) $0 x;; esac', 'if case $1 in x: iptables a', 'if case $1 in *: iptables a'],
  // Files that the script writes itself.
  ['cat > r <<EOF\n*filter\nEOF\niptables-restore r', 'iptables-restore r *filter\n'],
  ['exit\niptables -F'],
];

/** Scripts whose arguments are known. */
const CALLED: readonly (readonly [script: string, args: readonly string[], ...runs: string[]])[] = [
  ['case "$1" in start) iptables a;; stop) iptables b;; esac; iptables $# "$@"', ['stop', 'x y'], 'iptables b', 'iptables 2 stop x y'],
  ['for a; do iptables $a; done; shift; iptables "$1" ${2:-none}', ['a', 'b'], 'iptables a', 'iptables b', 'iptables b none'],
  ['while getopts i:v o; do iptables $o "$OPTARG"; done', ['-v', '-i', 'eth0', 'rest'], 'iptables v ', 'iptables i eth0'],
  ['main() { iptables "$2"; }; main "$@"; [ $# -lt 3 ] || iptables no', ['a', 'b'], 'iptables b'],
  ['iptables ${1:-start}', [], 'iptables start'],
];

describe('evaluation of shell', () => {
  for (const [script, ...runs] of CASES) it(script.replaceAll('\n', '; '), () => assert.deepEqual(summary(script), runs));
  for (const [script, args, ...runs] of CALLED) it(`${script}, run with ${args.join(' ') || 'no arguments'}`, () => assert.deepEqual(summary(script, { args }), runs));

  it('ends, whatever the script asks for', () => {
    const doubling = `A=x\n${'A=$A$A\n'.repeat(60)}iptables $A\nset -- a b\n${'set -- "$@" "$@"\n'.repeat(40)}iptables "$@"\n`;
    assert.ok(summary(doubling).length <= 2);
  });

  it('ends the shell, or a process of a command, at what is not set, as bash and dash do', () => {
    const runs = (script: string, isBash: boolean): string[] => summary(`set -u; unset x; ${script}`, { isBash });
    // A program's redirections are made in its process by bash, by dash its here-documents.
    const feed = (command: string): string => `${command} <<EOF\n*filter\n$x\nEOF\niptables yes`;
    assert.deepEqual(runs(feed('iptables-restore'), true), ['iptables yes']);
    assert.deepEqual(runs(feed('iptables-restore'), false), ['iptables-restore ', 'iptables yes']);
    assert.deepEqual(runs(feed('{ iptables a; }'), true), []);
    assert.deepEqual(runs(feed('{ iptables a; }'), false), ['iptables a', 'iptables yes']);
    assert.deepEqual(runs('iptables -S > $x; iptables yes', true), ['iptables yes']);
    assert.deepEqual(runs('iptables -S > $x; iptables yes', false), []);
    // For dash it is 0 where something is calculated.
    assert.deepEqual(runs('iptables $((x + 1)); iptables yes', true), []);
    assert.deepEqual(runs('iptables $((x + 1)); iptables yes', false), ['iptables 1', 'iptables yes']);
    // What the script never sets its caller may have set, and is expected to.
    assert.deepEqual(runs('iptables $y ${z:?} $1', true), ['iptables <$y> <$z> <$1>']);
    assert.deepEqual(summary('if [ -f x ]; then A=; else A=1; fi; iptables ${A:?}'), ['iptables 1']);
    assert.deepEqual(runs('set -- a; iptables $2; iptables no', true), []);
    // Functions and commands that did something before do it again only where that is still so.
    assert.deepEqual(runs('set +u; f() { for i in 1 2 3 4; do iptables $i$x; done; }; f; set -u; f; iptables no', true), [1, 2, 3, 4].map((i) => `iptables ${i}`));
  });

  it('takes what a file that it reads returns', () => {
    const readFile = (): string => '[ -f $U ] && return 1\niptables lib';
    assert.deepEqual(summary('. ./lib && iptables a; . ./lib || iptables b', { readFile }), ['if [ -f $U ]: iptables lib', 'if [ -f $U ]: iptables a', 'if [ -f $U ]: iptables lib', 'if [ -f $U ]: iptables b']);
    assert.deepEqual(summary('. ./lib || iptables a', { readFile: () => 'return 3' }), ['iptables a']);
  });

  it('goes on behind a `return` in bash where there is nothing to return from', () => {
    assert.deepEqual(summary('if [ -f x ]; then return; iptables a; fi; return || iptables $?\niptables c', { isBash: true }), ['if [ -f x ]: iptables a', 'iptables 2', 'iptables c']);
  });

  it('begins a variable of a function with what is set for the call alone, in bash', () => {
    assert.deepEqual(summary('f() { local X; iptables "$X"; }; X=1 f; f', { isBash: true }), ['iptables 1', 'iptables ']);
  });

  it('goes on in a line that was joined to nothing', () => {
    const script = new ScriptText();
    script.update('\\\n');
    script.update('\\\niptables -A X\n');
    assert.deepEqual(script.chunks.map(({ text }) => text), ['\\\niptables -A X\n']);
  });

  it('keeps apart lines of the same text that are no shell', () => {
    const script = new ScriptText();
    script.update('X\nEOF\nfi\nEOF\nfi\n');
    script.update('<<EOF\n X\nEOF\nfi\nEOF\nfi\n');
    assert.deepEqual(script.chunks.map(({ start }) => start), [0, 13, 16, 20]);
  });

  it('comes to an end with functions that may call themselves in many places', () => {
    const menu = (name: string): string => `${name}() { read X; case $X in 1) f;; 2) g;; 3) iptables -F; f;; 4) g; f;; *) f && g;; esac; }`;
    const { length } = summary(`${menu('f')}; ${menu('g')}; f`);
    assert.ok(length > 0 && length < 5000, `${length} runs`);
  });

  it('goes on to the end of the text in a here-document that nothing ends', () => {
    const script = 'iptables-restore <<EOF\n*filter\n-A INPUT -j DROP\nCOMMIT\n';
    assert.deepEqual(summary(script), summary(`${script}EOF\n`));
    assert.deepEqual(summary(script.trimEnd()), summary(script).map((run) => run.trimEnd()));
    assert.deepEqual(summary('A=$(iptables-restore <<EOF\nCOMMIT\n)\niptables a\n'), ['iptables a']);
  });

  it('reads after any edits what it reads of a fresh text', () => {
    const pieces = ['iptables -A X\n', 'iptables-restore <<-EOF\n', '"', "'", 'if true; then\n', 'fi\n', '\n', '<<EOF\n', 'EOF\n', '\\\n', 'f() {\n', '}\n', '$(', ')', 'iptables $A "b c"\n', 'A=1\n', '# c\n', ' '];
    const shape = ({ start, text: own, broken, unended }: Chunk): unknown => [start, own, broken, unended];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
    fc.assert(fc.property(text, fc.array(fc.record({ at: fc.nat(), length: fc.nat(12), text }), { maxLength: 6 }), (start, edits) => {
      underEdits(start, edits, (script, fresh) => {
        assert.deepEqual(script.chunks.map(shape), fresh.chunks.map(shape));
        assert.deepEqual(evaluateScript(script.chunks).invocations.map(wordsOf), evaluateScript(fresh.chunks).invocations.map(wordsOf));
      });
    }), {
      numRuns: 300,
      // The end of a text joins what is appended to it: a backslash, a here-document.
      examples: [['\\\n', [{ at: 2, length: 0, text: 'iptables -A X\n' }]], ['cat <<EOF\n', [{ at: 10, length: 0, text: 'iptables -A X\nEOF\n' }]]],
    });
  });
});
