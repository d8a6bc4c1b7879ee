import type { Surface, SurfaceCommand, SurfaceFlag } from './surface.js';

/** Completion for zsh, with descriptions. */
export function zshCompletion({ bin, commands }: Surface): string {
  const list = commands.map(({ id, summary }) => `    ${quote(`${id}:${summary}`)}`).join('\n');
  return `#compdef ${bin}
# zsh completion for ${bin}. Load it with: eval "$(${bin} completion zsh)"
_${bin}() {
  local -a commands
  commands=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(branch).join('\n')}
    help) _describe -t commands 'command' commands ;;
  esac
}
if [ "$funcstack[1]" = "_${bin}" ]; then
  _${bin} "$@"
elif (( $+functions[compdef] )); then
  compdef _${bin} ${bin}
fi
`;
}

function branch({ id, flags, values }: SurfaceCommand): string {
  const specs = flags.flatMap(spec);
  const rest = values.length > 0 ? `'1:value:(${values.join(' ')})'` : "'*:file:_files'";
  return `    ${id}) _arguments -s ${[...specs, quote('--help[Show help.]'), rest].join(' ')} ;;`;
}

function spec({ name, char, summary, takesValue, values }: SurfaceFlag): string[] {
  const value = !takesValue ? '' : values.length > 0 ? `:value:(${values.join(' ')})` : ':value:_files';
  const text = summary.replace(/[[\]:\\]/g, '\\$&');
  const names = char === undefined ? [name] : [name, char];
  return names.map((one) => quote(`*${one}[${text}]${value}`));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
