// Builds with nothing to do and after an edit of one line, for this machine and for others, against the same commands
// typed by hand in the same project.
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './support/cost.mjs';
import { cpex } from './support/package.mjs';
import { digits, main, milliseconds, ratioRow } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { has, inWorkspace, makeProject } from './support/workspace.mjs';

const node = process.execPath;

const GO = 'go build -buildmode=c-shared';

/** Measured besides the machine's own, where their tools are there. */
const FOREIGN = ['linux-arm64', 'windows-x64'];

const PROJECTS = [
  { language: 'c', tool: 'cmake', name: 'C', logic: 'src/plugin.c', byHand: 'cmake --build' },
  { language: 'rust', tool: 'cargo', name: 'Rust', logic: 'src/lib.rs', byHand: 'cargo build --release' },
  { language: 'go', tool: 'go', name: 'Go', logic: 'plugin.go', byHand: GO },
  {
    language: 'go',
    tool: 'go',
    name: 'Go with cgo in main',
    logic: 'plugin.go',
    byHand: GO,
    prepare: useCgo,
    relinks: true,
  },
];

/** What cpex may add to the tool's own time when there is nothing to do, besides its own start. */
const NO_OP_MS = 60;
/** The same for each target after the first: its audit, its record, its stamp. */
const FURTHER_MS = 25;
/** Where Go links anew although nothing has changed, and cpex does not. */
const NO_OP_RELINKED = 0.6;

export async function measure({ quick = false } = {}) {
  return inWorkspace(async (folder) => {
    const rows = [];
    for (const [index, one] of PROJECTS.entries()) {
      if (!has(one.tool)) continue;
      const project = makeProject(one.language, path.join(folder, String(index)));
      one.prepare?.(project);
      rows.push(...(await buildRows(one, project, quick)));
      // One language shows that it works; the others take minutes where their standard libraries are built first.
      const foreign = one.prepare === undefined && (!quick || one.language === 'c');
      if (foreign) rows.push(...(await foreignRows(one, project, quick)));
    }
    return { title: 'Builds, wall time', rows };
  });
}

/** Go links a main package that uses cgo anew at every build. */
function useCgo(project) {
  writeFileSync(path.join(project, 'one.go'), 'package main\n\n// int one(void) { return 1; }\nimport "C"\n');
}

/** One target alone, and then all at once against the sum of what the tools take one after the other. */
async function foreignRows(one, project, quick) {
  const targets = FOREIGN.filter((target) => canBuild(project, target));
  const rows = [];
  for (const target of targets) {
    const named = { ...one, name: `${one.name} for ${target}`, args: ['--target', target] };
    rows.push(...(await buildRows(named, project, quick)));
  }
  return targets.length === 0 ? rows : [...rows, ...(await severalRows(one, project, ['host', ...targets], quick))];
}

/** Also makes what the first measurement would have to make. */
function canBuild(project, target) {
  return spawnSync(node, [cpex, 'build', '--target', target], { cwd: project, stdio: 'ignore' }).status === 0;
}

async function severalRows({ name }, project, targets, quick) {
  const commands = targets.map((target) => handCommand(project, ['--target', target]));
  const args = targets.flatMap((target) => ['--target', target]);
  const noOp = await interleave(
    {
      start: () => run([node, cpex, 'explain', 'CPEX_E_USAGE']).wall,
      tools: () => commands.reduce((sum, { argv, env }) => sum + run(argv, { cwd: project, env }).wall, 0),
      cpex: () => run([node, cpex, 'build', ...args], { cwd: project }).wall,
    },
    quick ? 1 : 9,
  );
  const [start, tool, own] = [best(noOp.start), best(noOp.tools), best(noOp.cpex)];
  const what = `${name} for ${targets.length} targets, nothing to do`;
  return [
    { what: `${what}, their tools by hand`, measured: milliseconds(tool) },
    { what: `${what}, \`cpex build\``, ...noOpBudget(false, { start, tool, own }, targets.length) },
  ];
}

async function buildRows({ name, logic, byHand, relinks = false, args = [] }, project, quick) {
  const raw = handCommand(project, args);
  const cpexBuild = () => run([node, cpex, 'build', ...args], { cwd: project }).wall;
  const toolBuild = () => run(raw.argv, { cwd: project, env: raw.env }).wall;
  let edits = 0;
  const edited = (build) => () => {
    appendFileSync(path.join(project, logic), `// Edit ${++edits}.\n`);
    return build();
  };
  const noOp = await interleave(
    { start: () => run([node, cpex, 'explain', 'CPEX_E_USAGE']).wall, tool: toolBuild, cpex: cpexBuild },
    quick ? 1 : 15,
  );
  const edit = await interleave({ tool: edited(toolBuild), cpex: edited(cpexBuild) }, quick ? 1 : 4);
  const [start, tool, own] = [best(noOp.start), best(noOp.tool), best(noOp.cpex)];
  return [
    { what: `${name}, nothing to do, \`${byHand}\``, measured: milliseconds(tool) },
    { what: `${name}, nothing to do, \`cpex build\``, ...noOpBudget(relinks, { start, tool, own }) },
    { what: `${name}, one line edited, \`${byHand}\``, measured: milliseconds(best(edit.tool)) },
    ratioRow(
      `${name}, one line edited, \`cpex build\``,
      milliseconds(best(edit.cpex)),
      best(edit.cpex) / best(edit.tool),
    ),
  ];
}

function noOpBudget(relinks, { start, tool, own }, targets = 1) {
  const measured = milliseconds(own);
  if (relinks) return { measured, value: own / tool, limit: NO_OP_RELINKED, budget: `≤ ${NO_OP_RELINKED} ×` };
  const added = NO_OP_MS + FURTHER_MS * (targets - 1);
  const limit = start + tool + added;
  const budget = `≤ start ${start.toFixed(0)} + tool ${tool.toFixed(0)} + ${added} ms`;
  return { measured, value: own, shown: `${digits(own / tool)} ×`, limit, budget };
}

/** The last command of cpex's own plan, with its variables. */
function handCommand(project, args) {
  const { stdout } = run([node, cpex, 'build', '--dry-run', '--json', ...args], { cwd: project });
  const command = JSON.parse(stdout).result.plan.targets.at(-1)?.commands.at(-1);
  if (command === undefined) throw new Error('The plan of cpex build holds no command.');
  return command;
}

await main(import.meta.url, measure);
