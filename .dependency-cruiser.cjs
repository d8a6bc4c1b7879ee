/** The floors of the house: imports point downwards only, and never in a circle. */
const FLOORS = [
  ['commands'],
  ['scaffold', 'testing', 'install', 'running', 'pipeline'],
  ['build'],
  ['host-process'],
  ['hosts', 'runtime', 'audit'],
  ['project'],
  ['report'],
  ['model'],
  ['support'],
];

const upwards = FLOORS.slice(1).flatMap((floor, below) =>
  floor.map((name) => ({
    name: `no-upward-import-from-${name}`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: { path: `^src/(main\\.ts|(${FLOORS.slice(0, below + 1).flat().join('|')})/)` },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upwards,
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'hosts-and-runtime-are-strangers',
      severity: 'error',
      from: { path: '^src/hosts/' },
      to: { path: '^src/(runtime|host-process|audit)/' },
    },
    {
      name: 'runtime-and-hosts-are-strangers',
      severity: 'error',
      from: { path: '^src/(runtime|host-process)/' },
      to: { path: '^src/(hosts|audit)/' },
    },
    {
      name: 'narrow-oclif-imports',
      comment: 'The index of @oclif/core pulls in semver and costs 17 ms.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '@oclif/core/lib/index\\.' },
    },
    {
      name: 'heavy-packages-stay-lazy',
      comment: 'Commands reach these through a dynamic import of a service.',
      severity: 'error',
      from: { path: '^src/(commands|main\\.ts)' },
      to: { path: 'node_modules/(execa|listr2|@inquirer|koffi|yaml|ajv|cosmiconfig)/' },
    },
    {
      name: 'prompts-by-name',
      comment: 'A dynamic import of the package bundles the editor, too: half a megabyte of character tables.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/@inquirer/', dynamic: true },
    },
    {
      name: 'formats-and-probe-on-demand',
      comment: 'Most runs see libraries of one format, and of this machine alone.',
      severity: 'error',
      from: { path: '^src/(audit/report|build/engine)\\.ts$' },
      to: { path: '^src/(audit/(elf|macho|pe)/|audit/rules/catalogue|runtime/probe/)', dynamic: false },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Generated, and its declarations use syntax that the parser refuses.
    exclude: { path: '\\.gen\\.' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
