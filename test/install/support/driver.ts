// Runs one change of a plugins folder in a process of its own, which ends itself at a chosen step.
import { rollbackPlugin, uninstallPlugin } from '../../../src/install/change-installed.js';
import { installPlugin } from '../../../src/install/service.js';
import { fakeEngine } from './fake-engine.js';

interface Order {
  readonly verb: 'install' | 'uninstall' | 'rollback';
  readonly cwd: string;
  readonly to: string;
  readonly source?: string;
  readonly id?: string;
  readonly host?: string;
  readonly dieAt?: string;
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const context = {
  cwd: order.cwd,
  env: {},
  emit: () => undefined,
  signal: new AbortController().signal,
  interactive: false,
};
const fault = (point: string) => {
  if (point === order.dieAt) process.kill(process.pid, 'SIGKILL');
};
const seams = { engine: fakeEngine, fault };
const { to, id = '', source, host } = order;
const common = { to, host, project: false, force: false };

const work = {
  install: () => installPlugin({ ...common, source, allowDowngrade: true, dryRun: false }, context, seams),
  uninstall: () => uninstallPlugin({ ...common, id }, context, seams),
  rollback: () => rollbackPlugin({ ...common, id }, context, seams),
}[order.verb];

work().then(
  () => process.exit(0),
  (error: Error & { code?: string }) => {
    process.stderr.write(`${error.code ?? ''} ${error.stack ?? ''}`);
    process.exit(1);
  },
);
