/**
 * @file iptables rulesets (iptables-save, iptables-restore) and the iptables commands of shell scripts
 * @license MIT
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// Two languages meet here: the lines of a ruleset are split into words as iptables-restore does it, commands as
// a shell does it (TOKENS.md has the difference). Every line is a node of its own and every text fits some node,
// so that a parse never holds an ERROR: `shell_line` takes what nothing else wants.
// In a ruleset an argument is one token, and arguments are flat siblings everywhere: that makes a parse fast.

/**
 * A regular expression as it is written, with others put into it as groups and strings as they are.
 * @param {TemplateStringsArray} texts
 * @param {...(RegExp | string)} parts
 */
function re(texts, ...parts) {
  const sources = parts.map((part) => (part instanceof RegExp ? `(?:${part.source})` : part));
  return new RegExp(String.raw({ raw: texts.raw }, ...sources));
}

/** Line ends may be CRLF, so a carriage return is a blank. NUL is for the caller to replace: no generated lexer reads it. */
const BLANK = /[ \t\r]/;
/** A word cut at blanks only. */
const WORD = /[^ \t\r\n]+/;
/** Text up to the line's last character that is not blank. */
const TEXT = re`[^ \t\r\n](?:${BLANK}*[^ \t\r\n])*`;
/** The hyphen's relatives that word processors put in its place: U+2010 to U+2015, the minus sign. For use in `[…]`. */
const DASHES = String.raw`\u2010-\u2015\u2212`;

/** Words of iptables-restore: double quotes group, a backslash counts in them only, the closing one ends the word. */
const ruleset = (() => {
  const plain = /[^ \t\r\n"]/;
  const content = /(?:[^"\\\r\n]|\\[^\r\n])*/;
  const hyphen = re`-(?:[^ \t\r\n"-]${plain}*|-[^ \t\r\n"=]*)?`;
  const stem = re`(?:[^ \t\r\n"-]${plain}*|${hyphen})?`;
  return {
    short: re`-[^ \t\r\n"${DASHES}-]${plain}*`,
    long: /--[^ \t\r\n"=]*/,
    dash: re`-?[${DASHES}]${plain}*`,
    value: re`-|[^ \t\r\n"${DASHES}-]${plain}*`,
    string: re`${stem}"${content}"`,
    open: re`${stem}"${content}\\?`,
    /** After `--name=`. */
    assigned: { value: re`${plain}+`, string: re`${plain}*"${content}"`, open: re`${plain}*"${content}\\?` },
    /** Quoted, and yet the begin of a rule. */
    first: { string: re`${hyphen}"${content}"|"-${content}"`, open: re`${hyphen}"${content}\\?` },
  };
})();

/** Words of a shell: both quotes group, a backslash escapes or joins lines, operators end a word, `$(…)` holds blanks. */
const shell = (() => {
  const special = String.raw` \t\r\n"'\\;&|<>()\`$`;
  const other = /\\[^\r\n]|\$(?:\([^()\r\n]*\))?|`(?:[^`\r\n]*`)?/;
  const plain = re`[^${special}]|${other}`;
  const join = /\\\r?\n/;
  const tail = re`${plain}*(?:${join}+${plain}+)*`;
  const double = /"(?:[^"\\\r\n]|\\[^\r\n]|\\\r?\n)*/;
  const single = /'[^'\r\n]*/;
  return {
    short: re`-(?:[^${special}${DASHES}-]|${other})${tail}`,
    long: re`--(?:[^${special}=]|${other})*`,
    dash: re`-?[${DASHES}]${tail}`,
    value: re`-|(?:[^${special}#${DASHES}-]|${other})${tail}`,
    quoted: re`${double}"|${single}'`,
    open: re`${double}\\?|${single}`,
    /** Goes on after a quoted part of the same word. */
    more: re`${plain}${tail}`,
  };
})();

/** A character of shell text, or a backslash with what it escapes; lone carriage returns are blanks. */
const SHELL_CHARACTER = /[^ \t\r\n\\]|\\[^\r\n]|\\\r?\n|\\\r[ \t\r]*[^ \t\r\n]/;
/** The rest of a shell line, across joined lines. */
const SHELL_TEXT = re`(?:${BLANK}*${SHELL_CHARACTER})*(?:${BLANK}*\\)?`;

/** A variable that scripts keep the program in: `$IPT`, `${ip6tables}`, `"$IPTABLES_V4"`, `$IPTABLES_CMD`. */
const PROGRAM_VARIABLE = /"?\$\{?[Ii][Pp]6?[Tt]([Aa][Bb][Ll][Ee][Ss])?(_?[Vv]?[46])?(_(CMD|cmd|BIN|bin))?\}?"?/;

/**
 * A long option, with the value that `=` gives it.
 * @param {RuleOrLiteral} option
 * @param {RuleOrLiteral} value
 */
const assignment = (option, value) => seq(option, optional(seq(token.immediate(prec(1, '=')), optional(value))));

export default grammar({
  name: 'iptables',

  extras: () => [BLANK],

  rules: {
    source_file: ($) => seq(repeat(seq(optional($._line), $._newline)), optional($._line)),

    _newline: () => /\n/,

    _line: ($) => choice(
      $.table, $.chain_declaration, $.rule, $.commit,
      $.expectation, $.scenario, $.suppression, $.comment, $.shebang,
      $.command, $.shell_line,
    ),

    // Lines of a ruleset.

    table: ($) => seq('*', optional(seq(field('name', alias($.argument, $.table_name)), repeat($.argument)))),

    chain_declaration: ($) => seq(
      ':',
      optional(seq(
        field('name', alias($.argument, $.chain_name)),
        optional(field('policy', $.policy)),
        optional(field('counters', $.counters)),
        repeat($.argument),
      )),
    ),
    policy: () => /[^ \t\r\n\[][^ \t\r\n]*/,
    counters: () => token(prec(1, /\[[ \t]*[0-9A-Za-z+-]*:[0-9A-Za-z+-]*[ \t]*\]|\[[0-9:][^ \t\r\n\]]*\]?/)),

    commit: ($) => seq('COMMIT', repeat($.argument)),

    argument: () => WORD,

    rule: ($) => seq(choice(field('counters', $.counters), $._first_argument), repeat($._argument)),

    _first_argument: ($) => choice(
      $.short_option,
      $._long_option,
      $.dash_option,
      alias('-', $.value),
      alias(token(ruleset.first.string), $.string),
      alias(token(ruleset.first.open), $.unterminated_string),
    ),
    _argument: ($) => choice(
      $.negation, $.short_option, $._long_option, $.dash_option, $.value, $.string, $.unterminated_string,
    ),
    _long_option: ($) => assignment($.long_option, choice(
      alias(token.immediate(prec(2, ruleset.assigned.value)), $.value),
      alias(token.immediate(prec(2, ruleset.assigned.string)), $.string),
      alias(token.immediate(prec(2, ruleset.assigned.open)), $.unterminated_string),
    )),
    negation: () => '!',
    short_option: () => ruleset.short,
    long_option: () => ruleset.long,
    dash_option: () => ruleset.dash,
    value: () => ruleset.value,
    string: () => ruleset.string,
    unterminated_string: () => ruleset.open,

    // Comments that say something to this tool, and all others. A higher precedence ends a token before a longer one
    // could win, so that `# expect ` is a token; what follows it decides between expectation and comment.

    expectation: ($) => seq(
      $._expect,
      choice(
        field('verdict', alias($._verdict, $.verdict)),
        seq(field('verdict', alias(choice($._verdict, $._phrase), $.verdict)), ':', optional(field('packet', $.packet))),
      ),
    ),
    _expect: () => token(prec(1, /#[ \t]*expect[ \t]+/)),
    // Words up to a colon at a word's end, so that an address with a port is a word: in capitals they need no colon.
    _verdict: () => /[A-Z][A-Z]+([ \t\r]+([^ \t\r\n:]|:+[^ \t\r\n:])+)*/,
    _phrase: () => /[^ \t\r\n:]+([ \t\r]+([^ \t\r\n:]|:+[^ \t\r\n:])+)*/,
    packet: () => TEXT,

    scenario: ($) => choice($._scenario, seq($._scenario_of, optional(field('title', $.title)))),
    _scenario: () => /#[ \t]*scenario/,
    _scenario_of: () => token(prec(1, /#[ \t]*scenario[ \t]+/)),
    title: () => TEXT,

    suppression: ($) => seq(
      $._disable,
      repeat(seq(optional(field('code', $.code)), ',')),
      optional(seq(field('code', $.code), optional($.remark))),
    ),
    _disable: () => token(prec(1, /#[ \t]*iptables-lens[ \t]+disable[ \t]*=/)),
    code: () => /[^ \t\r\n,]+/,
    remark: () => re`[^ \t\r\n,](?:${BLANK}*${TEXT})?`,

    shebang: () => re`#![ \t]*/${TEXT}`,

    comment: ($) => choice($._comment, seq($._expect, optional(choice($._phrase, $._colon)))),
    _comment: () => re`#(?:${BLANK}*${TEXT})?`,
    _colon: () => re`:(?:${BLANK}*${TEXT})?`,

    // Lines of a shell script.

    command: ($) => seq(
      repeat($.prefix),
      field('program', $.program),
      repeat(choice($._shell_argument, $._continuation)),
      optional(choice($.shell_rest, alias($._comment, $.comment))),
    ),
    prefix: () => /sudo|doas|exec|env|nice|-[A-Za-z-]+|[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_.\/:,-]*/,
    program: () => re`(?:[^ \t\r\n"'\\;&|<>()\`=]*/)?ip6?tables(?:-legacy|-nft)?|${PROGRAM_VARIABLE}`,
    _continuation: () => /\\(\r?\n)?/,
    shell_rest: () => re`(?:[;&|<>()]|[0-9]+[<>])${SHELL_TEXT}`,

    _shell_argument: ($) => choice(
      alias($._shell_negation, $.negation),
      alias($._shell_short, $.short_option),
      assignment(alias($._shell_long, $.long_option), choice(
        alias($._more, $.value),
        alias($._assigned_string, $.string),
        alias($._assigned_open, $.unterminated_string),
      )),
      alias($._shell_dash, $.dash_option),
      alias($._shell_value, $.value),
      alias($._shell_string, $.string),
      alias($._shell_open, $.unterminated_string),
    ),
    _shell_negation: () => /\\?!/,
    _shell_short: () => shell.short,
    _shell_long: () => shell.long,
    _shell_dash: () => shell.dash,
    _shell_value: () => shell.value,

    _shell_string: ($) => seq(choice($._quoted, seq($._stem, $._more_quoted)), repeat(choice($._more_quoted, $._more))),
    _shell_open: ($) => choice($._open, seq(choice($._stem, $._shell_string), $._more_open)),
    _assigned_string: ($) => seq(optional($._more), $._more_quoted, repeat(choice($._more_quoted, $._more))),
    _assigned_open: ($) => seq(optional(choice($._more, $._assigned_string)), $._more_open),

    _stem: ($) => choice($._shell_negation, $._shell_short, $._shell_long, $._shell_dash, $._shell_value),
    _quoted: () => shell.quoted,
    _open: () => shell.open,
    _more: () => token.immediate(prec(1, shell.more)),
    _more_quoted: () => token.immediate(prec(1, shell.quoted)),
    _more_open: () => token.immediate(prec(1, shell.open)),

    shell_line: ($) => choice(
      seq($._word, optional($._rest)),
      seq(repeat1($.prefix), optional(seq(choice($._word, $._odd_word), optional($._rest)))),
    ),
    // A word that no other line begins with; `*)` and `*.conf)` are patterns of a `case`.
    _word: () => re`\\(?:\r?\n)?|\*[)|.*?"'][^ \t\r\n]*|(?:[^ \t\r\n\\#*:${DASHES}-]|\\[^\r\n])(?:[^ \t\r\n\\]|\\[^\r\n])*`,
    _odd_word: () => re`[#*:${DASHES}-](?:[^ \t\r\n\\]|\\[^\r\n])*`,
    _rest: () => re`${SHELL_CHARACTER}${SHELL_TEXT}|\\`,
  },
});
