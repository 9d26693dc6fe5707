// SPDX-License-Identifier: MIT
/* Challenge item, nonce tree and qualifying data: PROTOCOL.md 3.1, 3.2, 4.1. */
#include <shinrai/challenge.h>

#define CHALLENGE_VERSION 1

static const char leaf_label[] = "shinrai-nonce-v1";
static const char quote_label[] = "shinrai-quote-v1";

static bool lengths_valid(const struct shinrai_challenge *c)
{
	return c->nonce_len >= SHINRAI_NONCE_MIN &&
	       c->nonce_len <= SHINRAI_NONCE_MAX &&
	       c->selection_len <= sizeof(c->selection) &&
	       c->path_len <= SHINRAI_TREE_DEPTH;
}

int shinrai_challenge_parse(const void *data, size_t len,
			    struct shinrai_challenge *c)
{
	struct shinrai_selection selection;
	struct shinrai_challenge t;
	struct shinrai_rd r;

	memset(&t, 0, sizeof(t));
	shinrai_rd_init(&r, data, len);
	if (shinrai_rd_u8(&r) != CHALLENGE_VERSION)
		return shinrai_rd_err(&r) ? -EBADMSG : -EPROTONOSUPPORT;
	t.nonce_len = shinrai_rd_u8(&r);
	if (t.nonce_len < SHINRAI_NONCE_MIN || t.nonce_len > SHINRAI_NONCE_MAX)
		return -EBADMSG;
	shinrai_rd_copy(&r, t.nonce, t.nonce_len);
	shinrai_rd_copy(&r, t.verifier_key, sizeof(t.verifier_key));
	t.selection_len = shinrai_rd_be16(&r);
	if (t.selection_len > sizeof(t.selection))
		return -EBADMSG;
	shinrai_rd_copy(&r, t.selection, t.selection_len);
	shinrai_rd_copy(&r, t.exporter, sizeof(t.exporter));
	shinrai_rd_copy(&r, t.boot_id, sizeof(t.boot_id));
	t.index = shinrai_rd_be64(&r);
	t.size = shinrai_rd_be64(&r);
	t.path_len = shinrai_rd_u8(&r);
	if (t.path_len > SHINRAI_TREE_DEPTH)
		return -EBADMSG;
	shinrai_rd_copy(&r, t.path, (size_t)t.path_len * SHINRAI_TREE_HASH);
	if (shinrai_rd_end(&r) || t.index >= t.size ||
	    shinrai_selection_parse(t.selection, t.selection_len, &selection))
		return -EBADMSG;
	*c = t;
	return 0;
}

/* The part that the leaf hashes and the item carries alike. */
static void put_common(struct shinrai_wr *w, const struct shinrai_challenge *c)
{
	shinrai_wr_u8(w, c->nonce_len);
	shinrai_wr_bytes(w, c->nonce, c->nonce_len);
	shinrai_wr_bytes(w, c->verifier_key, sizeof(c->verifier_key));
	shinrai_wr_be16(w, c->selection_len);
	shinrai_wr_bytes(w, c->selection, c->selection_len);
	shinrai_wr_bytes(w, c->exporter, sizeof(c->exporter));
}

int shinrai_challenge_encode(struct shinrai_wr *w,
			     const struct shinrai_challenge *c)
{
	if (!lengths_valid(c))
		return -EINVAL;
	shinrai_wr_u8(w, CHALLENGE_VERSION);
	put_common(w, c);
	shinrai_wr_bytes(w, c->boot_id, sizeof(c->boot_id));
	shinrai_wr_be64(w, c->index);
	shinrai_wr_be64(w, c->size);
	shinrai_wr_u8(w, c->path_len);
	shinrai_wr_bytes(w, c->path, (size_t)c->path_len * SHINRAI_TREE_HASH);
	return w->err;
}

int shinrai_challenge_leaf(const struct shinrai_challenge *c,
			   u8 leaf[SHINRAI_TREE_HASH])
{
	u8 data[SHINRAI_CHALLENGE_MAX];
	struct shinrai_wr w;

	if (!lengths_valid(c))
		return -EINVAL;
	shinrai_wr_init(&w, data, sizeof(data));
	shinrai_wr_bytes(&w, leaf_label, sizeof(leaf_label) - 1);
	put_common(&w, c);
	if (w.err)
		return -EINVAL;
	shinrai_tree_leaf(data, w.len, leaf);
	return 0;
}

void shinrai_qualifying_data(const u8 root[SHINRAI_TREE_HASH], u64 size,
			     const u8 boot_id[SHINRAI_BOOT_ID_SIZE],
			     u8 out[SHINRAI_QUALIFYING_SIZE])
{
	struct shinrai_sha256 h;
	struct shinrai_wr w;
	u8 be[8];

	shinrai_wr_init(&w, be, sizeof(be));
	shinrai_wr_be64(&w, size);
	shinrai_sha256_init(&h);
	shinrai_sha256_update(&h, quote_label, sizeof(quote_label) - 1);
	shinrai_sha256_update(&h, root, SHINRAI_TREE_HASH);
	shinrai_sha256_update(&h, be, sizeof(be));
	shinrai_sha256_update(&h, boot_id, SHINRAI_BOOT_ID_SIZE);
	shinrai_sha256_final(&h, out);
}

int shinrai_challenge_qualifying(const struct shinrai_challenge *c,
				 u8 out[SHINRAI_QUALIFYING_SIZE])
{
	u8 hash[SHINRAI_TREE_HASH];
	int ret;

	ret = shinrai_challenge_leaf(c, hash);
	if (ret)
		return ret;
	ret = shinrai_tree_fold(hash, c->index, c->size, c->path, c->path_len,
				hash);
	if (ret)
		return ret;
	shinrai_qualifying_data(hash, c->size, c->boot_id, out);
	return 0;
}
