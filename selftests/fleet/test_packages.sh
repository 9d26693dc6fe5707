#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian packages as reference values of the service: an archive's signed index, a
# digest list made of it, signed in turn, and a fleet that is held against it, from
# one version of a package to the next.
# shellcheck disable=SC2016,SC2119,SC2154 source=selftests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=selftests/fleet/lib.sh
. "$root/selftests/fleet/lib.sh"
# shellcheck source=selftests/fleet/sim.sh
. "$root/selftests/fleet/sim.sh"
# shellcheck source=selftests/ctl/archive.sh
. "$root/selftests/ctl/archive.sh"
trap 'gpgconf --kill all; end_sim; end_verifier; cleanup' EXIT

fails() {
	! "$@"
}
ctl() {
	"$BUILD/user/shinraictl" "$@"
}
vouch() { # FILE...
	ctl reference sign "$@" --cert ref.pem --key ref.key
}
# publish VERSION FILE...: the package "plc" with these programs, in apt's folders
publish() {
	local version=$1 file
	shift
	rm -rf tree
	mkdir -p tree/usr/bin lists archives
	for file; do
		printf %s "$file" >"tree/usr/bin/$file"
		chmod 755 "tree/usr/bin/$file"
	done
	add_package plc "$version" xz tree
	release Packages | sign archive >InRelease
	cp InRelease lists/mirror_dists_tester_InRelease
	cp Packages lists/mirror_dists_tester_main_binary-all_Packages
	cp "plc_${version}_all.deb" archives/
}
# More than devices run meanwhile.
programs=(init libc)
for i in {0..299}; do
	programs+=("program $i")
done
apt=(--keyring archive.gpg --lists lists --archives archives)

key archive
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ref -keyout ref.key \
	-out ref.pem 2>/dev/null
publish 1.0 "${programs[@]}"
make_fleet_certs
ok "a fleet can be simulated" build_sim
ok "it starts" start_sim 3 2
ok "a list is made of a package" ctl digests make --deb plc_1.0_all.deb \
	--inrelease InRelease --packages Packages --keyring archive.gpg \
	--out packages.txt
ok "with what sha256sum says" diff <(grep -v '^#' packages.txt |
	cut -d' ' -f1) <(cd tree/usr/bin && sha256sum -- * | cut -d' ' -f1 | sort)
ok "it is signed" vouch packages.txt boot.json
verifier_conf "policies = ( { name = \"sim\"; reference_signers = [
	\"$work/ref.pem\" ]; reference = [ \"$work/boot.json\",
	\"$work/packages.txt\" ]; } );"
ok "the verifier starts" start_verifier
ok "devices are enrolled" enrol_sim 3
ok "they run what is in the package, and are trusted" stands "trusted 3"
ok "by the archive's index, its key, and who signed the list" device dev-0 \
	".verdict.notes | any(contains(\"test tester InRelease SHA256 $(
		sum InRelease) signed-by $(fingerprint archive)\")) and
	any(. == \"reference values: 2 signed by CN=ref\")"

sim rogue 1 >/dev/null
ok "who runs something else is not" becomes dev-1 \
	'.state == "untrusted" and .code == "code-unknown"'
publish 1.1 "${programs[@]}" rogue
ok "the next version has it: a list of the repository" ctl digests make \
	"${apt[@]}" --apt plc=1.0 plc=1.1 --out packages.txt
ok "which nobody signed: refused" anew \
	"packages.txt: it is not what was signed.*old policies stay"
ok "the old one is in use" device dev-1 '.state == "untrusted"'
ok "it is signed" vouch packages.txt
ok "and taken" anew "new policies are in use"
ok "all are trusted" stands "trusted 3"
printf x >>archives/plc_1.1_all.deb
ok "a package that is not what the index says makes no list" fails ctl \
	digests make "${apt[@]}" --apt plc=1.1 --out packages.txt
kill -HUP "$verifier_pid"
ok "so that all stay trusted" becomes dev-1 '.state == "trusted" and .fresh'
ok "the verifier ends" stop_verifier
finish
