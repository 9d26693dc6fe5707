# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The act of the demo about a labelled drawing: its owner's policy, what is tried
# with it on the device, and the report of what was refused.

: "${here:?}" "${bin:?}" "${build:?}" "${work:?}" # set by run

secret='drawing 4711, rev B: 16 holes of 9.2 mm'
harmless='menu of the day: soup'

# The owner signs the policy, the administrator admits the owner: both elsewhere.
make_policy() (
	cd "$work" || exit
	for name in admin acme; do
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout $name.key \
			-out $name.pem -subj "/CN=demo $name" 2>/dev/null
	done
	mkdir -p overlay/etc/shinrai
	openssl x509 -in admin.pem -outform DER \
		-out overlay/etc/shinrai/admin.der
	{
		"$bin/shinraictl" policy check "$here/acme.policy"
		"$bin/shinraictl" policy compile "$here/acme.policy" --owner acme.pem \
			--out acme.blob
		"$bin/shinraictl" policy sign acme.blob --cert acme.pem \
			--key acme.key --out acme.blob.sig
		"$bin/shinraictl" owner admit --cert acme.pem --namespace acme \
			--admin-cert admin.pem --admin-key admin.key --out acme
	} >/dev/null
)

# A disk with the drawing, and a removable stick.
make_drawing() {
	mkdir -p "$work/srv/drawings"
	echo "$secret" >"$work/srv/drawings/4711.txt"
	echo "$harmless" >"$work/srv/menu.txt"
	truncate -s 4M "$work/srv.img" "$work/stick.img"
	mke2fs -q -t ext4 -O ^has_journal -d "$work/srv" "$work/srv.img"
	busybox mkdosfs "$work/stick.img" >/dev/null
}

# step ORDER TEXT: that it went as expected
step() {
	order device "$1"
	note "$2"
}

on_stick() {
	grep -aqF "$1" "$work/stick.img"
}

# Both refusals and nothing else, each with who, what, where to, and by whose word.
reported() {
	"$bin/shinrai-verify" report "$report" "${held[@]}" --json \
		--reference "$work/boot.json" >"$work/report.json" ||
		die "the saved report is not proven"
	jq -e '.report == "proven" and ([.violations[] | [.outcome, .action,
		.labels[0].name, .who.exe, .sink.address // .path,
		.policy.namespace, .policy.generation]] == [
		["refused", "send", "drawings", "/data/upload", "10.2.0.2",
			"acme", 1],
		["refused", "export", "drawings", "/usr/bin/busybox",
			"/stick/4711.txt", "acme", 1]])' \
		"$work/report.json" >/dev/null || {
		jq . "$work/report.json" >&2
		die "the report tells something else than what was refused"
	}
}

prove() {
	local report=$build/demo/violations.cmw
	local held=(--ak "$work/device.ak" --policy "$work/acme.blob")
	note "The owner asks the device for a report of violations:"
	show='^[^n]' ask 0 --violations "${held[@]}" --save "$report"
	reported
	note "Saved as build/demo/violations.cmw, it proves that offline, too." \
		"The same file, with an innocent program to blame:"
	sed 's|/data/upload|/data/report|' "$report" >"$work/forged.cmw"
	show='^REFUTED|^- record' verify 3 report "$work/forged.cmw" "${held[@]}"
	note "What was refused did not happen, so the device is as good as before:"
	show='^TRUSTED|^  (code|data|  )' challenge 0 --ak "$work/device.ak" \
		--state "$work/state.json" --require-policy \
		"$(sha256sum "$work/acme.blob" | cut -d ' ' -f 1)"
}

act_drawing() {
	say "Act 2: a labelled drawing, and what its owner allows"
	sed 's/^/        | /' "$here/acme.policy"
	order device prepare
	step label "Admitted by the administrator, loaded, the drawing labelled; enforced."
	step plant "Sent to 10.1.0.2, a host of the plant: arrived."
	step elsewhere "Sent to 10.2.0.2, another host: refused."
	step copy "A copy of it, sent there: refused."
	step stick "Copied to a USB stick: refused."
	step menu "The menu, which has no label, sent there and copied: done."
	on_stick "$harmless" || die "the menu is not on the stick"
	! on_stick "$secret" || die "the drawing is on the stick"
	note "That host got nothing else, and no line of the drawing is on the stick."
	prove
}
