# SPDX-License-Identifier: GPL-3.0-or-later
# What zsh offers for a command line that is typed into it: zsh -f complete.zsh FOLDER 'WORDS'
# FOLDER holds the completion function. A terminal of its own, for completion works in no other place.
zmodload zsh/zpty || exit 70
zpty shell TERM=dumb zsh -f -i
expect() {
  local all= part
  local -F until=$((SECONDS + 20))
  while (( SECONDS < until )); do
    if zpty -r -t shell part; then
      all+=$part
      [[ $all == *$1* ]] && { print -r -- "$all"; return 0; }
    else
      sleep 0.02
    fi
  done
  print -r -- "no '$1' in: $all" >&2
  return 1
}
typeset -F SECONDS
zpty -w shell "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste prompt_cr prompt_sp beep; stty -echo"
zpty -w shell "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000"
# The matches themselves, one a line, in place of a listing.
zpty -w shell 'compadd() {
  local -a found; local -A all
  zparseopts -E -- O:=all A:=all D:=all
  if (( $#all )); then builtin compadd "$@"; return; fi
  builtin compadd -O found "$@"
  (( $#found )) && print -rl -- "offer:"$^found
  builtin compadd "$@"
}'
zpty -w shell 'list() { zle list-choices; print -r -- "end""of""list" }; zle -N list; bindkey "^T" list; print -r -- "rea""dy"'
expect ready >/dev/null || exit 1
zpty -w -n shell "$2"$'\x14'
answer=$(expect endoflist) || exit 1
print -r -- "$answer" | tr -d '\r' | sed -n 's/.*offer://p'
zpty -d shell
