import path from 'node:path';
import { CpexError } from '../../support/errors.js';
import { type Candidate, describe, type Wanted } from './candidate.js';
import { entriesIn, entrySymbols } from './entry-symbols.js';
import { folderOf, nearestAbove, type Survey } from './survey.js';

/** Why nothing in a repository can be adopted, and what would change that. */
export async function unsupportedError(
  survey: Survey,
  others: readonly Candidate[],
  wanted: Wanted,
): Promise<CpexError> {
  if (others.length > 0) {
    const asked = Object.entries({ '--lang': wanted.language, '--unit': wanted.unit, '--host': wanted.host });
    const flags = asked.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${value}`])).join(' ');
    return new CpexError('CPEX_E_ADOPT_NOTHING', `Nothing in ${survey.root} fits ${flags}.`, {
      evidence: others.map((one) => `there is: ${describe(one)}`),
      remedy: 'Leave these flags away, or correct them.',
    });
  }
  const obstacle = (await goObstacle(survey)) ?? (await rustObstacle(survey)) ?? (await cObstacle(survey));
  return new CpexError('CPEX_E_ADOPT_NOTHING', `There is no plugin in ${survey.root} that cpex can build.`, {
    evidence: obstacle?.evidence ?? [
      `no source file holds ${entrySymbols().join(' or ')}`,
      'looked for: a Go main package, a Rust crate of the type cdylib, a shared library in CMakeLists.txt',
    ],
    remedy: obstacle?.remedy ?? 'Change into the repository of a plugin, or start one: cpex new my-plugin --lang rust',
  });
}

interface Obstacle {
  readonly evidence: readonly string[];
  readonly remedy: string;
}

async function filesWithEntry(survey: Survey, ending: RegExp, language: 'c' | 'go' | 'rust'): Promise<string[]> {
  const found: string[] = [];
  for (const file of survey.files) {
    if (ending.test(file) && entriesIn(await survey.text(file), language).size > 0) found.push(file);
  }
  return found;
}

async function goObstacle(survey: Survey): Promise<Obstacle | undefined> {
  const [file] = await filesWithEntry(survey, /\.go$/, 'go');
  if (file === undefined) return undefined;
  const modules = survey.files.filter((name) => path.posix.basename(name) === 'go.mod');
  if (nearestAbove(folderOf(file), modules) === undefined) {
    return {
      evidence: [`${file} has the entry function`, 'there is no go.mod in its folder or above it'],
      remedy: `Make it a module: go mod init in ${folderOf(file) === '.' ? 'this folder' : folderOf(file)}`,
    };
  }
  return {
    evidence: [`${file} mentions the entry function`, 'no main package exports it, or imports the package that does'],
    remedy: 'A plugin is built from a package main with import "C" and the comment //export above its entry function.',
  };
}

async function rustObstacle(survey: Survey): Promise<Obstacle | undefined> {
  const [file] = await filesWithEntry(survey, /\.rs$/, 'rust');
  if (file === undefined) return undefined;
  return {
    evidence: [`${file} has the entry function`, 'no Cargo.toml declares a library of the type cdylib'],
    remedy: 'Put crate-type = ["cdylib"] under [lib] in Cargo.toml.',
  };
}

async function cObstacle(survey: Survey): Promise<Obstacle | undefined> {
  const sources = await filesWithEntry(survey, /\.(c|cc|cpp|cxx)$/, 'c');
  const [file] = sources;
  if (file === undefined) return undefined;
  const builders = survey.files.filter((name) => /^(.*\/)?((GNU)?[Mm]akefile|meson\.build)$/.test(name));
  const cmake = survey.files.some((name) => path.posix.basename(name) === 'CMakeLists.txt');
  const name = path.posix.basename(file).replace(/\.\w+$/, '');
  return {
    evidence: [
      `${file} has the entry function`,
      ...builders.map((one) => `${one} builds it: cpex builds C with CMake alone and does not read this file`),
      cmake
        ? 'no CMakeLists.txt has add_library(… MODULE …) or SHARED with a plain name'
        : 'there is no CMakeLists.txt',
    ],
    remedy: `Declare it: add_library(${name} MODULE ${sources.join(' ')}) in a CMakeLists.txt. Without one, a library that you built yourself can still be tested: cpex test FILE`,
  };
}
