import { createHash } from 'node:crypto';
import { chmod, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { chooseCompiler } from '../../build/compilers/choose.js';
import { probeTool, withoutDownloads } from '../../build/find-toolchain.js';
import { cacheFolder } from '../../build/probe.js';
import { artefactKind, findProfile } from '../../hosts/registry.js';
import type { RunContext } from '../../model/context.js';
import type { Language } from '../../model/target.js';
import { hostTarget } from '../../project/targets/host.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { ensureFolder } from '../../support/files.js';
import { isOurs, placeWhole, pruneShelf } from '../../support/own-cache.js';
import { packageRoot } from '../../support/package-root.js';
import { runTool } from '../../support/tools.js';
import type { BadPlugin } from './types.js';

/** Time for one compiler, in milliseconds: the first Go build compiles the standard library. */
const COMPILE_MS = 5 * 60_000;

/** Compiled plugins that are kept; beyond that those that were not used for longest go. */
const KEPT = 400;

/** Raise it when the way of compiling changes. */
const RECIPE = 1;

/** A corpus source and how it is compiled. */
export type CorpusSource = Pick<BadPlugin, 'language' | 'flags' | 'file' | 'host' | 'module'> & {
  readonly source?: string;
};

/** A compiler that is there, or why there is none. */
type Compiler = { readonly argv: readonly string[]; readonly about: string } | { readonly lacks: string };

/** Compiles the plugins of the self-test and keeps them in the user's cache, by the content of their sources. */
export class Workshop {
  private readonly compilers = new Map<Language, Promise<Compiler>>();
  private readonly modules = new Map<string, Promise<string | undefined>>();
  /** Folder of the cache for what was compiled. */
  readonly shelf: string;
  readonly corpus = path.join(packageRoot(), 'native', 'corpus');

  constructor(private readonly context: Pick<RunContext, 'env' | 'signal'>) {
    this.shelf = path.join(cacheFolder(context.env), 'corpus');
  }

  /**
   * What is missing to compile a language, as the reason of a skipped test; undefined when nothing is.
   * @param module a Go module of the corpus, whose dependencies are fetched where they are not here yet
   */
  async lacks(language: Language, module?: string): Promise<string | undefined> {
    const compiler = await this.compiler(language);
    if ('lacks' in compiler) return compiler.lacks;
    if (module === undefined) return undefined;
    const known = this.modules.get(module) ?? this.fetchModules(module, compiler.argv);
    this.modules.set(module, known);
    return known;
  }

  /** The compilers behind a language in words, for keys of a cache. */
  async about(language: Language): Promise<string> {
    const compiler = await this.compiler(language);
    return 'lacks' in compiler ? compiler.lacks : compiler.about;
  }

  /**
   * The library of a source, or the executable for a host of processes.
   * @returns its absolute path
   * @throws CpexError `CPEX_E_SELFTEST_COMPILE`, `CPEX_E_INTERRUPTED`
   */
  async artefact(source: CorpusSource): Promise<string> {
    const compiler = await this.compiler(source.language);
    if ('lacks' in compiler) throw new TypeError(compiler.lacks);
    const files = await this.filesOf(source);
    const name =
      source.file ?? `plugin${isExecutable(source) ? hostTarget().executableExtension : hostTarget().libraryExtension}`;
    const hash = createHash('sha256').update(JSON.stringify([RECIPE, compiler, source.flags ?? [], name]));
    for (const [file, text] of files) hash.update(`\0${path.relative(this.corpus, file)}\0${text}`);
    const home = path.join(
      this.shelf,
      `${path.basename(source.module ?? source.source ?? '')}-${hash.digest('hex').slice(0, 16)}`,
    );
    const library = path.join(home, name);
    if (await isOurs(library)) return library;
    await ensureFolder(this.shelf);
    await chmod(this.shelf, 0o700);
    await placeWhole(home, library, (draft) =>
      this.compile(source, compiler.argv, [...files.keys()], path.join(draft, name)),
    );
    return library;
  }

  /** Takes away what has not been used for long. */
  prune(): Promise<void> {
    return pruneShelf(this.shelf, '', KEPT);
  }

  private compiler(language: Language): Promise<Compiler> {
    const known = this.compilers.get(language) ?? this.findCompiler(language);
    this.compilers.set(language, known);
    return known;
  }

  private async findCompiler(language: Language): Promise<Compiler> {
    const { env, signal } = this.context;
    try {
      const c = await chooseCompiler({ target: hostTarget(), env, signal });
      const about = `${c.tool.path} ${c.tool.version}`;
      if (language === 'c') return { argv: c.argv, about };
      const name = language === 'go' ? 'go' : 'rustc';
      const found = await probeTool(name, { env, signal, cwd: this.corpus });
      if (found.state !== 'good') return { lacks: `needs ${name}, which is ${found.state} here` };
      return { argv: [found.tool.path], about: `${found.tool.path} ${found.tool.version} ${about}` };
    } catch (error) {
      if (!isCpexError(error) || !error.code.startsWith('CPEX_E_BUILD_TOOL')) throw error;
      return { lacks: `needs a C compiler: ${error.message}` };
    }
  }

  /** Why the dependencies of a Go module cannot be had, which is a matter of the network; undefined where they can. */
  private async fetchModules(module: string, argv: readonly string[]): Promise<string | undefined> {
    const { env, signal } = this.context;
    const cwd = path.join(this.corpus, module);
    const options = { cwd, env: goSettings(env), timeout: COMPILE_MS, signal };
    const { code, stderr } = await runTool(argv[0] ?? 'go', [...argv.slice(1), 'list', '-deps', '.'], options);
    if (code === 0) return undefined;
    const [said = ''] = stderr.trim().split('\n').slice(-1);
    return `needs the Go modules of native/corpus/${module}: ${said.trim()}`;
  }

  /** A source with all that it includes, by absolute path; Go has its preamble beside it. */
  private async filesOf({ source, language, module, host }: CorpusSource): Promise<Map<string, string>> {
    if (module !== undefined) return this.filesOfModule(module);
    const folder = path.join(this.corpus, language);
    const first = path.join(folder, `${source}.${language === 'rust' ? 'rs' : language}`);
    const preamble = isExecutable({ host }) ? 'process.go' : 'abi.go';
    const waiting = language === 'go' ? [first, path.join(folder, preamble), path.join(folder, 'go.mod')] : [first];
    const files = new Map<string, string>();
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (files.has(file)) continue;
      const text = await readFile(file, 'utf8');
      files.set(file, text);
      for (const [, name = ''] of text.matchAll(/^\s*(?:#\s*include\s*|include!\()"([^"]+)"/gm)) {
        waiting.push(await this.included(name, path.dirname(file), folder));
      }
    }
    return files;
  }

  private async filesOfModule(module: string): Promise<Map<string, string>> {
    const folder = path.join(this.corpus, module);
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(go|mod|sum)$/.test(name)).sort();
    const read = names.map(async (name) => [path.join(folder, name), await readFile(path.join(folder, name), 'utf8')]);
    return new Map((await Promise.all(read)) as [string, string][]);
  }

  /** As a C compiler looks for it: beside the file that asks, then in the folder of the language. */
  private async included(name: string, beside: string, folder: string): Promise<string> {
    const near = path.join(beside, name);
    return readFile(near).then(
      () => near,
      () => path.join(folder, name),
    );
  }

  private async compile(
    { source = '', language, flags = [], module, host }: CorpusSource,
    argv: readonly string[],
    files: readonly string[],
    library: string,
  ): Promise<void> {
    const folder = path.join(this.corpus, module ?? language);
    const executable = isExecutable({ host });
    const sources = files.filter((file) => path.extname(file) === '.go');
    const position = hostTarget().os === 'windows' || executable ? [] : ['-fPIC'];
    const words = {
      c: [
        ...(executable ? [] : ['-shared']),
        ...position,
        '-O1',
        '-w',
        '-pthread',
        '-fvisibility=hidden',
        '-I',
        folder,
        '-o',
        library,
        `${source}.c`,
        ...flags,
      ],
      go: [
        'build',
        ...(executable ? [] : ['-buildmode=c-shared']),
        '-trimpath',
        ...flags,
        '-o',
        library,
        ...(module === undefined ? sources : ['.']),
      ],
      rust: [
        '--edition',
        '2024',
        '--crate-type',
        executable ? 'bin' : 'cdylib',
        ...flags,
        '-o',
        library,
        `${source}.rs`,
      ],
    }[language];
    const { env, signal } = this.context;
    const result = await runTool(argv[0] ?? language, [...argv.slice(1), ...words], {
      cwd: folder,
      env: goSettings(env),
      timeout: COMPILE_MS,
      signal,
    });
    if (result.code === 0) return;
    throw new CpexError(
      'CPEX_E_SELFTEST_COMPILE',
      `A plugin of the self-test could not be compiled: ${module ?? `${language}/${source}`}.`,
      {
        evidence: [result.command.join(' '), ...(result.stderr || result.stdout).trimEnd().split('\n').slice(-12)],
      },
    );
  }
}

/** What Go goes by: the module itself, and no workspace of the user around it. */
function goSettings(env: RunContext['env']): RunContext['env'] {
  return { ...withoutDownloads(env), GOFLAGS: '-mod=mod', GOWORK: 'off', GOTOOLCHAIN: 'local' };
}

/** Whether a host starts its plugins as processes. */
function isExecutable({ host = 'cpex' }: { readonly host?: string | undefined }): boolean {
  return artefactKind(findProfile(host)) === 'executable';
}
