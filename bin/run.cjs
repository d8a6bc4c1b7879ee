#!/usr/bin/env node
'use strict';

// Answers --version and help from files made at build time, so that they cost no more than Node
// itself; everything else goes to the bundle through V8's code cache.
const fs = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const argv = process.argv.slice(2);

function quick() {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    const { name, version } = require('../package.json');
    return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`;
  }
  const last = argv[argv.length - 1];
  if (argv.length > 0 && last !== '--help' && last !== '-h') return undefined;
  if (argv.length > 2 || process.env.OCLIF_COLUMNS !== undefined) return undefined;
  if (process.stdout.isTTY && process.stdout.columns !== 80) return undefined;
  const id = argv.length === 2 ? argv[0] : '';
  const form = takesColour() ? 'colour' : 'plain';
  try {
    const texts = JSON.parse(fs.readFileSync(path.join(root, 'dist', `help-${form}.json`), 'utf8'));
    return Object.hasOwn(texts, id) ? texts[id] : undefined;
  } catch {
    return undefined;
  }
}

/** oclif colours its help only where both streams are terminals that want it. */
function takesColour() {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (!process.stdout.isTTY || !process.stderr.isTTY) return false;
  return NO_COLOR === undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false' && TERM !== 'dumb';
}

const text = quick();
if (text !== undefined) {
  // Nobody has to read to the end: `cpex --help | head -1`.
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`✗ The result cannot be written to stdout: ${error.message}\n`);
    process.exitCode = 3;
  });
  process.stdout.write(text);
} else {
  const { load } = require('../dist/loader.cjs');
  load(path.join(root, 'dist', 'core.cjs'), argv[0] ?? '').main(argv, root);
}
