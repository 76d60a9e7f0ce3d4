; Kinds of lines

(table "*" @punctuation.special (table_name) @module)
(chain_declaration ":" @punctuation.special)
(chain_name) @function
(policy) @constant.builtin
(counters) @number
(commit "COMMIT" @keyword)

(comment) @comment
(shebang) @comment
(expectation) @comment
(scenario) @comment
(suppression) @comment
(verdict) @constant.builtin
(packet) @string.special
(title) @label
(code) @constant

(prefix) @keyword
(program) @function.builtin
(shell_rest) @embedded

; Arguments: the last pattern that matches says what a node is

[(short_option) (dash_option)] @property
(long_option) @property
(negation) @operator
"=" @operator
(string) @string
(unterminated_string) @string
(value) @variable

((value) @number
  (#match? @number "^[0-9]"))

((short_option) @keyword
  (#match? @keyword "^-[ADIRPNXFZECLS]$"))

; Names of chains and targets

((short_option) @keyword . (value) @function
  (#match? @keyword "^-[ADIRPNXFZECLS]$"))
((long_option) @keyword . (value) @function
  (#match? @keyword "^--(append|delete|insert|replace|policy|new-chain|delete-chain|flush|zero|check|rename-chain)$"))

((short_option) @property . (value) @function
  (#match? @property "^-[jg]$"))
((long_option) @property . (value) @function
  (#match? @property "^--(jump|goto)$"))

((value) @constant.builtin
  (#match? @constant.builtin "^(ACCEPT|DROP|REJECT|RETURN|QUEUE|NFQUEUE|LOG|DNAT|SNAT|MASQUERADE|REDIRECT)$"))
