# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: cron
# how: A writes a crontab, a clean cron runs it
# expect: labelled

prepare() {
	mkdir "$TMP/crontabs"
	# It sleeps to the end of the minute that it begins in.
	date -s "@$(($(date +%s) / 60 * 60 + 58))" >/dev/null
	clean busybox crond -f -L /dev/null -c "$TMP/crontabs"
}

send() {
	bash -c 'echo "* * * * * /vm/leak/leak say $(cat "$1")" >"$2/root" &&
		echo root >"$2/cron.update"' - "$SECRET" "$TMP/crontabs" ||
		return "$REFUSED"
	carrier "$TMP/crontabs/root"
	sleep 2.5
	return "$DONE"
}
