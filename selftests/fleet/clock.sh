# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Programs whose wall clock is set while they run, by libfaketime, after daemon/lib.sh.
# Times since boot stay what they are.
faketime_lib=$(find /usr/lib -path '*/faketime/libfaketimeMT.so.1' 2>/dev/null | head -n 1)
if ! command -v faketime >/dev/null || [ ! -e "$faketime_lib" ]; then
	echo "1..0 # SKIP no faketime"
	exit 0
fi

# at_clock NAME COMMAND...: in this process; its clock is what set_clock NAME says
at_clock() {
	local file=$work/clock-$1
	shift
	[ -e "$file" ] || echo +0 >"$file"
	echo $BASHPID >>"$work/clocks"
	exec env LD_PRELOAD="$faketime_lib" FAKETIME_TIMESTAMP_FILE="$file" \
		FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}

# end_clocks: what libfaketime leaves of those that were killed
end_clocks() {
	local each
	[ ! -e "$work/clocks" ] || while read -r each; do
		rm -f "/dev/shm/faketime_shm_$each" "/dev/shm/sem.faketime_sem_$each"
	done <"$work/clocks"
}

# set_clock NAME SECONDS: ahead of what it is (+), or behind (-)
set_clock() {
	echo "$2" >"$work/clock-$1.new"
	chmod 644 "$work/clock-$1.new"
	mv "$work/clock-$1.new" "$work/clock-$1"
}

# Certificates of tests are older than what clocks are set back by.
openssl() {
	faketime -f -1d openssl "$@"
}

# step_verifier: those that are started from now on go by clock "v"
step_verifier() {
	real_verifier=$verifier
	# shellcheck disable=SC2034 # of fleet/lib.sh
	verifier=stepped_verifier
	set_clock v +0
}
stepped_verifier() { # in the place of the verifier's program
	at_clock v "$real_verifier" "$@"
}
