import { boolean, string } from '@oclif/core/flags';
import { LANGUAGES } from '../model/target.js';
import { CI_SERVICES, LICENSES, SAMPLES } from '../scaffold/answers.js';

/** Flags of `new`: what is asked for when they are absent, and how the files are written. */
export const newFlags = {
  lang: string({ description: 'Language of the plugin.', env: 'CPEX_NEW_LANG', options: LANGUAGES }),
  host: string({
    description: 'Host profile, NAME or NAME@REVISION; cpex when absent.',
    env: 'CPEX_NEW_HOST',
  }),
  capability: string({
    description:
      'What the plugin answers, as WORD or WORD:ARGUMENT; repeatable. When absent: hook:tool_pre_invoke for cpex, request_interceptor for cliproxy, service:greeter.v1.Greeter for go-plugin, seam:store for console, tool:greet for tau.',
    env: 'CPEX_NEW_CAPABILITY',
    multiple: true,
    multipleNonGreedy: true,
  }),
  sample: string({
    description:
      'Begin with a working plugin: audit-logger (counts and reports calls), notes-command (a command with verbs), pii-redactor (takes personal data out), policy-gate (denies by rules), step-runner (runs programs as steps of builds). It brings its own capabilities.',
    env: 'CPEX_NEW_SAMPLE',
    options: SAMPLES,
  }),
  cookie: string({
    description:
      'go-plugin: the magic cookie of the application, KEY=VALUE; one to be replaced in cpex.yaml when absent.',
    env: 'CPEX_NEW_COOKIE',
  }),
  dir: string({ description: 'Folder of the project; the name when absent.', env: 'CPEX_NEW_DIR' }),
  git: boolean({ description: 'Make a git repository unless in one.', env: 'CPEX_NEW_GIT', allowNo: true }),
  ci: string({ description: 'CI workflow; github when absent.', env: 'CPEX_NEW_CI', options: CI_SERVICES }),
  license: string({ description: 'Licence; MIT when absent.', env: 'CPEX_NEW_LICENSE', options: LICENSES }),
  author: string({
    description: 'Author; the name that git or the system knows when absent.',
    env: 'CPEX_NEW_AUTHOR',
  }),
  repository: string({
    description: 'Address of the sources; the remote of the repository around it when absent and the host asks.',
    env: 'CPEX_NEW_REPOSITORY',
  }),
  description: string({ description: 'One sentence about the plugin.', env: 'CPEX_NEW_DESCRIPTION' }),
  'dry-run': boolean({ description: 'Say what would be written; write nothing.', env: 'CPEX_NEW_DRY_RUN' }),
  force: boolean({
    description:
      'Also in a folder that has some of the files: replace those that nobody edited, keep and name the rest.',
    env: 'CPEX_NEW_FORCE',
  }),
  overwrite: boolean({ description: 'As --force, and replace edited files too.', env: 'CPEX_NEW_OVERWRITE' }),
  yes: boolean({ char: 'y', description: 'Take the defaults; ask nothing.', env: 'CPEX_NEW_YES' }),
};
