/*
 * ssh_keys.c - who may log on by SSH without a password, and which hosts a user went to: authorized_keys and known_hosts.
 *
 * A line is [options] TYPE BASE64 [comment]; in known_hosts names or a hash of them stand in front of the type. Source: sshd(8). The fingerprint is that of
 * ssh-keygen -l: SHA-256 of the key's bytes in base64. Told with the time at which the file was last written.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/digest.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 50, KEY_MAX = 16 << 10, OPTIONS_MAX = 4 << 10, COMMENT_MAX = 1 << 10, NAME_MAX_SIZE = 64, KEY_LEAST = 24 };

struct state {
	struct log_lines lines;
	char user[128];
	bool begun, hosts;
};

struct key {
	char options[OPTIONS_MAX], type[NAME_MAX_SIZE], comment[COMMENT_MAX];
	uint8_t raw[KEY_MAX];
	size_t size;
};

static bool
is_type(const char *p, size_t size)
{
	static const char *const types[] = { "ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com" };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == size && strncmp(types[i], p, size) == 0)
			return true;
	return false;
}

static int
digit(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t
from_base64(const char *p, size_t size, uint8_t *out, size_t room)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < size && digit(p[i]) >= 0 && n < room; i++) {
		held = held << 6 | (uint32_t)digit(p[i]);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(held >> bits);
		}
	}
	return n;
}

/* The end of a word in which blanks may be quoted. */
static size_t
word_size(const char *p)
{
	size_t n = 0;
	bool quoted = false;
	for (; p[n] != '\0' && (quoted || (p[n] != ' ' && p[n] != '\t')); n++) {
		if (p[n] == '\\' && p[n + 1] == '"')
			n++;
		else if (p[n] == '"')
			quoted = !quoted;
	}
	return n;
}

/* The bytes of a key begin with its type's length and name: that it is one, and whole, is thereby known. */
static bool
read_key(const char *line, struct key *k)
{
	const char *p = line + strspn(line, " \t");
	size_t n = word_size(p);
	k->options[0] = k->comment[0] = '\0';
	for (unsigned i = 0; i < 3 && !is_type(p, n); i++) {
		size_t used = strlen(k->options);
		snprintf(k->options + used, sizeof(k->options) - used, "%s%.*s", used > 0 ? " " : "", (int)(n < OPTIONS_MAX ? n : OPTIONS_MAX), p);
		p += n;
		p += strspn(p, " \t");
		n = word_size(p);
	}
	if (!is_type(p, n))
		return false;
	snprintf(k->type, sizeof(k->type), "%.*s", (int)n, p);
	p += n;
	p += strspn(p, " \t");
	n = word_size(p);
	k->size = from_base64(p, n, k->raw, sizeof(k->raw));
	p += n;
	snprintf(k->comment, sizeof(k->comment), "%s", p + strspn(p, " \t"));
	size_t name = strlen(k->type);
	return k->size > KEY_LEAST && load_be32(k->raw) == name && k->size > 4 + name && memcmp(k->raw + 4, k->type, name) == 0;
}

static bool
shape(const char *line)
{
	struct key *k = malloc(sizeof(*k));
	bool ok = k != NULL && read_key(line, k);
	free(k);
	return ok;
}

static bool
is_key_or_quiet(const char *line)
{
	return line[0] == '#' || shape(line);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	(void)who;
	return log_head_count(head, LOOK, is_key_or_quiet, &looked) * 3 >= looked && log_head_count(head, LOOK, shape, &looked) > 0;
}

/* "SHA256:" and 43 digits of base64. */
static void
fingerprint(const struct key *k, char out[64])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[65];
	uint8_t sum[33] = { 0 };
	digest_sha256_hex(k->raw, k->size, hex);
	size_t n = (size_t)snprintf(out, 64, "SHA256:");
	if (!text_unhex(hex, sum, 32))
		return;
	for (size_t bit = 0; bit < 256; bit += 6) {
		unsigned two = (unsigned)(sum[bit / 8] << 8 | sum[bit / 8 + 1]);
		out[n++] = digits[two >> (10 - bit % 8) & 63];
	}
	out[n] = '\0';
}

static enum triage_status
send_key(struct artefact *a, const struct state *s, const struct key *k, const struct log_line *line, struct triage_error *err)
{
	char print[64];
	fingerprint(k, print);
	artefact_event(a, artefact_who(a)->mtime, s->hosts ? "known hosts last written" : "authorized keys last written");
	artefact_precision(a, "ns");
	artefact_offset(a, line->offset);
	artefact_user(a, s->user);
	artefact_text(a, "user", s->user);
	artefact_text(a, "type", k->type);
	artefact_text(a, "fingerprint", print);
	artefact_text(a, "comment", k->comment);
	artefact_text(a, s->hosts ? "target" : "options", k->options);
	if (line->size < 2000)
		artefact_text(a, "key", line->text);
	else
		artefact_cut(a);
	if (s->hosts) {
		artefact_message(a, "%s%sknows the host %s by its key %s %s", s->user, s->user[0] != '\0' ? " " : "", k->options[0] == '|' ? "whose name is hashed" : k->options,
		    k->type, print);
	} else {
		artefact_technique(a, "T1098.004");
		artefact_message(a, "Key %s %s%s%s may log on%s%s%s%s", k->type, print, k->comment[0] != '\0' ? " of " : "", k->comment, s->user[0] != '\0' ? " as " : "", s->user,
		    k->options[0] != '\0' ? ", with " : "", k->options);
	}
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st;
	if (!s->begun) {
		unix_home_user(artefact_who(a), s->user, sizeof(s->user));
		s->hosts = unix_named(artefact_who(a), "*known_hosts*");
		s->begun = true;
	}
	if (line->size == 0 || line->text[0] == '#')
		return TRIAGE_OK;
	struct key *k = malloc(sizeof(*k));
	if (k == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a key");
		return TRIAGE_E_MEMORY;
	}
	if (read_key(line->text, k))
		st = send_key(a, s, k, line, err);
	else
		st = artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no key", (uintmax_t)line->number);
	free(k);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_ssh_keys = {
	.name = "ssh_keys",
	.source = "other",
	.title = "keys of SSH (authorized_keys, known_hosts)",
	.yields = "whose keys may log on, and to which hosts a user went",
	.reference = "sshd(8), ssh-keygen(1)",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};
