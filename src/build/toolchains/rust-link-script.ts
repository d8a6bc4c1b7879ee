import type { CompilerChoice } from '../build-model.js';
import { compilerScript } from '../compilers/wrapper.js';
import type { Environment } from '../find-toolchain.js';

/** How rustc's words for a linker differ from those that a program takes. */
export interface LinkRules {
  /**
   * `driver`: a C compiler that links; `zig`: one that has its own ideas of several options; `ld64`: a bare
   * linker for macOS, which knows no words of a C compiler.
   */
  readonly kind: 'driver' | 'zig' | 'ld64';
  /** Words to replace, and by what; an empty text drops the word. */
  readonly swap: Readonly<Record<string, string>>;
}

/** Name of the variable with the file name that a library for macOS is known by. */
export const INSTALL_NAME = 'CPEX_INSTALL_NAME';

/**
 * Stands between rustc and a linker: its own arguments are the kind, `from=to` for each word to replace, `--`,
 * the program with its first arguments, `--`; what follows comes from rustc. Neither a shell nor a batch file
 * could go through an argument file, and Node is there on every system. It must hold no line ends, double
 * quotes or percent signs: it becomes one word of a script.
 */
const PROGRAM = [
  "const fs=require('fs'),{spawnSync}=require('child_process')",
  'const [kind,...more]=process.argv.slice(1)',
  "const until=()=>more.splice(0,more.indexOf('--')+1).slice(0,-1)",
  "const swap=new Map(until().map(w=>[w.slice(0,w.indexOf('=')),w.slice(w.indexOf('=')+1)]))",
  'const [tool,...first]=until()',
  // Argument files hold one word a line, with a backslash before what is special.
  "const lines=f=>fs.readFileSync(f,'utf8').split('\\n').filter(Boolean).map(l=>l.replace(/\\\\(.)/g,'$1'))",
  'let file',
  'let out=more.flatMap(w=>w[0]===`@`&&fs.existsSync(w.slice(1))?lines(file=w.slice(1)):[w])',
  // zig knows its target and has headers of its own, and takes a list of exports for an input file. Without an
  // -O, which rustc has no reason to name, it would build and link an unoptimised C library.
  "const own=(w,i,all)=>!/^(--target=|-isysroot$|-mmacosx?-version-min=)/.test(w)&&all[i-1]!=='-isysroot'",
  "if(kind==='zig')out=['-O2',...out.filter(own).map(w=>/^-Wl,.*\\.def$/.test(w)?w.slice(4):w)]",
  "const bare=w=>w.startsWith('-Wl,')?w.slice(4).split(','):w==='-Xlinker'?[]:[w]",
  "const version=w=>['-platform_version','macos',...Array(2).fill(w.split('=')[1])]",
  "if(kind==='ld64')out=out.flatMap(bare).flatMap(w=>/^-mmacosx?-version-min=/.test(w)?version(w):[w])",
  'out=out.flatMap(w=>swap.has(w)?[swap.get(w)].filter(Boolean):[w])',
  "const made=out[out.indexOf('-o')+1]||''",
  `const name='@rpath/'+(process.env.${INSTALL_NAME}||made.split(/[\\\\/]/).pop())`,
  "const named=out.some(w=>w.includes('-install_name'))",
  "if(!named&&out.includes('-dylib'))out.push('-install_name',name)",
  "if(!named&&out.includes('-dynamiclib'))out.push('-Wl,-install_name,'+name)",
  "const line=w=>w.replace(/[\\s\\\\\\x22\\x27]/g,'\\\\$&')+'\\n'",
  "if(file){fs.writeFileSync(file+='.cpex',out.map(line).join(''));out=['@'+file]}",
  "const end=spawnSync(tool,[...first,...out],{stdio:'inherit'})",
  'if(end.error)console.error(end.error.message)',
  'process.exit(end.status??1)',
].join(';');

/**
 * A script that rustc can take for a linker. rustc tells the kind of linker from the end of the name.
 * @param name what tells it from the scripts of other targets
 * @param argv the program that links, and its first arguments
 */
export function linkScript(
  name: string,
  rules: LinkRules,
  argv: readonly string[],
  env: Environment,
): NonNullable<CompilerChoice['wrapper']> {
  const swaps = Object.entries(rules.swap).map(([from, to]) => `${from}=${to}`);
  const words = [process.execPath, '-e', PROGRAM, '--', rules.kind, ...swaps, '--', ...argv, '--'];
  return compilerScript(`rust-${name}`, words, env);
}
