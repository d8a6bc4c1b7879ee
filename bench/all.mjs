// All benchmarks, one after another.
//   node bench/all.mjs               tables for a terminal
//   node bench/all.mjs --markdown    the tables of docs/performance.md
//   node bench/all.mjs --write       put them there
//   node bench/all.mjs --json        for machines
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { measure as builds } from './builds.mjs';
import { measure as childStart } from './child-start.mjs';
import { measure as conformance } from './conformance.mjs';
import { measure as fuzz } from './fuzz.mjs';
import { measure as hostCall } from './host-call.mjs';
import { measure as memory } from './memory.mjs';
import { measure as pipeline } from './pipeline.mjs';
import { measure as pipelined } from './pipelined.mjs';
import { measure as startup } from './startup.mjs';
import { repository } from './support/package.mjs';
import { flags, markdownTable, plainTable, withVerdicts } from './support/report.mjs';
import { measure as transports } from './transports.mjs';

const MARK = '<!-- figures -->';
const document = path.join(repository, 'docs', 'performance.md');

const { json, quick = false, markdown, write } = flags({ markdown: { type: 'boolean' }, write: { type: 'boolean' } });
const tables = [];
for (const measure of [
  startup,
  childStart,
  hostCall,
  pipelined,
  transports,
  pipeline,
  builds,
  memory,
  conformance,
  fuzz,
]) {
  process.stderr.write(`${path.basename(import.meta.url)}: ${tables.length + 1} of 10\n`);
  tables.push(await measure({ quick }));
}
const figures = tables.map(markdownTable).join('\n\n');
if (write) replaceFigures(figures);
if (json) console.log(JSON.stringify(tables.map(withVerdicts), null, 2));
else if (markdown) console.log(figures);
else console.log(tables.map(plainTable).join('\n\n'));

/** Puts the tables between the two marks and leaves the rest as it is. */
function replaceFigures(text) {
  const parts = readFileSync(document, 'utf8').split(MARK);
  if (parts.length !== 3) throw new Error(`${document} must hold ${MARK} twice.`);
  writeFileSync(document, [parts[0], `\n\n${text}\n\n`, parts[2]].join(MARK));
}
