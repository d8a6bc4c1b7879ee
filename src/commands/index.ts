import Adopt from './adopt.js';
import Build from './build.js';
import Check from './check.js';
import Ci from './ci.js';
import Completion from './completion.js';
import Doctor from './doctor.js';
import Explain from './explain.js';
import Fuzz from './fuzz.js';
import Info from './info.js';
import Install from './install.js';
import List from './list.js';
import New from './new.js';
import Package from './package.js';
import Rollback from './rollback.js';
import Run from './run.js';
import Test from './test.js';
import Uninstall from './uninstall.js';

/** The command surface, by id. oclif finds commands here and nowhere else. */
export const COMMANDS = {
  adopt: Adopt,
  build: Build,
  check: Check,
  ci: Ci,
  completion: Completion,
  doctor: Doctor,
  explain: Explain,
  fuzz: Fuzz,
  info: Info,
  install: Install,
  list: List,
  new: New,
  package: Package,
  rollback: Rollback,
  run: Run,
  test: Test,
  uninstall: Uninstall,
};
