# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The module, an owner and its policy; from here on what is labelled stays here.

# Each channel's secret has another two of these labels, so that each denial is
# the first of its kind, told at once, and the log says whose it was.  The first
# ones may be destroyed, the last ones not: those are for channels 6xx.
LABELS=24 KEPT=9
next=0 next_kept=0

# two FIRST OF N: the N-th choice of two among OF labels
two() {
	local apart=$(($3 / $2 + 1)) one=$(($3 % $2))
	# shellcheck disable=SC2034 # the caller's
	pair="$(($1 + one)),$(($1 + (one + apart) % $2))"
}

# pair NAME: the labels of a channel, which no other has
pair() {
	case $1 in
	6*) two "$LABELS" "$KEPT" $((next_kept++)) ;;
	*) two 0 "$LABELS" $((next++)) ;;
	esac
}

# The owner's policy: nothing leaves, but to one host; nobody looks into who has
# it, or destroys what is to be kept.
policy() {
	local digest n all='' kept=''
	digest=$(sha256sum "$L/declass")
	echo 'policy acme generation 1'
	for ((n = 0; n < LABELS + KEPT; n++)); do
		printf 'label l%d %08x-0000-4000-8000-000000000000\n' $n $n
		all+=", l$n"
		[ "$n" -lt "$LABELS" ] || kept+=", l$n"
	done
	cat <<-END
		default all labels read allow, derive allow, send deny
		default all labels export deny, write deny, trace deny
		network partner 10.99.0.3
		program declass sha256:${digest%% *}
		allow any send all labels to partner
		deny any delete ${kept#, }
		grant program declass removes ${all#, }
	END
}

arm() {
	insmod /vm/shinrai.ko anchor=/vm/keys/admin.der
	echo 1 >/sys/kernel/shinrai/arm
	echo enforce >/sys/kernel/shinrai/mode
}

protect() {
	local first
	openssl rsa -in /vm/keys/acme.key -RSAPublicKey_out -outform DER \
		2>/dev/null | openssl dgst -sha256 -binary >/run/leak/owner
	policy >/run/leak/policy
	shinraictl policy compile /run/leak/policy \
		--owner /vm/keys/acme.pem --out /run/leak/blob
	PYTHONPATH=/vm/lib python3 -S - <<-'PY'
		from blob import *

		loader = Loader()
		loader.admit("acme", "acme", 1)
		loader.policy("acme", read("/run/leak/blob"))
	PY
	# The first label takes the longest: hooks are attached for it.
	first=$(mktemp /vault/first.XXXXXX)
	leak label /run/leak/owner 0,1 "$first"
}
