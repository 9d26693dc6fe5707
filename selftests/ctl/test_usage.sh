#!/bin/bash
# SPDX-License-Identifier: MIT
# Verbs and options: refused, honoured, helped, completed and in the manual.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"
man=$root/tools/man/shinraictl.8

# arguments|exit status|what is said
while IFS='|' read -r args status text; do
	# shellcheck disable=SC2086
	run $args
	exits "$status" "'$args'"
	says <(cat out err) "$text" "'$args' says why"
	# shellcheck disable=SC2086
	run $args --json
	[ "$status" -ne 2 ] || [[ "$args" == *--* ]] ||
		json 'd["error"]["code"] == "usage"' "'$args' --json"
done <<'LIST'
bogus|2|unknown verb 'bogus'
log|2|log what? show,
log bogus|2|unknown verb 'log bogus', but show,
digests|2|digests what? make
fleet|2|fleet what? list, show, changes, watch, policy, learn, enrol, group, withdraw
status extra|2|unexpected argument 'extra'
status --bogus|2|unknown option '--bogus'
status -j|2|options are long
--json --json|2|--json was given twice
status --help --help|2|--help was given twice
log show --from 1 --from 1|2|--from was given twice
log show --from|2|--from needs a value: N
log show --from -1|2|'-1' is not a decimal number
log show --from 1x|2|'1x' is not a decimal number
log show --from 18446744073709551616|2|is not a decimal number
log show --from=|2|'' is not a decimal number
log show --records=1|2|--records takes no value
log show a b|2|unexpected argument 'b'
log export --redact= x|2|its value is empty
log export|2|which FILE?
violations|2|violations what? list, show
violations show|2|which record?
violations show x|2|'x' is not a record number
violations show -- -1|2|'-1' is not a record number
violations show 1 a b|2|unexpected argument 'b'
digests make|2|from what?
digests make --apt --json|2|--apt needs a value: PACKAGE...
digests make --inrelease x|2|go with --deb
mode bogus|2|neither observe nor enforce
--help|0|usage: shinraictl
--version|0|shinraictl 0.1.0
status --help|0|usage: shinraictl status
log show -- --from|1|cannot open --from
log show -- -- x|2|unexpected argument 'x'
LIST

run --json bogus --json
json 'd["error"]["code"] == "usage"' "errors are JSON when JSON is asked for"
run log show --json -- none
json 'd["error"]["code"] == "io" and d["error"]["hint"] is None' \
	"an error without a hint"
run log show -- --json
ok "--json behind -- is a file" bash -c "grep -q 'open --json' err"
run log show $'a\x1b[2Jb'
says err 'cannot open a\x1b[2Jb' "file names are escaped in errors"
ok "--help goes to standard output" bash -c "$ctl --help 2>&1 >/dev/null | (! grep -q .)"
ok "--help into a full disk fails" bash -c "! $ctl --help >/dev/full"

"$ctl" --help >help
mapfile -t verbs < <(sed -nE 's/^  ([a-z]+( [a-z]+)?)  .*/\1/p' help)
ok "the help lists verbs" test "${#verbs[@]}" -ge 8

# shellcheck source=tools/completion/shinraictl.bash
. "$root/tools/completion/shinraictl.bash"
complete_line() { # WORD...: completions of the last one
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_shinraictl
	printf '%s\n' "${COMPREPLY[@]}"
}
completes() { # EXPECTED WORD...
	complete_line "${@:2}" >completions
	grep -qxF -- "$1" completions
}
mandoc -T ascii "$man" 2>/dev/null | col -b >page || true

for verb in "${verbs[@]}"; do
	read -ra words <<<"$verb"
	ok "$verb: completed" completes "${words[0]}" shinraictl ""
	[ "${#words[@]}" -eq 1 ] || ok "$verb: second word completed" \
		completes "${words[1]}" shinraictl "${words[0]}" ""
	ok "$verb: in the manual" grep -qF "$verb" "$man"
	run "${words[@]}" --help
	exits 0 "$verb --help"
	mapfile -t options < <(sed -nE 's/^  (--[a-z-]+).*/\1/p' out)
	for option in "${options[@]}"; do
		ok "$verb $option: completed" completes "$option" \
			shinraictl "${words[@]}" --
		ok "$verb $option: in the manual" \
			grep -qE "^\.It Fl ${option#-}( |\$)" "$man"
	done
	# Nothing is completed that the verb does not have.
	complete_line shinraictl "${words[@]}" -- >completions
	ok "$verb: no other option" diff <(sort completions) \
		<(printf '%s\n' "${options[@]}" | sort)
done
ok "values: mode" completes enforce shinraictl mode ""
ok "values: --redact" completes cgroup shinraictl log export --redact ""
ok "values: a list goes on" bash -c "
	. '$root/tools/completion/shinraictl.bash'
	COMP_WORDS=(shinraictl digests make --deb a.deb '') COMP_CWORD=5
	[ \"\$(_shinraictl_value_of)\" = --deb ]"
# shinrai-verify's completion asks the program.
verify=$BUILD/user/shinrai-verify
if [ -x "$verify" ]; then
	# shellcheck source=tools/completion/shinrai-verify.bash
	. "$root/tools/completion/shinrai-verify.bash"
	verify_line() { # EXPECTED WORD...
		COMP_WORDS=("$verify" "${@:2}") COMP_CWORD=$(($# - 1))
		_shinrai_verify
		printf '%s\n' "${COMPREPLY[@]}" >completions
		grep -qxF -- "$1" completions
	}
	mapfile -t verbs < <("$verify" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
	ok "shinrai-verify says which it is" grep -qx 'shinrai-verify 0\.1\.0' \
		<("$verify" --version)
	ok "shinrai-verify has verbs" test "${#verbs[@]}" -ge 2
	for verb in "${verbs[@]}"; do
		ok "shinrai-verify $verb: completed" verify_line "$verb" ""
		for option in --json $("$verify" "$verb" --help |
			sed -nE 's/^  (--[a-z][a-z0-9-]*).*/\1/p'); do
			ok "shinrai-verify $verb $option: completed" \
				verify_line "$option" "$verb" --
		done
	done
fi
for page in "$root"/tools/man/shinraictl.8 "$root"/tools/man/shinrai.7 \
	"$root"/tools/man/shinrai-digests.5; do
	ok "${page##*/}: mandoc has nothing to say" bash -c \
		"mandoc -T lint -W warning '$page' | (! grep .)"
done
finish
