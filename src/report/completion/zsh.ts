import type { Surface, SurfaceCommand, SurfaceFlag } from './surface.js';

/** Completion for zsh, with descriptions. */
export function zshCompletion({ bin, commands }: Surface): string {
  const list = commands.map(({ id, summary }) => `    ${quote(`${id}:${summary}`)}`).join('\n');
  return `#compdef ${bin}
# zsh completion for ${bin}. Load it with: eval "$(${bin} completion zsh)"
${pluginCommands(bin)}
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
  [[ "$command" == run ]] && _${bin}_commands && return
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

/** Words behind `run command`, from the file that the last run of the project left: no plugin is started. */
function pluginCommands(bin: string): string {
  return `_${bin}_commands() {
  local folder=$PWD at=\${words[(i)command]} where=. row verb
  local -a rows found
  (( at > 2 && at < CURRENT )) || return 1
  while [[ ! -f "$folder/.cpex/commands.tsv" ]]; do
    [[ -n "$folder" ]] || return 0
    folder=\${folder%/*}
  done
  rows=("\${(@f)$(<"$folder/.cpex/commands.tsv")}")
  for verb in \${words[at+1,CURRENT-1]}; do
    for row in $rows; do
      [[ "$verb" != -* && "$row" == "$where"$'\\t'"$verb"$'\\t'* ]] || continue
      where="$where $verb"
      break
    done
  done
  for row in $rows; do
    [[ "\${row%%$'\\t'*}" == "$where" ]] || continue
    row=\${row#*$'\\t'}
    found+=("\${row%%$'\\t'*}:\${row#*$'\\t'}")
  done
  _describe -o 'command' found
  return 0
}`;
}

function branch({ id, flags, values, words }: SurfaceCommand): string {
  const specs = flags.flatMap(spec);
  const first = [...values, ...words];
  const rest = [
    ...(first.length > 0 ? [`'1:value:(${first.join(' ')})'`] : []),
    ...(values.length > 0 ? [] : ["'*:file:_files'"]),
  ].join(' ');
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
