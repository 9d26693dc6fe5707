# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: As another user
# how: setuid() after reading
# expect: blocked

send() {
	bash -c 'exec 3<"$1" && read -r t <&3 && exec setpriv --reuid=1000 \
		--regid=1000 --clear-groups leak say "$t"' - "$SECRET"
}
