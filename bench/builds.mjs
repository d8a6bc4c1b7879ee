// Builds with nothing to do and after an edit of one line, against the same commands typed by hand
// in the same project.
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './support/cost.mjs';
import { cpex } from './support/package.mjs';
import { digits, main, milliseconds, ratioRow } from './support/report.mjs';
import { best, interleave } from './support/samples.mjs';
import { has, inWorkspace, makeProject } from './support/workspace.mjs';

const node = process.execPath;

const GO = 'go build -buildmode=c-shared';

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
    }
    return { title: 'Builds, wall time', rows };
  });
}

/** Go links a main package that uses cgo anew at every build. */
function useCgo(project) {
  writeFileSync(path.join(project, 'one.go'), 'package main\n\n// int one(void) { return 1; }\nimport "C"\n');
}

async function buildRows({ name, logic, byHand, relinks = false }, project, quick) {
  const raw = handCommand(project);
  const cpexBuild = () => run([node, cpex, 'build'], { cwd: project }).wall;
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

function noOpBudget(relinks, { start, tool, own }) {
  const measured = milliseconds(own);
  if (relinks) return { measured, value: own / tool, limit: NO_OP_RELINKED, budget: `≤ ${NO_OP_RELINKED} ×` };
  const limit = start + tool + NO_OP_MS;
  const budget = `≤ start ${start.toFixed(0)} + tool ${tool.toFixed(0)} + ${NO_OP_MS} ms`;
  return { measured, value: own, shown: `${digits(own / tool)} ×`, limit, budget };
}

/** The last command of cpex's own plan, with its variables. */
function handCommand(project) {
  const { stdout } = run([node, cpex, 'build', '--dry-run', '--json'], { cwd: project });
  const command = JSON.parse(stdout).result.plan.targets.at(-1)?.commands.at(-1);
  if (command === undefined) throw new Error('The plan of cpex build holds no command.');
  return command;
}

await main(import.meta.url, measure);
