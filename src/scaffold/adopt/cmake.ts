import path from 'node:path';
import { type Candidate, entriesOf, settings } from './candidate.js';
import { folderOf, isBelow, type Survey } from './survey.js';

interface Library {
  readonly target: string;
  readonly sources: readonly string[];
}

/** Shared and module libraries that CMakeLists.txt files declare. */
export async function cmakeCandidates(survey: Survey): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const file of survey.files.filter((name) => path.posix.basename(name) === 'CMakeLists.txt')) {
    const text = withoutComments(await survey.text(file));
    const variables = await variablesOf(file, text, survey);
    const project = variables.get('PROJECT_NAME');
    const top = await topFolder(file, survey);
    for (const library of libraries(text, variables)) {
      const version = projectValue(text, 'VERSION') ?? variables.get('PROJECT_VERSION');
      const description = projectValue(text, 'DESCRIPTION');
      found.push({
        language: 'c',
        unit: library.target,
        declaredIn: file,
        build: settings({ folder: top, target: library.target }),
        entries: await entriesOf(sourcesOf(library, file, survey), 'c', survey),
        stated: {
          name: outputName(text, library.target, variables) ?? library.target ?? project,
          ...(version === undefined ? {} : { version }),
          ...(description === undefined ? {} : { description }),
        },
      });
    }
  }
  return found;
}

function withoutComments(text: string): string {
  return text.replaceAll(/#\[(=*)\[[\s\S]*?\]\1\]/g, '').replaceAll(/#[^\n]*/g, '');
}

/** `add_library(NAME SHARED|MODULE …)`; a name that cannot be worked out here is left out. */
function libraries(text: string, variables: ReadonlyMap<string, string>): Library[] {
  return [...text.matchAll(/\badd_library\s*\(\s*([^\s()]+)\s+(?:SHARED|MODULE)\b([^)]*)\)/gi)].flatMap(
    ([, name = '', rest = '']) => {
      const target = expand(unquoted(name), variables);
      const sources = rest.split(/\s+/).filter(Boolean);
      return target.includes('$') ? [] : [{ target, sources: sources.map((one) => expand(unquoted(one), variables)) }];
    },
  );
}

/** The listed sources that are there; everything beside the file where none are, as with `file(GLOB …)`. */
function sourcesOf({ sources }: Library, file: string, { files }: Survey): string[] {
  const folder = folderOf(file);
  const listed = sources.map((one) => path.posix.join(folder, one)).filter((one) => files.includes(one));
  const isSource = (one: string) => /\.(c|cc|cpp|cxx)$/.test(one);
  return listed.some(isSource) ? listed : files.filter((one) => isBelow(one, folder) && isSource(one));
}

function outputName(text: string, target: string, variables: ReadonlyMap<string, string>): string | undefined {
  const calls = [...text.matchAll(/\bset_(?:target_properties|property)\s*\(([^)]*)\)/gi)].map(
    ([, inside = '']) => inside,
  );
  for (const call of calls) {
    const words = call
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => expand(unquoted(word), variables));
    const name = words[words.indexOf('OUTPUT_NAME') + 1];
    if (words.includes(target) && words.includes('OUTPUT_NAME') && !name?.includes('$')) return name;
  }
  return undefined;
}

/** Plain `set(NAME value)` and the project's name, here and in the folders above. */
async function variablesOf(file: string, text: string, survey: Survey): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const texts = [text];
  for (let folder = folderOf(file); folder !== '.'; ) {
    folder = path.posix.dirname(folder);
    const above = folder === '.' ? 'CMakeLists.txt' : `${folder}/CMakeLists.txt`;
    if (survey.files.includes(above)) texts.push(withoutComments(await survey.text(above)));
  }
  for (const one of texts.reverse()) {
    for (const [, name = '', value = ''] of one.matchAll(/\bset\s*\(\s*(\w+)\s+("[^"]*"|[^\s()]+)/gi)) {
      found.set(name, expand(unquoted(value), found));
    }
    const project = /\bproject\s*\(\s*([^\s()]+)/i.exec(one)?.[1];
    if (project !== undefined) {
      const name = expand(unquoted(project), found);
      found.set('PROJECT_NAME', name);
      if (!found.has('CMAKE_PROJECT_NAME')) found.set('CMAKE_PROJECT_NAME', name);
      const version = projectValue(one, 'VERSION');
      if (version !== undefined) found.set('PROJECT_VERSION', expand(version, found));
    }
  }
  return found;
}

function projectValue(text: string, key: 'VERSION' | 'DESCRIPTION'): string | undefined {
  const inside = /\bproject\s*\(([^)]*)\)/i.exec(text)?.[1] ?? '';
  const found = new RegExp(`\\b${key}\\s+("[^"]*"|\\S+)`).exec(inside)?.[1];
  return found === undefined || found.includes('$') ? undefined : unquoted(found);
}

/** The topmost folder whose CMakeLists.txt brings this one in. */
async function topFolder(file: string, survey: Survey): Promise<string> {
  let top = folderOf(file);
  for (let above = top; above !== '.'; ) {
    above = path.posix.dirname(above);
    const name = above === '.' ? 'CMakeLists.txt' : `${above}/CMakeLists.txt`;
    if (!survey.files.includes(name)) continue;
    const text = withoutComments(await survey.text(name));
    const wanted = path.posix.relative(above, top);
    const brought = [...text.matchAll(/\badd_subdirectory\s*\(\s*("[^"]*"|[^\s()]+)/gi)].map(([, one = '']) =>
      path.posix.normalize(unquoted(one)).replace(/\/$/, ''),
    );
    if (brought.includes(wanted)) top = above;
  }
  return top;
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, '$1');
}
