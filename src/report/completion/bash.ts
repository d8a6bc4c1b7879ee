import type { Surface, SurfaceCommand } from './surface.js';

/** Completion for bash; needs nothing but bash itself. */
export function bashCompletion({ bin, commands }: Surface): string {
  const ids = commands.map(({ id }) => id).join(' ');
  return `# bash completion for ${bin}. Load it with: eval "$(${bin} completion bash)"
_${bin}() {
  local word previous
  word=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${ids} help --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    help) COMPREPLY=($(compgen -W "${ids}" -- "$word")) ;;
${commands.map(branch).join('\n')}
  esac
}
complete -o default -F _${bin} ${bin}
`;
}

function branch({ id, flags, values }: SurfaceCommand): string {
  const listed = flags.filter((flag) => flag.values.length > 0);
  const cases = listed.map(({ name, char, values: words }) => {
    const pattern = char === undefined ? name : `${name}|${char}`;
    return `        ${pattern}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")); return ;;`;
  });
  // A flag with a free value leaves the word to file names.
  const free = flags.filter((flag) => flag.takesValue && flag.values.length === 0);
  const names = free.flatMap(({ name, char }) => (char === undefined ? [name] : [name, char]));
  if (names.length > 0) cases.push(`        ${names.join('|')}) return ;;`);
  const words = [...flags.map(({ name }) => name), '--help', ...values].join(' ');
  const choose = cases.length === 0 ? '' : `      case "$previous" in\n${cases.join('\n')}\n      esac\n`;
  return `    ${id})\n${choose}      COMPREPLY=($(compgen -W "${words}" -- "$word")) ;;`;
}
