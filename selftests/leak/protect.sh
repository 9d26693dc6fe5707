# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The module, an owner and its policy; from here on what is labelled stays here.

# Each channel's secret has another two of these labels, so that each denial is
# the first of its kind, told at once, and the log says whose it was.
LABELS=30

# pair N: the labels of channel N, which no other has; N < LABELS^2 / 2
pair() {
	local apart=$(($1 / LABELS + 1)) one=$(($1 % LABELS))
	# shellcheck disable=SC2034 # the caller's
	pair="$one,$(((one + apart) % LABELS))"
}

# The owner's policy: nothing leaves, but to one host; nobody destroys it, or
# looks into who has it.
policy() {
	local digest n all=''
	digest=$(sha256sum "$L/declass")
	echo 'policy acme generation 1'
	for ((n = 0; n < LABELS; n++)); do
		printf 'label secret%d %08x-0000-4000-8000-000000000000\n' $n $n
		all+=", secret$n"
	done
	cat <<-END
		default all labels read allow, derive allow, send deny
		default all labels export deny, write deny, delete deny, trace deny
		network partner 10.99.0.3
		program declass sha256:${digest%% *}
		allow any send all labels to partner
		grant program declass removes ${all#, }
	END
}

protect() {
	insmod /vm/shinrai.ko anchor=/vm/keys/admin.der
	echo 1 >/sys/kernel/shinrai/arm
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
	echo enforce >/sys/kernel/shinrai/mode
	# The first label takes the longest: hooks are attached for it.
	echo >/vault/first
	leak label /run/leak/owner 0,1 /vault/first
}
