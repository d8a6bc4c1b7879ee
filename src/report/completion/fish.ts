import type { Surface } from './surface.js';

/** Completion for fish, with descriptions. */
export function fishCompletion({ bin, commands }: Surface): string {
  const lines = [
    `# fish completion for ${bin}. Load it with: ${bin} completion fish | source`,
    `complete -c ${bin} -n __fish_use_subcommand -f -l version -d 'Show the version.'`,
    `complete -c ${bin} -n __fish_use_subcommand -f -a help -d 'Show help.'`,
  ];
  for (const { id, summary, flags, values } of commands) {
    lines.push(`complete -c ${bin} -n __fish_use_subcommand -f -a ${id} -d ${quote(summary)}`);
    const within = `complete -c ${bin} -n '__fish_seen_subcommand_from ${id}'`;
    for (const { name, char, summary: text, takesValue, values: words } of flags) {
      const short = char === undefined ? '' : ` -s ${char.slice(1)}`;
      const value = !takesValue ? ' -f' : words.length > 0 ? ` -x -a ${quote(words.join(' '))}` : ' -r';
      lines.push(`${within} -l ${name.slice(2)}${short}${value} -d ${quote(text)}`);
    }
    if (values.length > 0) lines.push(`${within} -f -a ${quote(values.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
