// SPDX-License-Identifier: MIT
/* InRelease: its signature by gpgv, and the digests it gives of Packages. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "known.h"

#define GPGV "/usr/bin/gpgv"
#define MAX_RELEASE ((size_t)16 << 20)
#define ARMOUR "-----BEGIN PGP SIGNED MESSAGE-----\n"

/* What gpgv's status lines said; GnuPG doc/DETAILS. */
struct verdict {
	bool good; /* the signature now read: by a valid, known key */
	bool bad;
	char signer[41];
	char found[128]; /* why not, for the message */
};

static void status_line(struct verdict *v, char *line)
{
	char *word[16] = { NULL }, *save = NULL;
	size_t n = 0;

	if (strncmp(line, "[GNUPG:] ", 9))
		return;
	for (word[0] = strtok_r(line + 9, " ", &save); word[n] && n < 15;)
		word[++n] = strtok_r(NULL, " ", &save);
	if (n < 2)
		return;
	v->good = v->good && strcmp(word[0], "NEWSIG");
	if (!strcmp(word[0], "GOODSIG")) {
		v->good = true;
	} else if (!strcmp(word[0], "BADSIG")) {
		v->bad = true;
		snprintf(v->found, sizeof(v->found),
			 "a bad signature of key"
			 " %s: the text was changed",
			 word[1]);
	} else if (!strcmp(word[0], "VALIDSIG") && v->good && n >= 11) {
		/* word[8]: hash algorithm, RFC 4880 9.4: SHA-256 to SHA-512 */
		if (atoi(word[8]) < 8 || atoi(word[8]) > 10)
			snprintf(v->found, sizeof(v->found),
				 "a signature over a weak digest");
		else if (!*v->signer && strlen(word[10]) == 40)
			strcpy(v->signer, word[10]);
		v->good = false;
	} else if (!strcmp(word[0], "NO_PUBKEY") ||
		   !strcmp(word[0], "EXPKEYSIG") ||
		   !strcmp(word[0], "REVKEYSIG") ||
		   !strcmp(word[0], "EXPSIG")) {
		if (!*v->found)
			snprintf(v->found, sizeof(v->found),
				 "a signature of key %s, which is %s", word[1],
				 word[0][0] == 'N' ? "not in it" :
				 word[0][0] == 'R' ? "revoked" :
						     "expired");
	}
}

static void read_status(struct verdict *v, struct ctl_buf *status)
{
	char *save = NULL, *line;

	memset(v, 0, sizeof(*v));
	if (ctl_buf_add(status, "", 1))
		return;
	for (line = strtok_r((char *)status->data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		status_line(v, line);
}

/* @text: out, what was signed, and nothing around it. */
static int check_signature(struct ctl *ctl, struct release *r,
			   const struct ctl_buf *file, const char *keyring,
			   struct ctl_buf *text)
{
	CTL_FREE char *ring = realpath(keyring, NULL);
	const char *argv[] = { GPGV, "--keyring", ring, "--status-fd",
			       "3",  "--output",  "-",	NULL };
	struct prog p = { .argv = argv, .clean = true, .in = file };
	struct verdict v;
	int ret;

	if (!ring)
		return ctl_error(ctl, "keyring",
				 "apt-get install"
				 " debian-archive-keyring, or --keyring FILE",
				 "cannot open keyring %s: %s", keyring,
				 strerror(errno));
	ret = prog_run(&p);
	if (ret) {
		prog_free(&p);
		return ctl_error(ctl, "gpgv", "apt-get install gpgv",
				 "cannot run " GPGV ": %s", strerror(-ret));
	}
	read_status(&v, &p.fd3);
	if (v.bad || !*v.signer) {
		ret = ctl_error(ctl, "chain-signature", NULL,
				"%s: expected a"
				" good signature of a key in %s, found %s",
				r->name, keyring, *v.found ? v.found : "none");
	} else {
		strcpy(r->signer, v.signer);
		ret = ctl_buf_add(text, p.out.data, p.out.len) ||
		      ctl_buf_add(text, "", 1);
	}
	prog_free(&p);
	return ret ? EXIT_ERROR : 0;
}

static bool is_packages(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return !strncmp(base, "Packages", 8) && (!base[8] || base[8] == '.');
}

/* " <digest> <size> <path>" below "SHA256:".  Return: 0; -EBADMSG. */
static int digest_line(struct release *r, char *line)
{
	char *hex, *size, *path, *end, *save = NULL;
	struct release_file *f;
	uint8_t sha256[32];
	unsigned long long n;

	hex = strtok_r(line, " ", &save);
	size = strtok_r(NULL, " ", &save);
	path = strtok_r(NULL, " ", &save);
	if (!path || strtok_r(NULL, " ", &save) || strlen(hex) != 64 ||
	    shinrai_hex_decode(hex, 64, sha256) ||
	    !isdigit((unsigned char)*size))
		return -EBADMSG;
	errno = 0;
	n = strtoull(size, &end, 10);
	if (*end || errno)
		return -EBADMSG;
	if (!is_packages(path))
		return 0;
	r->file = ctl_grow(r->file, r->n, sizeof(*r->file));
	f = &r->file[r->n++];
	memcpy(f->sha256, sha256, 32);
	f->size = n;
	f->path = ctl_escape(path, strlen(path), false);
	return 0;
}

static void take_field(char **to, const char *line, const char *name)
{
	size_t n = strlen(name);

	if (*to || strncmp(line, name, n))
		return;
	line += n + strspn(line + n, " ");
	*to = ctl_escape(line, strlen(line), true);
}

static int parse(struct ctl *ctl, struct release *r, char *text)
{
	bool digests = false;
	char *line, *next, *p;

	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line != ' ')
			digests = !strcmp(line, "SHA256:");
		else if (digests && digest_line(r, line))
			return ctl_error(ctl, "format", NULL,
					 "%s: malformed"
					 " line below SHA256:",
					 r->name);
		take_field(&r->origin, line, "Origin:");
		take_field(&r->codename, line, "Codename:");
	}
	if (!r->origin || !r->codename)
		return ctl_error(ctl, "format", NULL,
				 "%s: no Origin or no Codename", r->name);
	for (p = r->origin; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

/*
 * Reads, verifies and parses.  Only the text that gpgv gives back is used.
 * Return: 0; EXIT_ERROR, told.  release_free() in either case.
 */
int release_load(struct ctl *ctl, const char *path, const char *keyring,
		 struct release *r)
{
	CTL_BUF file = { 0 };
	CTL_BUF text = { 0 };
	uint8_t sha256[32];
	int ret;

	memset(r, 0, sizeof(*r));
	r->name = strdup(path);
	ret = r->name ? ctl_read_file(path, MAX_RELEASE, &file) : -ENOMEM;
	if (ret)
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", path,
				 strerror(-ret));
	if (file.len < strlen(ARMOUR) ||
	    memcmp(file.data, ARMOUR, strlen(ARMOUR)))
		return ctl_error(ctl, "chain-signature",
				 "Release without a"
				 " signature inside is not supported",
				 "%s: expected a clear-signed InRelease, found"
				 " something else",
				 path);
	content_sha256(file.data, file.len, sha256);
	shinrai_hex_encode(sha256, 32, r->sha256);
	ret = check_signature(ctl, r, &file, keyring, &text);
	if (ret)
		return ret;
	if (strlen((char *)text.data) != text.len - 1)
		return ctl_error(ctl, "format", NULL, "%s: not text", path);
	return parse(ctl, r, (char *)text.data);
}

/* The line that says who vouched. */
void release_source(struct known *k, const struct release *r)
{
	known_source(k, "%s %s InRelease SHA256 %s signed-by %s", r->origin,
		     r->codename, r->sha256, r->signer);
}

/* Releases everything; safe after a failed release_load(). */
void release_free(struct release *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		free(r->file[i].path);
	free(r->file);
	free(r->name);
	free(r->origin);
	free(r->codename);
	memset(r, 0, sizeof(*r));
}
