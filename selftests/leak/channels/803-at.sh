# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: at
# how: A leaves a job, a clean atd runs it
# expect: blocked

prepare() {
	local part
	mkdir -p /etc/pam.d /var/spool/cron/at{jobs,spool}
	for part in auth account session; do
		echo "$part required pam_permit.so"
	done >/etc/pam.d/atd
	touch /var/spool/cron/atjobs/.SEQ
	chown -R daemon:daemon /var/spool/cron
	chmod 1770 /var/spool/cron/at*
	clean atd -f
	wait_for [ -s /run/atd.pid ]
}

send() {
	bash -c 'echo "/vm/leak/leak say $(cat "$1")" | at now' - "$SECRET" ||
		return "$REFUSED"
	carrier /var/spool/cron/atjobs/*
	sleep 1
	return "$DONE"
}
