import type { CompilerChoice } from '../build-model.js';
import { compilerScript } from '../compilers/wrapper.js';
import type { Environment } from '../find-toolchain.js';

/** How rustc's words for a linker differ from those that a program takes. */
export interface LinkRules {
  /** `driver`: a C compiler that links; `ld64`: a bare linker for macOS, which knows no words of a C compiler. */
  readonly kind: 'driver' | 'ld64';
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
  'const words=more.flatMap(w=>w[0]===`@`?lines(file=w.slice(1)):[w])',
  // zig takes a list of exports as an input file and not as an option of the linker.
  'const driver=w=>swap.has(w)?[swap.get(w)].filter(Boolean):/^-Wl,.*\\.def$/.test(w)?[w.slice(4)]:[w]',
  "const plain=kind==='ld64'?words.flatMap(w=>w.startsWith('-Wl,')?w.slice(4).split(','):w==='-Xlinker'?[]:[w]):words",
  "const ld64=w=>{const v=/^-mmacosx?-version-min=(.+)/.exec(w);return v?['-platform_version','macos',v[1],v[1]]:driver(w)}",
  "let out=plain.flatMap(kind==='ld64'?ld64:driver)",
  `const name=process.env.${INSTALL_NAME}||out[out.indexOf('-o')+1].split(/[\\\\/]/).pop()`,
  "if(out.includes('-dylib')&&!out.includes('-install_name'))out.push('-install_name','@rpath/'+name)",
  "if(file){fs.writeFileSync(file+'.cpex',out.map(w=>w.replace(/[\\s\\\\\\x22\\x27]/g,'\\\\$&')).join('\\n'));out=['@'+file+'.cpex']}",
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
