import type { Surface } from './surface.js';

/** Completion for fish, with descriptions. */
export function fishCompletion({ bin, commands }: Surface): string {
  const lines = [
    `# fish completion for ${bin}. Load it with: ${bin} completion fish | source`,
    `complete -c ${bin} -n __fish_use_subcommand -f -l version -d 'Show the version.'`,
    `complete -c ${bin} -n __fish_use_subcommand -f -a help -d 'Show help.'`,
  ];
  lines.push(...pluginCommands(bin));
  for (const { id, summary, flags, values, words: first } of commands) {
    lines.push(`complete -c ${bin} -n __fish_use_subcommand -f -a ${id} -d ${quote(summary)}`);
    const within = `complete -c ${bin} -n '__fish_seen_subcommand_from ${id}'`;
    for (const { name, char, summary: text, takesValue, values: words } of flags) {
      const short = char === undefined ? '' : ` -s ${char.slice(1)}`;
      const value = !takesValue ? ' -f' : words.length > 0 ? ` -x -a ${quote(words.join(' '))}` : ' -r';
      lines.push(`${within} -l ${name.slice(2)}${short}${value} -d ${quote(text)}`);
    }
    if (first.length > 0) lines.push(`${within} -a ${quote(first.join(' '))}`);
    if (values.length > 0) lines.push(`${within} -f -a ${quote(values.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** Words behind `run command`, from the file that the last run of the project left: no plugin is started. */
function pluginCommands(bin: string): string[] {
  return [
    `function __${bin}_commands`,
    '    set -l words (commandline -opc)',
    '    set -l at (contains -i -- command $words); or return 1',
    '    test "$words[2]" = run; or return 1',
    '    set -l folder $PWD',
    '    while not test -f "$folder/.cpex/commands.tsv"',
    '        test -n "$folder"; or return 0',
    "        set folder (string replace -r '/[^/]*$' '' -- $folder)",
    '    end',
    '    set -l path .',
    '    set -l rows (cat "$folder/.cpex/commands.tsv")',
    '    for verb in $words[(math $at + 1)..-1]',
    "        string match -q -- '-*' $verb; and continue",
    '        for row in $rows',
    '            set -l parts (string split \\t -- $row)',
    '            test "$parts[1]" = "$path" -a "$parts[2]" = "$verb"; and set path "$path $verb"; and break',
    '        end',
    '    end',
    '    for row in $rows',
    '        set -l parts (string split \\t -- $row)',
    '        test "$parts[1]" = "$path"; and printf \'%s\\t%s\\n\' $parts[2] $parts[3]',
    '    end',
    '    return 0',
    'end',
    `complete -c ${bin} -n '__${bin}_commands >/dev/null' -f -a '(__${bin}_commands)'`,
  ];
}
