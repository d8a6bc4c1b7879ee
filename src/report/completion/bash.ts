import type { Surface, SurfaceCommand } from './surface.js';

/** Completion for bash; needs nothing but bash itself. */
export function bashCompletion({ bin, commands }: Surface): string {
  const ids = commands.map(({ id }) => id).join(' ');
  return `# bash completion for ${bin}. Load it with: eval "$(${bin} completion bash)"
${pluginCommands(bin)}
_${bin}() {
  local word previous before
  word=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${ids} help --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    run) _${bin}_commands && return ;;
  esac
  case "\${COMP_WORDS[1]}" in
    help) COMPREPLY=($(compgen -W "${ids}" -- "$word")) ;;
${commands.map(branch).join('\n')}
  esac
}
complete -o default -F _${bin} ${bin}
`;
}

/**
 * Words behind `run command`, from the file that the last run of the project left: no plugin is started. What
 * the file holds is compared and never evaluated.
 */
function pluginCommands(bin: string): string {
  return `_${bin}_commands() {
  local folder=$PWD path=. at=2 verbs name
  while [ "$at" -lt "$COMP_CWORD" ] && [ "\${COMP_WORDS[at]}" != command ]; do at=$((at + 1)); done
  [ "$at" -lt "$COMP_CWORD" ] || return 1
  while [ ! -f "$folder/.cpex/commands.tsv" ]; do
    [ -n "$folder" ] || return 0
    folder=\${folder%/*}
  done
  while at=$((at + 1)); [ "$at" -lt "$COMP_CWORD" ]; do
    while IFS=$'\\t' read -r verbs name _; do
      if [ "$verbs" = "$path" ] && [ "$name" = "\${COMP_WORDS[at]}" ] && [ "\${name#-}" = "$name" ]; then
        path="$path $name"
        break
      fi
    done < "$folder/.cpex/commands.tsv"
  done
  while IFS=$'\\t' read -r verbs name _; do
    [ "$verbs" = "$path" ] && [ "\${name#"$word"}" != "$name" -o -z "$word" ] && COMPREPLY+=("$name")
  done < "$folder/.cpex/commands.tsv"
  return 0
}`;
}

function branch({ id, flags, values, words: first }: SurfaceCommand): string {
  const listed = flags.filter((flag) => flag.values.length > 0);
  const cases = listed.map(({ name, char, values: words }) => {
    const pattern = char === undefined ? name : `${name}|${char}`;
    return `        ${pattern}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")); return ;;`;
  });
  // A flag with a free value leaves the word to file names.
  const free = flags.filter((flag) => flag.takesValue && flag.values.length === 0);
  const names = free.flatMap(({ name, char }) => (char === undefined ? [name] : [name, char]));
  if (names.length > 0) cases.push(`        ${names.join('|')}) return ;;`);
  const words = [...flags.map(({ name }) => name), '--help', ...values, ...first].join(' ');
  // Behind the word that says what to do come files and names, and none of these words again.
  const behind =
    first.length === 0
      ? ''
      : `      case "$word" in
        -*) ;;
        *) for before in "\${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
            case "$before" in ${first.join('|')}) return ;; esac
          done ;;
      esac\n`;
  const choose = cases.length === 0 ? '' : `      case "$previous" in\n${cases.join('\n')}\n      esac\n`;
  return `    ${id})\n${choose}${behind}      COMPREPLY=($(compgen -W "${words}" -- "$word")) ;;`;
}
