# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of shinrai-verify: verbs and options are what its help says.

_shinrai_verify() {
	local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]-} words=
	local program=${COMP_WORDS[0]}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$("$program" --help 2>/dev/null |
			sed -nE 's/^  ([a-z]+) .*/\1/p')
		[[ $cur != -* ]] || words="--help --version"
	elif [[ $cur == -?* ]]; then
		words=$("$program" "$verb" --help 2>/dev/null |
			sed -nE 's/^  (--[a-z][a-z0-9-]*).*/\1/p')
		words+=" --json --help"
	elif [ "$verb" = replay ] && [ "$COMP_CWORD" -eq 2 ]; then
		words="cel ima bootlog"
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}

complete -o filenames -F _shinrai_verify shinrai-verify
