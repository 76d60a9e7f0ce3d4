/** Makes shell scripts at random from what the evaluator claims to know. */
export class ScriptGenerator {
  private state: number;
  private names = 0;
  private depth = 0;
  private functions: string[] = [];

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A script and the arguments that it is called with. */
  script(): { readonly script: string; readonly args: readonly string[] } {
    this.names = 0;
    this.functions = [];
    const args = Array.from({ length: this.below(4) }, () => this.pick(['start', 'stop', '10.0.0.1', 'a b', '']));
    const lines = ['A=alpha', 'B="x  y z"', "C='1 2 3'", 'N=4', 'E=', 'L=(one "two words" 3)', 'P=10.0.0.0/8,192.168.0.0/16', ...this.statements(3 + this.below(8))];
    return { script: lines.join('\n'), args };
  }

  private random(): number {
    this.state = (this.state + 0x6D2B79F5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  private below(count: number): number {
    return Math.floor(this.random() * count);
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  private statements(count: number): string[] {
    return Array.from({ length: count }, () => this.statement());
  }

  private block(): string {
    this.depth++;
    const body = this.statements(1 + this.below(2)).join(this.pick(['\n', '\n  ']));
    this.depth--;
    return body;
  }

  private statement(): string {
    const simple = [
      () => this.call(), () => this.call(), () => this.call(), () => this.assignment(), () => this.assignment(),
      () => `${this.call()} ${this.pick(['&&', '||', ';'])} ${this.call()}`, () => `${this.condition()} ${this.pick(['&&', '||'])} ${this.call()}`,
      () => `shift${this.pick(['', ' 1', ' 2'])}`, () => `set -- ${this.words()}`, () => `unset ${this.pick(['A', 'B', 'L'])}`,
      () => `eval '${this.call().replaceAll("'", '"')}'`, () => this.restore(), () => `echo ${this.words()} >/dev/null`,
      () => (this.functions.length > 0 ? `${this.pick(this.functions)} ${this.words()}` : this.call()),
    ];
    const compound = [
      () => `if ${this.condition()}; then\n${this.block()}\n${this.pick(['', `elif ${this.condition()}; then ${this.block()}\n`])}${this.pick(['', `else\n${this.block()}\n`])}fi`,
      () => `for i in ${this.words()}; do ${this.block()}\niptables -A F "$i"\ndone`,
      () => this.arithmeticFor(),
      () => this.caseStatement(), () => this.whileStatement(), () => this.readLoop(),
      () => `( ${this.block()}\n)`, () => `{ ${this.block()}\n}`, () => this.functionDefinition(),
      () => `echo ${this.pick(['$A', '"$B"', 'x'])} | { read r; iptables -A "$r"; }`,
      () => this.options(), () => this.lines(),
    ];
    return this.depth < 3 && this.random() < 0.45 ? this.pick(compound)() : this.pick(simple)();
  }

  private call(): string {
    return `${this.pick(['iptables', 'ip6tables'])} ${this.pick(['-A', '-I', '-P'])} ${this.words()}`;
  }

  private words(): string {
    return Array.from({ length: 1 + this.below(4) }, () => this.word()).join(this.pick([' ', '  ', ' \\\n  ']));
  }

  private word(): string {
    const plain = (): string => this.pick(['INPUT', '-s', '80', 'a=b', '!', '10.0.0.1', 'x-y', '@', ':', '1:2']);
    const choices = [
      plain, plain, () => this.expansion(), () => this.expansion(), () => `"${this.expansion()}"`, () => `"${plain()} ${this.expansion()}"`,
      () => `${plain()}${this.expansion()}`, () => `'it is ${plain()}'`, () => `$'tab\\t${plain()}\\x41'`, () => `\\${this.pick(['$', '"', ' ', '\\', '!', '#'])}x`,
      () => this.pick(['{a,b}', '{1..3}', 'p{1,{2,3}}q', '{03..1}', '{a..e..2}', '{x}', '"{1,2}"', '{$A,$N}', "{'a b',c}", 'a{,b}']),
      () => `$(( ${this.arithmetic()} ))`, () => this.pick(['$(seq 1 3)', '"$(seq 2)"', '$(echo $A $B)', '"$(echo "$B")"', '`echo $N`', '$(printf "%s-" a b)', '$(for q in 1 2; do echo r$q; done)', '$(expr $N + 1)']),
      () => `""`, () => `"$@"`, () => '$*', () => '"$*"', () => '$@', () => '"p$@s"',
    ];
    return this.pick(choices)();
  }

  private expansion(): string {
    const name = this.pick(['A', 'B', 'C', 'N', 'E', 'P', 'L', 'Z0']);
    const safe = name === 'Z0' ? 'E' : name;
    return this.pick([
      `$${safe}`, `\${${safe}}`, `\${${name}:-def}`, `\${${safe}-d e}`, `\${${safe}:+alt}`, `\${${safe}+"al t"}`, `\${#${safe}}`, '$1', '${2}', '$#', '${3:-none}', '${1#s}',
      `\${${safe}#a}`, `\${${safe}##*a}`, `\${${safe}%%[ ,]*}`, `\${${safe}% *}`, `\${${safe}/a/B}`, `\${${safe}//[0-9]/_}`, `\${${safe}/#?/X}`, `\${${safe}/%?/Y}`,
      `\${${safe}:1}`, `\${${safe}:1:2}`, `\${${safe}: -2}`, `\${${safe}^^}`, `\${${safe}^}`, '${L[0]}', '${L[1]}', '${L[@]}', '${L[*]}', '${#L[@]}', '${L[@]:1}', '${L[-1]}', '${!L[@]}',
      '$?', '${P//,/ }', '${P%%,*}', `\${${safe}:-"q $A"}`, '${@:2}', '${@:1:1}', '${B##x}',
    ]);
  }

  private arithmetic(): string {
    const operand = (): string => this.pick(['1', '2', 'N', '$N', '7', '0x1f', '010', '(3 - 5)', '-N', '!N', '~1', 'N++', '--N', '${#A}']);
    return Array.from({ length: 1 + this.below(3) }, operand).join(this.pick([' + ', ' * ', ' - ', ' << ', ' | ', ' && ', ' == ', ' < ', ' % 5 + ', ' ** 2 - ', ' ? 3 : ', ', ']))
      .replace(/ \? 3 : ([^?]*)(?: \? 3 : )/gu, ' ? 3 : $1 + ');
  }

  private assignment(): string {
    const name = this.pick(['A', 'B', 'C', 'N', 'E', 'P', 'L']);
    if (name === 'N') return this.pick([`N=$(( ${this.arithmetic()} ))`, 'N=3', '(( N += 2 ))', 'let N=N+1', 'declare -i N=2+3']);
    if (name === 'L') return this.pick([`L=(${this.words()})`, 'L+=(more)', 'L[1]=changed', 'L[5]=far', 'unset "L[0]"', `L=("$@")`]);
    return this.pick([`${name}=${this.word()}`, `${name}="${this.expansion()}"`, `${name}+=more`, `export ${name}=${this.word()}`, `: \${${name}:=dflt}`, `IFS=, read ${name} E <<< "$P"`, `declare ${name}="v $N"`])
      .replace(/=\{|=p\{|=a\{/gu, '=z');
  }

  private condition(): string {
    return this.pick([
      'true', 'false', ':', `[ "$A" = alpha ]`, `[ "$1" = start ]`, `[ -z "$E" ]`, `[ -n "$B" -a "$N" -gt 3 ]`, `[ "$N" -lt 5 ]`, `test "$A" != beta`, `[[ $A == a* ]]`, `[[ $B == *y* && $N -ge 4 ]]`,
      `! [ "$#" -eq 2 ]`, `[[ -z $E || $A = x ]]`, `(( N > 3 ))`, `[ "$1" ]`, `[ ! "$E" ]`, `[ \\( a = b \\) -o c = c ]`, `[[ "$A" == "a*" ]]`, 'case $A in a*) true;; *) false;; esac',
    ]);
  }

  private caseStatement(): string {
    return `case ${this.pick(['"$A"', '$1', '$N', '"$B"', 'x.y'])} in\n  ${this.pick(['alpha', 'a*', 'start|stop', '[0-4]', '"x  y z"', '*.*', '"a*"', '?'])}) ${this.block()}\n  ${this.pick([';;', ';&', ';;&'])}\n  (*) ${this.block()}\n;;\nesac`;
  }

  private arithmeticFor(): string {
    const k = `k${this.names++}`;
    const leave = this.pick(['', `[ $${k} -eq 2 ] && break\n`, `(( ${k} == 1 )) && continue\n`]);
    return `for ((${k} = ${this.below(3)}; ${k} < ${2 + this.below(4)}; ${k}++)); do\n${this.block()}\niptables -A K$${k}\n${leave}${this.call()}\ndone`;
  }

  private whileStatement(): string {
    const counter = `w${this.names++}`;
    const loop = this.pick([`while [ $${counter} -lt ${1 + this.below(3)} ]`, `until (( ${counter} >= ${1 + this.below(3)} ))`]);
    return `${counter}=0; ${loop}; do ${counter}=$((${counter} + 1))\n${this.block()}\niptables -A W$${counter}\ndone`;
  }

  private readLoop(): string {
    const body = `iptables -A "$u" "$v"\n${this.block()}`;
    return `while ${this.pick(['read -r u v', "IFS=: read -r u v", 'read u v'])}; do\n${body}\ndone <<${this.pick(['EOF', '"EOF"'])}\nfirst second third\n$A:${this.pick(['b c', '$N'])}\n\nlast\nEOF`;
  }

  private functionDefinition(): string {
    const name = `f${this.names++}`;
    this.depth++;
    const outer = this.functions;
    // Not known to its own body, which could go on for ever.
    const body = `${this.pick(['', 'local A=inner N=7\n', 'shift\n', 'local i\n'])}${this.block()}\niptables ${this.pick(['"$@"', '-A $1', '"$2" "$#"', '-A "$A"'])}\n${this.pick(['', '[ $# -gt 1 ] && return 1\n', 'return\n'])}${this.call()}`;
    this.depth--;
    this.functions = [...outer, name];
    return `${this.pick([`${name}()`, `function ${name}`])} {\n${body}\n}\n${name} ${this.words()}`;
  }

  private options(): string {
    const options = this.pick(['ab:', ':ab:', 'x:y', ':']);
    return `OPTIND=1; while getopts ${options} o ${this.pick(['', '-a -b 1 c', '-ab2 -x', '-b', '-xy z', '-q -- -a', '"$@"'])}; do\niptables -A "$o" "$OPTARG" $OPTIND\n${this.call()}\ndone\niptables -A "$o" $OPTIND`;
  }

  private lines(): string {
    const list = this.pick(['L', 'M']);
    const read = this.pick([`mapfile -t ${list}`, `readarray ${list}`, `read -ra ${list}`, `IFS=, read -a ${list}`, `mapfile -t ${list} `]);
    const from = this.pick(['<<< "$P"', '<<< $C', '< <(echo "$B"; echo "$A")', '< <(seq 2)', `<<X\na b\n\n$A,c\nX`]);
    return `${read} ${from}\niptables -A "\${${list}[@]}" "\${#${list}[@]}"`;
  }

  private restore(): string {
    return this.pick([
      () => `iptables-restore -n <<${this.pick(['EOF', "'EOF'"])}\n*filter\n-A INPUT -s ${this.expansion()} -j "x y"\n\\$A $((N + 1)) $(echo sub) \`echo $A\`\nCOMMIT\nEOF`,
      () => `ip6tables-restore <<-EOF\n\t*filter\n\t\t:X - [0:0]\n\tCOMMIT\n\tEOF`,
      () => `iptables-restore <<< "*filter $A"`, () => `echo "$P" | iptables-restore`, () => `printf '%s\\n' '*filter' $L COMMIT | iptables-restore -w`,
      () => `{ echo '*filter'; for q in 1 2; do echo "-A Q$q"; done; cat <<X\n$A\nX\n} | iptables-restore`,
    ])();
  }
}
