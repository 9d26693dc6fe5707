# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What a channel's script may use, and what it gets when it says nothing.
#
# $SECRET  the file with the token, labelled in the protected run
# $DIR     a folder beside it, on ext4     $TMP  one on tmpfs
# $TOKEN   what to look for                $MODE control or protected
#
# The script runs in a clean process and has to stay clean: what touches the
# secret is a process of its own, told apart by its exit status alone.  So no
# $(...) around it, and nothing of what it wrote is read here.

# shellcheck disable=SC2034 # used by who includes this
HEARD=/run/leak/heard # all that the other machine got
# shellcheck disable=SC2034
DONE=0 BROKEN=1 REFUSED=3 LABELLED=4 SILENT=5
carried=no

# prepare: before there is a secret
prepare() {
	:
}

# plant: the secret, not labelled yet
plant() {
	printf '%s\n' "$TOKEN" >"$SECRET"
}

# seal: the secret with its label, before anybody holds it
seal() {
	plant && label
}

# label: from now on it is the owner's; in a control run nobody's
label() {
	[ "$MODE" = control ] ||
		leak label /run/leak/owner "$PAIR" "$SECRET"
}

# receive: whether the other machine got it
receive() {
	leak seen "$HEARD" "$TOKEN" "$PATIENCE"
}

# carrier FILE...: what the secret went into has the label, if there is one
carrier() {
	[ "$MODE" = protected ] || return 0
	local file
	for file; do
		leak has-label "$file" || return 0
	done
	carried=yes
}

# clean COMMAND...: a process from outside the channel's tree, which the other
# side of a channel is; ends with the channel
clean() {
	"$@" </dev/null &
}

# outside COMMAND...: on the other machine
outside() {
	ip netns exec world "$@"
}

# wait_for COMMAND...: until it is true, for two seconds
wait_for() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}

# stopped PID: by a signal
stopped() {
	local state
	read -r _ _ state _ <"/proc/$1/stat" && [ "$state" = T ]
}

# sleeping PID: it is a program of ours, and has nothing more to do
sleeping() {
	local name state
	read -r _ name state _ <"/proc/$1/stat" &&
		[[ "$name $state" =~ ^\((leak|declass)\)\ S$ ]]
}

# gone: whether the secret is no longer where it was
gone() {
	leak holds "$SECRET" "$TOKEN"
	case $? in
	"$DONE") return "$SILENT" ;;
	"$SILENT") return "$DONE" ;;
	esac
	return "$BROKEN"
}
