import { fieldsOf } from '../../hosts/json-fields.js';
import { CpexError, isCpexError } from '../../support/errors.js';
import { saveCredential } from './auth-folder.js';
import { readCredential } from './credentials.js';
import { type DeclaredFlag, type FlagDeclarations, type KnownFlag, mergeFlags } from './flags.js';
import { flagUsage, parseFlags } from './go-flags.js';
import { HOST_FLAGS } from './host-flags.js';
import { can } from './member.js';
import type { PluginHost } from './plugin-host.js';
import { bytesOf, listOf, numberOf, textOf } from './values.js';

/** What the host calls itself on the command line. */
const PROGRAM = 'cli-proxy-api';

/** Takes what goes to the terminal, byte by byte. */
export type Output = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;

/** What a command line of the host came to. */
export interface CommandLineEnd {
  readonly exit: number;
  /** Paths of the credentials that were saved. */
  readonly saved: readonly string[];
}

/** Reads a command line with the flags of all plugins, and runs the plugins whose flags were given. */
export async function runCommandLine(
  host: PluginHost,
  words: readonly string[],
  configPath: string,
  output: Output,
): Promise<CommandLineEnd> {
  const { flags, warnings } = mergeFlags(HOST_FLAGS, await declarations(host));
  for (const text of warnings) host.frame.log.warn('command_line.register', text);
  const read = parseFlags(words, flags);
  const say = (text: string) => output('stderr', Buffer.from(text, 'utf8'));
  if (!read.ok) {
    say(`${read.message === '' ? '' : `${read.message}\n`}${flagUsage(PROGRAM, flags)}`);
    return { exit: read.exit, saved: [] };
  }
  const all = Object.fromEntries([...flags].map(([name, flag]) => [name, toldValue(flag, read.given.get(name))]));
  const saved: string[] = [];
  let exit = 0;
  let ran = false;
  for (const member of host.members) {
    const triggered = Object.entries(all).filter(
      ([name]) => read.given.has(name) && flags.get(name)?.plugin === member.id,
    );
    if (!can(member, 'command_line_plugin') || triggered.length === 0) continue;
    ran = true;
    const answer = await member.call(
      'command_line.execute',
      {
        Plugin: member.metadata,
        Program: PROGRAM,
        Args: words,
        ConfigPath: configPath,
        Host: host.summary,
        Flags: all,
        TriggeredFlags: Object.fromEntries(triggered),
      },
      host.frame,
    );
    if (!answer.ok) {
      const text = `pluginhost: command-line plugin ${member.id} failed: ${answer.message}`;
      host.frame.log.warn('command_line.execute', text, member.id);
      exit ||= 1;
      continue;
    }
    const code = await finish(host, member.id, fieldsOf(answer.result), saved, output);
    exit ||= code;
  }
  if (!ran)
    host.frame.log.warn(
      'command_line.execute',
      'no flag of a plugin was given: CLIProxyAPI would start its server now',
    );
  return { exit, saved };
}

/** Saves credentials where all went well, and prints. */
async function finish(
  host: PluginHost,
  plugin: string,
  result: Readonly<Record<string, unknown>>,
  saved: string[],
  output: Output,
): Promise<number> {
  const code = numberOf(result.ExitCode);
  const auths = listOf(result.Auths);
  let stdout = Buffer.from(bytesOf(result.Stdout));
  let problem = '';
  if (code === 0 && auths.length > 0) {
    const lines: string[] = [];
    try {
      for (const [index, data] of auths.entries()) lines.push(await save(host, data, index, saved));
      stdout = Buffer.concat([
        stdout,
        Buffer.from(stdout.length > 0 && stdout.at(-1) !== 10 ? '\n' : ''),
        Buffer.from(lines.join('')),
      ]);
    } catch (error) {
      if (!isCpexError(error)) throw error;
      problem = `${error.message}\n`;
    }
  } else if (auths.length > 0) {
    const text = `exit code ${code}: its ${auths.length} credentials are not saved`;
    host.frame.log.warn('command_line.execute', text, plugin);
  }
  output('stdout', stdout);
  output('stderr', Buffer.concat([Buffer.from(bytesOf(result.Stderr)), Buffer.from(problem, 'utf8')]));
  host.frame.log.add({ depth: 0, stage: 'command_line.execute', plugin, outcome: 'done', text: `exit code ${code}` });
  return problem === '' ? code : 1;
}

async function save(host: PluginHost, data: unknown, index: number, saved: string[]): Promise<string> {
  const credential = readCredential(data, {});
  if (credential === undefined) {
    throw new CpexError('CPEX_E_CREDENTIAL', `pluginhost: command-line auth ${index + 1} is invalid`);
  }
  if (host.summary.AuthDir === '') return `${credential.id} is not saved: the configuration names no auth-dir\n`;
  const file = await saveCredential(host.summary, credential);
  saved.push(file);
  return `Authentication saved to ${file}\n`;
}

async function declarations(host: PluginHost): Promise<FlagDeclarations[]> {
  const all: FlagDeclarations[] = [];
  for (const member of host.members.filter((one) => can(one, 'command_line_plugin'))) {
    const answer = await member.call('command_line.register', { Plugin: member.metadata }, host.frame);
    if (answer.ok) all.push({ plugin: member.id, flags: listOf(fieldsOf(answer.result).Flags).map(declared) });
    else {
      const text = `pluginhost: command-line registrar ${member.id} failed: ${answer.message}`;
      host.frame.log.warn('command_line.register', text, member.id);
    }
  }
  return all;
}

function declared(value: unknown): DeclaredFlag {
  const { Name, Usage, Type, DefaultValue } = fieldsOf(value);
  return { Name: textOf(Name), Usage: textOf(Usage), Type: textOf(Type), DefaultValue: textOf(DefaultValue) };
}

/** A flag as plugins are told of it; the host says no type of its own flags. */
function toldValue(flag: KnownFlag, given: string | undefined): object {
  return {
    Name: flag.name,
    Type: flag.plugin === undefined ? '' : flag.type,
    Value: given ?? flag.value,
    Set: given !== undefined && flag.plugin !== undefined,
  };
}
