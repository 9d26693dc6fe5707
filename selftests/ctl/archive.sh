# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
# An archive of Debian packages, with keys of its own, in the folder of a test.
for tool in gpg gpgv dpkg-deb xz zstd; do
	command -v "$tool" >/dev/null || {
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	}
done
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"

key() { # NAME: makes a signing key
	gpg --batch --quiet --passphrase '' --quick-generate-key "$1" \
		ed25519 sign never 2>/dev/null
	gpg --batch --quiet --export "$1" >"$1.gpg"
}

fingerprint() { # NAME
	gpg --batch --quiet --with-colons --list-keys "$1" 2>/dev/null |
		awk -F: '/^fpr/ {print $10; exit}'
}

sum() {
	sha256sum <"$1" | cut -d' ' -f1
}

# add_package NAME VERSION COMPRESSION TREE: NAME_VERSION_all.deb, into Packages
add_package() {
	local file=$1_${2#*:}_all.deb
	mkdir -p "$4/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: all\n%s\n%s\n' \
		"$1" "$2" 'Maintainer: a <a@b>' 'Description: a' >"$4/DEBIAN/control"
	dpkg-deb --root-owner-group -Z"$3" -b "$4" "$file" >/dev/null
	{
		printf 'Package: %s\nVersion: %s\n' "$1" "$2"
		printf 'Architecture: all\nDescription: a\n SHA256: %064d\n' 0
		printf 'Filename: pool/%s\nSize: %s\nSHA256: %s\n\n' "$file" \
			"$(stat -c %s "$file")" "$(sum "$file")"
	} >>Packages
}

release() { # FILE...: an unsigned Release on standard output
	printf 'Origin: Test\nSuite: stable\nCodename: tester\nMD5Sum:\n'
	printf ' %032d 0 main/binary-all/Packages\nSHA256:\n' 0
	for f; do
		printf ' %s %d main/binary-all/%s\n' \
			"$(sum "$f")" \
			"$(stat -c %s "$f")" "$f"
	done
}

sign() { # KEY: clear-signs standard input
	gpg --batch --quiet --yes --digest-algo SHA256 -u "$1" --clearsign
}
