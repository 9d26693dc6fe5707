# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A program that is the secret
# how: a "#!" file that prints itself
# expect: blocked

plant() {
	printf '#!/vm/leak/leak tell-found\n%s\n' "$TOKEN" >"$SECRET"
	chmod 755 "$SECRET"
}

send() {
	"$SECRET" "${TOKEN:0:8}"
}
