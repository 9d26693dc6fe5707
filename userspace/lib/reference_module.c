// SPDX-License-Identifier: MIT
/* Reference values of our kernel module, out of its file. */
#include <shinrai/hex.h>
#include <shinrai/rd.h>
#include <shinrai/reference.h>

#define HEADER 64
#define SECTION 64 /* bytes of an Elf64_Shdr */

static const u8 magic[] = { 0x7f, 'E', 'L', 'F', 2 /* 64 bit */, 1 /* LE */ };

struct bytes {
	const u8 *p;
	size_t len;
};

/* Contents of section header @i of the table at @table. */
static int section(const struct bytes *elf, u64 table, unsigned int i,
		   u32 *name, struct bytes *out)
{
	u64 at = table + (u64)SECTION * i, offset, size;
	struct shinrai_rd r;

	if (table > elf->len || at > elf->len)
		return -EBADMSG;
	shinrai_rd_init(&r, elf->p + at, elf->len - at);
	*name = shinrai_rd_le32(&r);
	shinrai_rd_bytes(&r, 20); /* type, flags, address */
	offset = shinrai_rd_le64(&r);
	size = shinrai_rd_le64(&r);
	shinrai_rd_bytes(&r, 24);
	if (shinrai_rd_err(&r) || offset > elf->len || size > elf->len - offset)
		return -EBADMSG;
	out->p = elf->p + offset;
	out->len = size;
	return 0;
}

static bool is_modinfo(const struct bytes *names, u32 at)
{
	static const char wanted[] = ".modinfo";

	return at < names->len && names->len - at >= sizeof(wanted) &&
	       !memcmp(names->p + at, wanted, sizeof(wanted));
}

static int find_modinfo(const struct bytes *elf, struct bytes *info)
{
	struct bytes names, s;
	struct shinrai_rd r;
	u16 size, count, i;
	u32 name;
	u64 table;

	if (elf->len < HEADER || memcmp(elf->p, magic, sizeof(magic)))
		return -EBADMSG;
	shinrai_rd_init(&r, elf->p, HEADER);
	shinrai_rd_bytes(&r, 40);
	table = shinrai_rd_le64(&r);
	shinrai_rd_bytes(&r, 10);
	size = shinrai_rd_le16(&r);
	count = shinrai_rd_le16(&r);
	i = shinrai_rd_le16(&r);
	if (size != SECTION || i >= count ||
	    section(elf, table, i, &name, &names))
		return -EBADMSG;
	for (i = 0; i < count; i++) {
		if (section(elf, table, i, &name, &s))
			return -EBADMSG;
		if (is_modinfo(&names, name)) {
			*info = s;
			return 0;
		}
	}
	return -EBADMSG;
}

/* Value of "@tag=value", which ends in NUL; once and no more. */
static int value_of(const struct bytes *info, const char *tag,
		    const char **value)
{
	const char *p = (const char *)info->p, *end = p + info->len;
	size_t n = strlen(tag), len;

	*value = NULL;
	for (; p < end; p += len + 1) {
		len = strnlen(p, (size_t)(end - p));
		if (p + len == end)
			return -EBADMSG;
		if (strncmp(p, tag, n) || p[n] != '=')
			continue;
		if (*value)
			return -EBADMSG;
		*value = p + n + 1;
	}
	return *value ? 0 : -ENODATA;
}

/**
 * shinrai_module_read() - what START and ARM will say of this module
 * @ko: the module's file
 * @len: its bytes
 * @m: out, only on success; without a name
 *
 * Return: 0; -EBADMSG not an ELF module of 64 bits, little endian; -ENODATA a
 * module that does not say what is asked, so not ours.
 */
int shinrai_module_read(const void *ko, size_t len,
			struct shinrai_ref_module *m)
{
	const struct bytes elf = { ko, len };
	const char *id, *programs;
	u8 digest[sizeof(m->programs)];
	struct bytes info;
	int ret;

	ret = find_modinfo(&elf, &info);
	if (!ret)
		ret = value_of(&info, "srcversion", &id);
	if (!ret)
		ret = value_of(&info, "shinrai_programs", &programs);
	if (ret)
		return ret;
	if (!*id || strlen(id) > SHINRAI_MODULE_ID_MAX ||
	    strlen(programs) != 2 * sizeof(digest) ||
	    shinrai_hex_decode(programs, 2 * sizeof(digest), digest))
		return -EBADMSG;
	strcpy(m->srcversion, id);
	memcpy(m->programs, digest, sizeof(digest));
	return 0;
}
