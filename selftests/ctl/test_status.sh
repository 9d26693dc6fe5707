#!/bin/bash
# SPDX-License-Identifier: MIT
# status, arm and mode against folders that look like sysfs.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"
daemon=
trap 'if [ -n "$daemon" ]; then kill "$daemon"; fi; rm -rf "$work"' EXIT

# machine NAME [FILE=VALUE]...: a sysfs with a TPM and an armed module.
machine() {
	local f=$1/kernel/shinrai set
	mkdir -p "$f" "$1/class/tpm/tpm0"
	echo 2 >"$1/class/tpm/tpm0/tpm_version_major"
	for set in arm=1 state=armed mode=enforce extend=sync pcr_code=12 \
		pcr_flow=13 records=7 events=31 bytes=4096 pending=0 \
		violations=0 version=0.1.0 abi=1 \
		boot_id=000102030405060708090a0b0c0d0e0f "${@:2}"; do
		echo "${set#*=}" >"$f/${set%%=*}"
	done
}

# A process that is called like the daemon, where none runs here anyway.
cp "$(realpath "$(command -v sleep)")" shinraid
./shinraid 600 &
daemon=$!
until_true grep -qx shinraid "/proc/$daemon/comm"

machine good
run --sysfs good --json
exits 0 "status"
json 'd["loaded"] and d["armed"] and d["tpm"] and d["daemon"] > 0' \
	"loaded, armed, TPM and daemon are there"
json '(d["state"], d["mode"], d["extend"]) == ("armed", "enforce", "sync")' \
	"texts are texts"
json '(d["pcr_code"], d["pcr_flow"], d["records"], d["events"], d["bytes"],
	d["pending"], d["violations"], d["abi"]) ==
	(12, 13, 7, 31, 4096, 0, 0, 1)' "numbers are numbers"
json 'd["boot_id"] == "000102030405060708090a0b0c0d0e0f"' "boot id is a text"
json 'd["next"] == "nothing"' "nothing is left to do"
"$ctl" status --sysfs good >before
run --sysfs good
ok "no verb is status" cmp before out
ok "the last line says what to do" test "$(tail -1 out)" = "next: nothing"

# FILE=VALUE...|what to do next
while IFS='|' read -r sets next; do
	rm -rf m
	# shellcheck disable=SC2086
	machine m $sets
	run status --sysfs m
	exits 0 "$sets"
	says <(tail -1 out) "$next" "$sets: what to do next"
done <<'LIST'
arm=0 state=loaded|next: shinraictl arm
arm=0 state=arming|next: shinraictl arm
violations=3|next: look at VIOLATION
mode=observe|next: nothing; observe records all
LIST
machine degraded
echo "armed degraded" >degraded/kernel/shinrai/state
run status --sysfs degraded
says <(tail -1 out) "next: the TPM failed" "degraded: what to do next"
echo "armed overflowed" >degraded/kernel/shinrai/state
run status --sysfs degraded
says <(tail -1 out) "next: events were lost" "overflowed: what to do next"

mkdir -p none notpm/kernel
run status --sysfs none --json
exits 0 "not loaded"
json 'd["loaded"] is False and d["tpm"] is False and "TPM 2.0" in d["next"]' \
	"no TPM comes first"
machine unloaded
rm -r unloaded/kernel
run status --sysfs unloaded
says <(tail -1 out) "insmod shinrai.ko" "not loaded: what to do next"
echo 1 >good/class/tpm/tpm0/tpm_version_major
run status --sysfs good
says out "not 2.0" "a TPM 1.2 is not a TPM 2.0"
rm good/kernel/shinrai/arm
run status --sysfs good --json
exits 1 "a module without arm"
json 'd["error"]["code"] == "not-loaded"' "is an error"

kill "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=
machine m2
run status --sysfs m2
if pgrep -x shinraid >/dev/null; then
	echo "# a daemon runs on this machine: its absence is not tested"
else
	says <(tail -1 out) "start the daemon" "no daemon: what to do next"
fi

machine arm arm=0
run arm --sysfs arm
exits 0 "arm"
ok "arm writes 1" test "$(cat arm/kernel/shinrai/arm)" = 1
run arm --sysfs arm --json
exits 0 "arm again"
json 'd == {"armed": True, "before": True}' "it was armed before"
ln -sf /dev/full arm/kernel/shinrai/arm
run arm --sysfs arm
exits 1 "the kernel refuses"
says err "dmesg | grep shinrai" "names the kernel log"
ln -sf /dev/null arm/kernel/shinrai/arm
run arm --sysfs arm
exits 1 "the kernel says nothing, yet is not armed"
says err "after arming" "is not believed"
run arm --sysfs none --json
exits 1 "arm without the module"
json 'd["error"]["code"] == "not-loaded" and "insmod" in d["error"]["hint"]' \
	"says so"

machine mode mode=observe
run mode --sysfs mode
exits 0 "mode"
ok "prints it" test "$(cat out)" = observe
run mode enforce --sysfs mode --json
exits 0 "mode enforce"
json 'd == {"mode": "enforce"}' "prints the new one"
ln -sf /dev/full mode/kernel/shinrai/mode
run mode enforce --sysfs mode
exits 1 "the kernel refuses the mode"
run mode enforce --sysfs none
exits 1 "mode without the module"

if [ ! -e /dev/shinrai ]; then
	for verb in flush "log show" "log follow" "log export x"; do
		# shellcheck disable=SC2086
		run $verb --json
		exits 1 "$verb without the module"
		json 'd["error"]["code"] == "not-loaded"' "$verb: says so"
	done
	ok "no file is left" test ! -e x
fi
finish
