'use strict';

// Preloaded into a measured process: writes down at its exit what it used.
const fs = require('node:fs');

// Children of the process are none of its business.
const file = process.env.CPEX_BENCH_WITNESS;
delete process.env.CPEX_BENCH_WITNESS;

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  // Not resourceUsage().maxRSS: that starts with what the parent held at the moment of the fork.
  const peak = Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0) * 1024;
  fs.writeFileSync(file, JSON.stringify({ cpu: (user + system) / 1e3, peak }));
});
