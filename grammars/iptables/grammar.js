/**
 * @file iptables rulesets (iptables-save, iptables-restore) and the iptables commands of shell scripts
 * @license MIT
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// Two languages meet here: the lines of a ruleset are split into words as iptables-restore does it, commands as
// a shell does it (TOKENS.md has the difference). Every line is a node of its own and every text fits some node,
// so that a parse never holds an ERROR: `shell_line` takes what nothing else wants.
// An argument is one token and the arguments of a line are flat siblings, which is what makes a parse fast.

/** Builds a pattern from others: `re('a', B, 'c')`. @param {...(string | RegExp)} parts */
const re = (...parts) => new RegExp(parts.map((part) => (part instanceof RegExp ? `(?:${part.source})` : part)).join(''));

/** Line ends may be CRLF, so a carriage return is a blank. A NUL is for the caller to replace: no generated lexer reads on. */
const BLANK = /[ \t\r]/;
/** A word cut at blanks only, as chain declarations have them. */
const WORD = /[^ \t\r\n]+/;
/** Text up to the line's last character that is not blank. */
const REST = re('[^ \\t\\r\\n](?:', BLANK, '*[^ \\t\\r\\n])*');
/** The hyphen's typographic relatives that word processors put in its place: U+2010 to U+2015, the minus sign. */
const DASHES = '\\u2010-\\u2015\\u2212';

/** Words of iptables-restore: double quotes group, a backslash counts in them only, the closing one ends the word. */
const ruleset = (() => {
  const plain = /[^ \t\r\n"]/;
  const content = /(?:[^"\\\r\n]|\\[^\r\n])*/;
  const stem = re('(?:[^ \\t\\r\\n"-]', plain, '*|-(?:[^ \\t\\r\\n"-]', plain, '*)?|--[^ \\t\\r\\n"=]*)');
  const hyphen = re('-(?:[^ \\t\\r\\n"-]', plain, '*|-[^ \\t\\r\\n"=]*)?');
  return {
    negation: /!/,
    short: re('-[^ \\t\\r\\n"', DASHES, '-]', plain, '*'),
    long: /--[^ \t\r\n"=]*/,
    dash: re('-?[', DASHES, ']', plain, '*'),
    value: re('-|[^ \\t\\r\\n"', DASHES, '-]', plain, '*'),
    string: re(stem, '?"', content, '"'),
    open: re(stem, '?"', content, '\\\\?'),
    assigned: re(plain, '+'),
    assignedString: re(plain, '*"', content, '"'),
    assignedOpen: re(plain, '*"', content, '\\\\?'),
    /** What a rule can begin with although it is quoted. */
    firstString: re(hyphen, '"', content, '"|"-', content, '"'),
    firstOpen: re(hyphen, '"', content, '\\\\?'),
  };
})();

/** Words of a shell: both quotes group, a backslash escapes or joins lines, operators end a word, `$(…)` holds blanks. */
const shell = (() => {
  const special = ' \\t\\r\\n"\'\\\\;&|<>()`$';
  const other = /\\[^\r\n]|\$(?:\([^()\r\n]*\))?|`(?:[^`\r\n]*`)?/;
  const join = /(?:\\\r?\n)/;
  const plain = re('[^', special, ']|', other);
  const tail = re('(?:', plain, ')*(?:', join, '+(?:', plain, ')+)*');
  const double = /"(?:[^"\\\r\n]|\\[^\r\n]|\\\r?\n)*/;
  const single = /'[^'\r\n]*/;
  return {
    negation: /\\?!/,
    short: re('-(?:[^', special, DASHES, '-]|', other, ')', tail),
    long: re('--(?:[^', special, '=]|', other, ')*'),
    dash: re('-?[', DASHES, ']', tail),
    value: re('-|(?:[^', special, '#', DASHES, '-]|', other, ')', tail),
    quoted: re(double, '"|', single, "'"),
    open: re(double, '\\\\?|', single),
    /** What follows a quoted part of the same word. */
    more: re('(?:', plain, ')', tail),
  };
})();

/** The rest of a shell line, across joined lines. */
const SHELL_TEXT = /(?:[ \t\r]*(?:[^ \t\r\n\\]|\\[^\r\n]|\\\r?\n))*\\?/;

/**
 * A long option, with the value that `=` gives it.
 * @param {RuleOrLiteral} long
 * @param {RuleOrLiteral} assigned
 */
const assignment = (long, assigned) => seq(long, optional(seq(token.immediate(prec(1, '=')), optional(assigned))));

export default grammar({
  name: 'iptables',

  extras: () => [BLANK],

  rules: {
    source_file: ($) => seq(repeat(seq(optional($._line), $._newline)), optional($._line)),

    _newline: () => /\n/,

    _line: ($) => choice(
      $.shebang, $.comment, $.expectation, $.scenario, $.suppression,
      $.table, $.chain_declaration, $.commit, $.rule,
      $.command, $.shell_line,
    ),

    shebang: () => re('#![ \\t]*/', REST),

    // Comments, and those that say something to this tool. A higher precedence ends a token before the longer one.

    comment: ($) => choice(
      $._comment,
      seq($._expect, optional(choice($._phrase, $._colon_rest))),
    ),
    _comment: () => re('#(?:', BLANK, '*[^ \\t\\r\\n])*'),

    expectation: ($) => seq(
      $._expect,
      choice(
        field('verdict', alias($._verdict, $.verdict)),
        seq(
          field('verdict', alias(choice($._verdict, $._phrase), $.verdict)),
          ':',
          field('packet', optional($.packet)),
        ),
      ),
    ),
    _expect: () => token(prec(1, /#[ \t]*expect[ \t]+/)),
    _verdict: () => /[A-Z][A-Z]+([ \t]+([^ \t\r\n:]|:+[^ \t\r\n:])+)*/,
    _phrase: () => /[^ \t\r\n:]+([ \t]+([^ \t\r\n:]|:+[^ \t\r\n:])+)*/,
    _colon_rest: () => re(':(?:', BLANK, '*', REST, ')?'),
    packet: () => REST,

    scenario: ($) => choice('# scenario', seq($._scenario, optional(field('title', $.title)))),
    _scenario: () => token(prec(1, /#[ \t]*scenario[ \t]+/)),
    title: () => REST,

    suppression: ($) => seq(
      $._disable,
      repeat(seq(optional(field('code', $.code)), ',')),
      optional(seq(field('code', $.code), optional($.remark))),
    ),
    _disable: () => token(prec(1, /#[ \t]*iptables-lens[ \t]+disable[ \t]*=/)),
    code: () => /[^ \t\r\n,]+/,
    remark: () => re('[^ \\t\\r\\n,](?:', BLANK, '*', REST, ')?'),

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

    rule: ($) => choice(
      seq(field('counters', $.counters), repeat($._argument)),
      seq($._first_argument, repeat($._argument)),
    ),

    _argument: ($) => choice(
      $.negation, $.short_option, $._long_option, $.dash_option, $.value, $.string, $.unterminated_string,
    ),
    _first_argument: ($) => choice(
      $.short_option,
      $._long_option,
      $.dash_option,
      alias('-', $.value),
      alias(token(ruleset.firstString), $.string),
      alias(token(ruleset.firstOpen), $.unterminated_string),
    ),
    _long_option: ($) => assignment($.long_option, choice(
      alias(token.immediate(prec(2, ruleset.assigned)), $.value),
      alias(token.immediate(prec(2, ruleset.assignedString)), $.string),
      alias(token.immediate(prec(2, ruleset.assignedOpen)), $.unterminated_string),
    )),
    negation: () => ruleset.negation,
    short_option: () => ruleset.short,
    long_option: () => ruleset.long,
    dash_option: () => ruleset.dash,
    value: () => ruleset.value,
    string: () => ruleset.string,
    unterminated_string: () => ruleset.open,

    // Lines of a shell script.

    command: ($) => seq(
      repeat($.prefix),
      field('program', $.program),
      repeat(choice($._shell_argument, $._continuation)),
      optional(choice($.shell_rest, alias($._comment, $.comment))),
    ),

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
    _shell_string: ($) => $._quoted_word,
    _shell_open: ($) => choice($._open, seq($._stem, $._more_open), seq($._quoted_word, $._more_open)),
    _assigned_string: ($) => $._more_quoted_word,
    _assigned_open: ($) => choice(seq(optional($._more), $._more_open), seq($._more_quoted_word, $._more_open)),

    _quoted_word: ($) => seq(choice($._quoted, seq($._stem, $._more_quoted)), repeat(choice($._more_quoted, $._more))),
    _more_quoted_word: ($) => seq(optional($._more), $._more_quoted, repeat(choice($._more_quoted, $._more))),
    _stem: ($) => choice($._shell_negation, $._shell_short, $._shell_long, $._shell_dash, $._shell_value),

    _shell_negation: () => shell.negation,
    _shell_short: () => shell.short,
    _shell_long: () => shell.long,
    _shell_dash: () => shell.dash,
    _shell_value: () => shell.value,
    _quoted: () => shell.quoted,
    _open: () => shell.open,
    _more: () => token.immediate(prec(1, shell.more)),
    _more_quoted: () => token.immediate(prec(1, shell.quoted)),
    _more_open: () => token.immediate(prec(1, shell.open)),

    prefix: () => choice('sudo', 'doas', 'exec', 'env', 'nice', /-[A-Za-z-]+/, /[A-Za-z_][A-Za-z0-9_]*=[A-Za-z0-9_.\/:,-]*/),
    program: () => token(choice(
      /([^ \t\r\n"'\\;&|<>()`=]*\/)?ip6?tables(-legacy|-nft)?/,
      re('"?\\$\\{?', /[Ii][Pp]6?[Tt]([Aa][Bb][Ll][Ee][Ss])?(_?[Vv]?[46])?(_(CMD|cmd|BIN|bin))?/, '\\}?"?'),
    )),
    _continuation: () => /\\(\r?\n)?/,
    shell_rest: () => re('(?:[;&|<>()]|[0-9]+[<>])', SHELL_TEXT),

    shell_line: ($) => choice(
      seq(repeat1($.prefix), optional(seq($._word, optional($._rest)))),
      seq($._word, optional($._rest)),
    ),
    _word: () => re('\\\\(?:\\r?\\n)?|', /\*[)|.*?"'][^ \t\r\n]*/, '|(?:[^ \\t\\r\\n\\\\#*:', DASHES, '-]|\\\\[^\\r\\n])(?:[^ \\t\\r\\n\\\\]|\\\\[^\\r\\n])*'),
    _rest: () => re('(?:[^ \\t\\r\\n\\\\]|\\\\[^\\r\\n]|\\\\\\r?\\n)', SHELL_TEXT, '|\\\\'),
  },
});
