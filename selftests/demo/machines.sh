# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Virtual machines that do what they are told, by name: each with a TPM that stays,
# the disks that are given, and shinraid at a port of this host.

: "${top:?}" "${build:?}" "${work:?}" "${kernel:?}" "${memory:?}" "${out:?}" # by run

declare -A vm=() port=() to=() from=()

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# boot NAME INITRD LOAD ARM FOLDER [OPTION...]: in the background, ready for orders.
boot() {
	local name=$1 control=$work/control.$1 in back
	rm -f "$control".{in,out}
	mkfifo "$control.in" "$control.out"
	exec {in}<>"$control.in" {back}<>"$control.out"
	to[$name]=$in from[$name]=$back
	: "${port[$name]:=$(free_port)}"
	"$top/selftests/vm/run" --kernel "$kernel" --mem "$memory" --ovmf \
		--initrd "$2" --load "$3" --arm "$4" --tpm-state "$work/tpm.$name" \
		--net "${port[$name]}:8417" --control "$control" \
		--out "$out/$5" --build "$build" --quiet "${@:6}" \
		"$top/selftests/demo/machine.sh" >"$work/$name.log" 2>&1 &
	vm[$name]=$!
}

# order NAME WORD: tell the machine, wait for its answer.
order() {
	local name=$1 answer='' waited=0
	echo "$2" >&"${to[$name]}"
	while ! read -r -t 5 -u "${from[$name]}" answer; do
		kill -0 "${vm[$name]}" 2>/dev/null || {
			cat "$work/$name.log" >&2
			die "the machine ended at \"$2\" (see $out)"
		}
		waited=$((waited + 5))
		[ "$waited" -lt 600 ] || die "no answer to \"$2\""
	done
	case $answer in
	ok | bye) ;;
	*) die "the machine answered \"$answer\" to \"$2\" (see $out)" ;;
	esac
}

power_off() { # NAME
	order "$1" quit
	wait "${vm[$1]}" || {
		cat "$work/$1.log" >&2
		die "the machine did not end cleanly (see $out)"
	}
	unset "vm[$1]"
}

# pull_plug NAME: it ends as it is
pull_plug() {
	kill "${vm[$1]}" 2>/dev/null || true
	wait "${vm[$1]}" 2>/dev/null || true
	unset "vm[$1]"
}

stop_machines() {
	local name
	for name in "${!vm[@]}"; do
		pull_plug "$name"
	done
}
