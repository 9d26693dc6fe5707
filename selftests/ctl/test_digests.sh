#!/bin/bash
# SPDX-License-Identifier: MIT
# digests make: the signed chain, each way to break it, and what is listed.
# shellcheck source=selftests/ctl/tap.sh
. "$(dirname "$0")/tap.sh"

# shellcheck source=selftests/ctl/archive.sh
. "$root/selftests/ctl/archive.sh"
trap 'gpgconf --kill all; rm -rf "$work"' EXIT
key archive
key stranger
fpr=$(fingerprint archive)

# tree DIR: a package's files; "true" and libc are ELF of both sorts.
tree() {
	mkdir -p "$1"/{DEBIAN,usr/bin,usr/lib/modules/1/kernel,usr/share/doc,lib/firmware}
	cp "$(realpath /usr/bin/true)" "$1/usr/bin/true"
	cp "$(realpath /lib/x86_64-linux-gnu/libm.so.6)" "$1/usr/lib/libm.so.6"
	chmod 644 "$1/usr/lib/libm.so.6"
	printf '#!/bin/sh\necho %s\n' "$1" >"$1/usr/bin/script"
	printf '#!/usr/bin/python3\n' >"$1/usr/share/not-executable"
	printf 'text\n' >"$1/usr/share/doc/README"
	printf 'no shebang\n' >"$1/usr/bin/odd"
	chmod 755 "$1/usr/bin/script" "$1/usr/bin/odd"
	printf 'blob' >"$1/lib/firmware/x.bin"
	python3 -c "
import struct, sys
rel = b'\x7fELF\2\1\1' + bytes(9) + struct.pack('<HH', 1, 62) + bytes(44)
open(sys.argv[1] + '/usr/lib/modules/1/kernel/a.ko', 'wb').write(rel + b'a')
open(sys.argv[1] + '/usr/lib/modules/1/kernel/b.ko', 'wb').write(rel + b'b')
open(sys.argv[1] + '/usr/lib/crt1.o', 'wb').write(rel)" "$1"
	xz -k "$1/usr/lib/modules/1/kernel/b.ko"
	mv "$1/usr/lib/modules/1/kernel/b.ko" "$1.b.ko"
	ln -s true "$1/usr/bin/link"
	ln "$1/usr/bin/script" "$1/usr/bin/script2"
	touch "$1/usr/bin/"$'esc\x1b'
	chmod 755 "$1/usr/bin/"$'esc\x1b'
}

# package NAME VERSION COMPRESSION: NAME_VERSION_all.deb
package() {
	tree "$1-$3"
	add_package "$1" "$2" "$3" "$1-$3"
}

package alpha 1.0-1 xz
package beta 2:2.0 zstd
package gamma 3.0 gzip
package delta 4.0 none
xz -k Packages
gzip -k Packages
zstd -q -k Packages
release Packages Packages.xz Packages.gz | sign archive >InRelease
chain=(--keyring archive.gpg --inrelease InRelease)

want() { # DIR: what the list must hold, by sha256sum
	(
		cd "$1"
		line() { # KIND PATH
			printf '%s %s /%s\n' "$(sum "$2")" "$1" "${3:-$2}"
		}
		line exec usr/bin/true
		line lib usr/lib/libm.so.6
		line script usr/bin/script
		line script usr/share/not-executable
		line any usr/bin/odd
		line any lib/firmware/x.bin
		line any usr/bin/$'esc\x1b' 'usr/bin/esc\x1b'
		line module usr/lib/modules/1/kernel/a.ko
		line module usr/lib/modules/1/kernel/b.ko.xz
		line module "../$1.b.ko" usr/lib/modules/1/kernel/b.ko
	)
}

for what in alpha:xz beta:zstd gamma:gzip delta:none; do
	name=${what%:*} dir=${what%:*}-${what#*:}
	run digests make --deb "$name"_*.deb --packages Packages "${chain[@]}"
	exits 0 "$dir"
	ok "$dir: digests, kinds and paths" diff \
		<(grep -v '^#' out | grep -v /script2) \
		<(want "$dir" | LC_ALL=C sort -u)
done
says out \
	"# source: test tester InRelease SHA256 $(sum InRelease) signed-by $fpr" \
	"the source line names archive and key"
ok "the first line is the format" test "$(head -1 out)" = \
	"# shinrai-digests v1"

for packages in Packages.xz Packages.gz Packages.zst; do
	run digests make --deb alpha_1.0-1_all.deb --packages "$packages" \
		"${chain[@]}" --json --out list
	exits 0 "$packages"
	json 'd["digests"] == 10 and d["file"] == "list"' "$packages: summary"
done
run digests make "${chain[@]}" --packages Packages --deb ./*.deb --out list
exits 0 "several packages"
ok "sorted, no line twice" bash -c \
	"grep -v '^#' list | LC_ALL=C sort -uc"
run digests make "${chain[@]}" --packages Packages --out list2 --deb \
	gamma_3.0_all.deb delta_4.0_all.deb beta_2.0_all.deb alpha_1.0-1_all.deb
ok "the same whatever the order" cmp list list2
run digests make "${chain[@]}" --packages Packages --deb alpha*.deb --json
json 'd["format"] == "shinrai-digests-v1" and len(d["digests"]) == 10' \
	"--json to standard output is the list"
release Packages | gpg --batch --quiet --yes --digest-algo SHA256 \
	-u stranger -u archive --clearsign >InRelease.two
run digests make --deb alpha_1.0-1_all.deb --packages Packages --keyring \
	archive.gpg --inrelease InRelease.two
exits 0 "signed by a stranger too"
says out "signed-by $fpr" "the known signer is named"
run digests make --deb - --packages Packages "${chain[@]}"
exits 1 "an empty package on standard input"

# Each link broken: status, then what must be said.
broken() { # DESCRIPTION TEXT ARGUMENT...
	local what=$1 text=$2
	shift 2
	rm -f broken.list
	run digests make "$@" --out broken.list
	exits 1 "$what"
	says err "$text" "$what: says why"
	ok "$what: no list" test ! -e broken.list
}
deb=(--deb alpha_1.0-1_all.deb)
packages=(--packages Packages)
sed 's/^Codename: tester/Codename: tested/' InRelease >InRelease.edited
broken "edited InRelease" "found a bad signature of key" --keyring archive.gpg \
	--inrelease InRelease.edited "${packages[@]}" "${deb[@]}"
release Packages | sign stranger >InRelease.stranger
broken "another's signature" "which is not in it" --keyring archive.gpg \
	--inrelease InRelease.stranger "${packages[@]}" "${deb[@]}"
release Packages >Release
broken "no signature" "expected a clear-signed InRelease" \
	--keyring archive.gpg --inrelease Release "${packages[@]}" "${deb[@]}"
{
	release Packages
	cat InRelease
} >InRelease.before
broken "text before the signed part" "expected a clear-signed InRelease" \
	--keyring archive.gpg --inrelease InRelease.before "${packages[@]}" \
	"${deb[@]}"
gpg --batch --quiet --yes --digest-algo SHA1 --weak-digest MD5 \
	--allow-weak-digest-algos -u archive --clearsign -o InRelease.sha1 \
	<Release 2>/dev/null || true
broken "signature over SHA-1" "expected a good signature" --keyring \
	archive.gpg --inrelease InRelease.sha1 "${packages[@]}" "${deb[@]}"
sed 's/Packages$/Packages.lz4/' Release | sign archive >InRelease.noname
sed 's/^Version: 1.0-1/Version: 1.0-9/' Packages >Packages.edited
cp Packages.edited main_binary-all_Packages
broken "edited Packages" \
	"expected SHA256 $(sum Packages) (main/binary-all/Packages" \
	"${chain[@]}" --packages main_binary-all_Packages "${deb[@]}"
says err "found $(sum Packages.edited)" \
	"edited Packages: found is named"
broken "foreign Packages" "expected one of the 3 Packages files" \
	"${chain[@]}" --packages Packages.edited "${deb[@]}"
cp alpha_1.0-1_all.deb good.deb
mkdir evil
cp good.deb evil/alpha_1.0-1_all.deb
printf x >>evil/alpha_1.0-1_all.deb
broken "changed .deb" \
	"expected SHA256 $(sum good.deb) (alpha 1.0-1 in Packages), found $(
		sum evil/alpha_1.0-1_all.deb)" \
	"${chain[@]}" "${packages[@]}" --deb evil/alpha_1.0-1_all.deb
cp evil/alpha_1.0-1_all.deb unknown_1_all.deb
broken ".deb that Packages does not name" "under no such name" \
	"${chain[@]}" "${packages[@]}" --deb unknown_1_all.deb
broken "one bad of two" "under no such name" \
	"${chain[@]}" "${packages[@]}" --deb good.deb unknown_1_all.deb
broken "no keyring" "cannot open keyring" --keyring none.gpg \
	--inrelease InRelease "${packages[@]}" "${deb[@]}"
broken "no package" "cannot read none.deb" "${chain[@]}" "${packages[@]}" \
	--deb none.deb

# What is signed may be broken too.
signed() { # DEB DESCRIPTION TEXT: vouched for, yet not a package
	printf 'Package: x\nVersion: 1\nArchitecture: all\nFilename: x\nSize: %s\nSHA256: %s\n' \
		"$(stat -c %s "$1")" "$(sum "$1")" >P
	release P | sed 's/P$/Packages/' | sign archive >I
	broken "$2" "$3" --keyring archive.gpg --inrelease I --packages P \
		--deb "$1"
}
head -c 2000 good.deb >cut.deb
signed cut.deb "cut package" "cut.deb: "
ar x good.deb debian-binary data.tar.xz
ar rcD nodata.deb debian-binary
signed nodata.deb "no data" "no data.tar"
ar rcD nobinary.deb data.tar.xz
signed nobinary.deb "no debian-binary" "not a Debian package of format 2"
head -c 300 data.tar.xz >cut.xz
mv cut.xz data.tar.xz
ar rcD cutdata.deb debian-binary data.tar.xz
signed cutdata.deb "cut data.tar" "data.tar"
echo text >text.deb
signed text.deb "not an ar archive" "text.deb"
printf 'Package: x\nSHA256: zz\n' >P
release P | sed 's/P$/Packages/' | sign archive >I
broken "malformed Packages" "malformed stanza" --keyring archive.gpg \
	--inrelease I --packages P "${deb[@]}"

# apt's folders
mkdir lists archives
cp InRelease lists/mirror_dists_tester_InRelease
cp Packages lists/mirror_dists_tester_main_binary-all_Packages
cp alpha_1.0-1_all.deb archives/
cp beta_2.0_all.deb archives/beta_2%3a2.0_all.deb
apt=(--keyring archive.gpg --lists lists --archives archives)
run digests make "${apt[@]}" --apt alpha beta=2:2.0 --out list
exits 0 "--apt"
run digests make "${chain[@]}" "${packages[@]}" --out list2 --deb \
	alpha_1.0-1_all.deb beta_2.0_all.deb
ok "--apt gives what --deb gives" cmp list list2
broken "--apt: unknown package" "not in the package lists" "${apt[@]}" \
	--apt omega
broken "--apt: unknown version" "alpha=9: not in the package lists" \
	"${apt[@]}" --apt alpha=9
cp evil/alpha_1.0-1_all.deb archives/
broken "--apt: changed .deb" "(alpha 1.0-1 in Packages)" "${apt[@]}" \
	--apt alpha
cp Packages.edited lists/mirror_dists_tester_main_binary-all_Packages
broken "--apt: edited list" "(main/binary-all/Packages" "${apt[@]}" --apt alpha
rm lists/*
broken "--apt: no lists" "(apt-get update)" "${apt[@]}" --apt alpha
broken "--apt: no folder" "(apt-get update)" --keyring archive.gpg \
	--lists none --apt alpha

# A folder
run digests make alpha-xz
exits 2 "a folder without --trust-local"
says err "nothing vouches for the files in a folder" "refused with the reason"
run digests make --trust-local alpha-xz
exits 0 "--trust-local"
says out "# source: local $work/alpha-xz" "the list says so"
ok "--trust-local: digests and kinds" diff \
	<(grep -v '^#' out | grep -v /script2 | cut -d' ' -f1,2) \
	<(want alpha-xz | LC_ALL=C sort -u | cut -d' ' -f1,2)
mkdir empty
broken "an empty folder" "no code was found" --trust-local empty
broken "a file for a folder" "not a folder" --trust-local good.deb
run digests make --deb good.deb
exits 2 "--deb without its chain"
says err "the signed chain InRelease, Packages, .deb" "says what lacks"
finish
