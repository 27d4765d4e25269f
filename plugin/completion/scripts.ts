// The scripts that `completion SHELL` prints: they complete `kubectl-clrk`, and `kubectl clrk` whether or not kubectl is completed itself.
// None evaluates the line: what stands there is handed on as it is.

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const bash = `# Completes kubectl clrk in bash. Load it with: source <(kubectl clrk completion bash)
__kubectl_clrk() {
  local first=$1 line=\${COMP_LINE:0:COMP_POINT} words out directive candidate current
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  out=$(kubectl-clrk __complete "\${words[@]:first}" 2>/dev/null) || return 0
  directive=\${out##*:}
  # Bash replaces what follows the last of its word breaks.
  [[ $current == -*=* ]] && current=\${current#*=}
  local cut=''
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then cut=\${current%"\${current##*:}"}; fi
  if (( directive & 8 )); then
    while IFS= read -r candidate; do
      if [[ -d $candidate ]]; then COMPREPLY+=("$candidate/"); continue; fi
      case "$candidate" in *.yaml | *.yml | *.json) COMPREPLY+=("$candidate") ;; esac
    done < <(compgen -f -- "$current")
    type -t compopt >/dev/null && compopt -o nospace
    return 0
  fi
  if (( directive & 16 )); then
    while IFS= read -r candidate; do COMPREPLY+=("$candidate/"); done < <(compgen -d -- "$current")
    type -t compopt >/dev/null && compopt -o nospace
    return 0
  fi
  while IFS= read -r candidate; do
    [[ $candidate == :* || -z $candidate ]] && continue
    candidate=\${candidate%%$'\\t'*}
    COMPREPLY+=("\${candidate#"$cut"}")
  done <<< "$out"
  if type -t compopt >/dev/null; then
    (( directive & 2 )) && compopt -o nospace
    (( directive & 4 )) && compopt +o default
  fi
  return 0
}
__kubectl_clrk_itself() { __kubectl_clrk 1; }
# What completed kubectl before is still asked for everything else.
__kubectl_clrk_keep() {
  local before
  before=$(complete -p kubectl 2>/dev/null) || return 0
  [[ $before =~ -F\\ ([^ ]+) && \${BASH_REMATCH[1]} != __kubectl_clrk_below ]] && __kubectl_clrk_others=\${BASH_REMATCH[1]}
  return 0
}
__kubectl_clrk_below() {
  if [[ \${COMP_WORDS[1]-} == clrk ]] && (( COMP_CWORD > 1 )); then __kubectl_clrk 2; return; fi
  if [[ -z \${__kubectl_clrk_others-} ]] && declare -F _completion_loader >/dev/null; then
    _completion_loader kubectl
    __kubectl_clrk_keep
    complete -o default -F __kubectl_clrk_below kubectl
  fi
  [[ -n \${__kubectl_clrk_others-} ]] && "$__kubectl_clrk_others" "$@"
}
__kubectl_clrk_keep
complete -o default -F __kubectl_clrk_itself kubectl-clrk
complete -o default -F __kubectl_clrk_below kubectl
`;

const zsh = `#compdef kubectl-clrk
# Completes kubectl clrk in zsh. Load it behind compinit with: source <(kubectl clrk completion zsh)
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_kubectl_clrk() {
  local -a lines candidates
  local line directive
  # The words as they will be passed, the last one up to the cursor.
  lines=("\${(@f)$(kubectl-clrk __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  [[ $lines[-1] == :* ]] || return 1
  directive=\${lines[-1]#:}
  [[ $PREFIX == -*=* ]] && compset -P '*='
  if (( directive & 8 )); then _files -g '*.(yaml|yml|json)'; return; fi
  if (( directive & 16 )); then _files -/; return; fi
  for line in "\${(@)lines[1,-2]}"; do
    [[ -z $line ]] && continue
    # _describe wants a colon before the description.
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%$'\\t'*}:+:\${line#*$'\\t'}}")
  done
  if (( $#candidates )); then
    if (( directive & 2 )); then _describe -V 'kubectl clrk' candidates -S ''; else _describe -V 'kubectl clrk' candidates; fi
    return
  fi
  (( directive & 4 )) && return 1
  _files
}
# What completed kubectl before is still asked for everything else.
[[ -n \${_comps[kubectl]-} && $_comps[kubectl] != _kubectl_clrk_below ]] && typeset -g _kubectl_clrk_others=$_comps[kubectl]
_kubectl_clrk_below() {
  if (( CURRENT > 2 )) && [[ $words[2] == clrk ]]; then
    shift words
    (( CURRENT-- ))
    _kubectl_clrk
  elif [[ -n \${_kubectl_clrk_others-} ]]; then
    $_kubectl_clrk_others "$@"
  else
    _default
  fi
}
compdef _kubectl_clrk kubectl-clrk
compdef _kubectl_clrk_below kubectl
`;

const fish = `# Completes kubectl clrk in fish. Load it with: kubectl clrk completion fish | source
function __kubectl_clrk_words --description 'the words behind kubectl-clrk or kubectl clrk, up to the cursor'
    set -l words (commandline -opc)
    if test (basename -- "$words[1]") = kubectl
        set words $words[2..-1]
    end
    for word in $words[2..-1]
        echo -- $word
    end
end
function __kubectl_clrk_is_meant
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = clrk
end
function __kubectl_clrk_offers
    set -l current (commandline -ct)
    set -l lines (kubectl-clrk __complete (__kubectl_clrk_words) "$current" 2>/dev/null)
    or return
    set -l directive (string sub --start 2 -- $lines[-1])
    set -l before (string match --regex -- '^-.*?=' "$current")
    if test (count $lines) -gt 1; and not contains -- "$directive" 8 16
        for line in $lines[1..-2]
            printf '%s%s\\n' "$before" $line
        end
    else if contains -- "$directive" 16
        __fish_complete_directories (string replace -- "$before" '' "$current") '' | string replace --regex -- '^' "$before"
    else if contains -- "$directive" 0 8
        __fish_complete_path (string replace -- "$before" '' "$current") '' | string replace --regex -- '^' "$before"
    end
end
complete -c kubectl-clrk -f -a '(__kubectl_clrk_offers)'
complete -c kubectl -n __kubectl_clrk_is_meant -f -a '(__kubectl_clrk_offers)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
