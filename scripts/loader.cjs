'use strict';

// Loads a bundle through V8's code cache. Shipped as dist/loader.cjs.
//
// The cache holds what V8 compiled in an earlier run of the same command, so a light command does
// not read the functions of a heavy one. The name is a hash of content, Node version and
// architecture: V8 itself compares only the length of the source.
const crypto = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');

/** Files that the cache may hold; beyond that the oldest go. A version of cpex and Node uses about 20. */
const CACHE_FILES = 60;

/** Bundles loaded in this process, by file. */
const loaded = new Map();

function cacheFolder() {
  if (process.env.CPEX_CODE_CACHE === 'off') return undefined;
  if (process.env.CPEX_CODE_CACHE) return process.env.CPEX_CODE_CACHE;
  if (process.platform === 'win32') {
    const base = process.env.LOCALAPPDATA;
    return base ? path.join(base, 'cpex', 'code') : undefined;
  }
  const home = os.homedir();
  if (!home) return undefined;
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'cpex', 'code');
  return path.join(process.env.XDG_CACHE_HOME || path.join(home, '.cache'), 'cpex', 'code');
}

/** `stamp` is the content hash that the build wrote beside the bundle; no need to hash a megabyte again. */
function cacheFile(file, label) {
  const folder = cacheFolder();
  if (folder === undefined) return undefined;
  let stamp;
  try {
    stamp = fs.readFileSync(`${file}.sha256`, 'latin1').slice(0, 64);
  } catch {
    return undefined;
  }
  const key = crypto
    .createHash('sha256')
    .update(`${stamp}\0${process.version}\0${process.arch}\0${process.platform}\0${label}`)
    .digest('hex')
    .slice(0, 32);
  return path.join(folder, `${path.basename(file, '.cjs')}-${key}.bin`);
}

function read(file) {
  try {
    // A cache is code: one that others may write is not ours to run.
    if (process.platform !== 'win32') {
      const { uid, mode } = fs.statSync(path.dirname(file));
      if (uid !== process.getuid() || (mode & 0o022) !== 0) return undefined;
    }
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

function write(file, data) {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(temporary, data, { flag: 'wx', mode: 0o600 });
    fs.renameSync(temporary, file);
    prune(path.dirname(file));
  } catch {
    // A cache that cannot be written is no reason to complain.
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // Not even its folder is one.
    }
  }
}

/** Each version of cpex leaves its own files behind. */
function prune(folder) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.bin'));
  if (names.length <= CACHE_FILES) return;
  const age = (name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const oldest = names.map((name) => ({ name, time: age(name) })).sort((a, b) => a.time - b.time);
  for (const { name } of oldest.slice(0, names.length - CACHE_FILES / 2)) {
    fs.rmSync(path.join(folder, name), { force: true });
  }
}

/** Returns the exports of a bundle. `label` names what this run is for; runs of a kind share a cache. */
function load(file, label) {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const cache = cacheFile(file, label);
  const cachedData = cache === undefined ? undefined : read(cache);
  const script = new vm.Script(Module.wrap(fs.readFileSync(file, 'latin1')), {
    filename: file,
    cachedData,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const loadedModule = new Module(file, module);
  loadedModule.filename = file;
  loadedModule.paths = module.paths;
  // oclif asks for the bundle by its path: without this entry it would be read a second time.
  require.cache[file] = loadedModule;
  loaded.set(file, loadedModule);
  script.runInThisContext()(loadedModule.exports, Module.createRequire(file), loadedModule, file, path.dirname(file));
  loadedModule.loaded = true;
  if (cache !== undefined && (cachedData === undefined || script.cachedDataRejected)) {
    // Written on the way out, when the functions that this command needs have been compiled.
    // A mistyped command is not worth a file.
    process.once('exit', (code) => {
      if (code !== 2) write(cache, script.createCachedData());
    });
  }
  return loadedModule.exports;
}

module.exports = { load };
