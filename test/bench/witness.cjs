'use strict';

// Preloaded into cpex by guards.test.ts: writes down at exit which files were read, which modules
// were loaded and what was started.
const { ChildProcess } = require('node:child_process');
const fs = require('node:fs');

const file = process.env.CPEX_TEST_WITNESS;
delete process.env.CPEX_TEST_WITNESS;
const reads = [];
const starts = [];

for (const name of ['readFileSync', 'openSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (typeof args[0] === 'string') reads.push(args[0]);
    return original(...args);
  };
}

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  starts.push(options.args);
  return spawn.call(this, options);
};

process.on('exit', () => {
  const modules = Object.keys(require.cache).filter((name) => name !== __filename);
  fs.writeFileSync(file, JSON.stringify({ reads, modules, starts, builtins: process.moduleLoadList.length }));
});
