import tseslint from 'typescript-eslint';

/** Forbids imports that point against the arrows of ARCHITECTURE.md. */
const arrows = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }] },
});

const HOST = ['^(node:|fs$|path$|os$|child_process$|vscode)', 'core is pure: no node, no editor, no LSP'];
const WASM = ['^web-tree-sitter', 'only core/syntax sees tree-sitter'];
const IP_NUM = ['^ip-num', 'only core/values sees ip-num'];
const OUTER = ['/(rules|features)/|/(server|cli|browser)\\.ts$', 'core knows nothing of its users'];

export default tseslint.config(
  { ignores: ['**/dist/', '**/*.generated.ts', 'grammars/iptables/src/', '.vscode-host/', 'test-results/', 'coverage/'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 4],
      complexity: ['error', 20],
    },
  },
  { files: ['test/**', 'bench/**', 'scripts/**'], rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-unused-expressions': 'off' } },
  arrows(['server/src/core/**'], [HOST, WASM, IP_NUM, OUTER]),
  arrows(['server/src/core/syntax/**'], [HOST, IP_NUM, OUTER, ['/(extensions|values|ruleset|engine|sets|analysis|notation)/', 'syntax is the lowest layer']]),
  arrows(['server/src/core/shell/**'], [HOST, WASM, IP_NUM, OUTER, ['/(extensions|values|ruleset|engine|sets|analysis|notation|syntax/(line|parser|split))/', 'shell knows nothing of rulesets']]),
  arrows(['server/src/core/sets/**'], [HOST, WASM, IP_NUM, OUTER, ['/(extensions|ruleset|syntax|shell|analysis|notation|expectations)/', 'sets know packets, not rules']]),
  arrows(['server/src/core/values/**'], [HOST, WASM, OUTER, ['/(extensions|ruleset|syntax|sets|analysis)/', 'values know only netfilter\'s words']]),
  arrows(['server/src/rules/**'], [HOST, WASM, IP_NUM, ['/features/|/(server|cli|browser)\\.ts$', 'rules see only core']]),
  arrows(['server/src/features/**'], [['^(node:|fs$|path$|vscode$|vscode-languageclient)', 'features see core and LSP types'], WASM, IP_NUM, ['/(server|cli|browser)\\.ts$', 'features see no connection']]),
  arrows(['client/**'], [['server/', 'the client talks to the server by LSP only']]),
);
