/* ioc_take.c - an entry of a list: what it is, whether it is of use, and into the store. */
#include "triage/detect/ioc.h"

#include "triage/base/text.h"

#include <string.h>
#include <strings.h>

enum { NAME_LEAST = 4, NET4_LEAST = 8, NET6_LEAST = 16 };

/* Endings of names that are no domain in practice, though a domain could be called so. */
static const char file_endings[] = " exe dll sys bat cmd ps1 psm1 vbs vbe js jse wsf hta scr lnk cpl ocx pif msi msp jar class doc docx docm xls xlsx xlsm ppt pptx pdf rtf "
    "txt log htm html php asp aspx ashx jsp jspx cfm war zip rar 7z gz tar iso img vhd bin dat tmp db ini xml json cfg conf key pem elf so py pyc vmdk dmp bak url "
    "chm xll one inf reg ";

static bool
is_file_ending(const char *name, size_t size)
{
	const char *dot = memrchr(name, '.', size);
	char word[16];
	size_t n = dot != NULL ? (size_t)(name + size - dot) - 1 : 0;
	if (n == 0 || n > sizeof(word) - 3)
		return false;
	word[0] = ' ';
	for (size_t i = 0; i < n; i++)
		word[i + 1] = dot[i + 1] >= 'A' && dot[i + 1] <= 'Z' ? (char)(dot[i + 1] + 32) : dot[i + 1];
	memcpy(word + n + 1, " ", 2);
	return strstr(file_endings, word) != NULL;
}

/* One entry on its way in. */
struct taking {
	struct ioc_store *s;
	const struct ioc_entry *e;
	struct buf value, key;		/* refanged; normalised */
	struct triage_error *err;
};

static enum triage_status
refuse(struct taking *t, const char *reason)
{
	ioc_refuse(t->s, t->e->line, reason, t->e->value, t->e->size);
	return TRIAGE_OK;
}

static enum triage_status
counted(struct taking *t, enum ioc_kind kind, enum triage_status st)
{
	struct ioc_list *list = ioc_list_at_hand(t->s);
	if (st == TRIAGE_OK) {
		list->kinds[kind]++;
		list->taken++;
	}
	return st;
}

static enum triage_status
take_key(struct taking *t, enum ioc_kind kind, const void *key, size_t size)
{
	uint32_t note;
	SCOPED_BUF shown;
	buf_init(&shown, 8 * IOC_VALUE_MAX);
	text_display(&shown, t->value.data, t->value.size);
	enum triage_status st = ioc_add_note(t->s, t->e, &note, t->err);
	if (st == TRIAGE_OK)
		st = buf_check(&shown, t->err);
	if (st == TRIAGE_OK)
		st = ioc_add(t->s, kind, key, size, buf_cstr(&shown), note, t->err);
	return counted(t, kind, st);
}

static bool
digest_kind_of(size_t hex, enum digest_kind *ret_kind)
{
	*ret_kind = hex == 32 ? DIGEST_MD5 : hex == 40 ? DIGEST_SHA1 : DIGEST_SHA256;
	return hex == 32 || hex == 40 || hex == 64;
}

static enum triage_status
take_hash(struct taking *t)
{
	static const char *const of_nothing[] = { "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" };
	uint8_t digest[DIGEST_MAX];
	enum digest_kind kind;
	uint32_t note;
	if (!digest_kind_of(t->value.size, &kind) || !text_unhex(t->value.data, digest, digest_size(kind)))
		return refuse(t, "no MD5, SHA-1 or SHA-256");
	for (size_t i = 0; i < sizeof(of_nothing) / sizeof(of_nothing[0]); i++)
		if (strcasecmp(t->value.data, of_nothing[i]) == 0)
			return refuse(t, "the digest of an empty file");
	enum triage_status st = ioc_add_note(t->s, t->e, &note, t->err);
	if (st == TRIAGE_OK)
		st = ioc_add_digest(t->s, kind, digest, note, t->err);
	return counted(t, IOC_HASH, st);
}

static enum triage_status
take_address(struct taking *t)
{
	uint8_t key[17];
	unsigned prefix;
	size_t size = t->value.size;
	const char *colon = memchr(t->value.data, ':', size);
	if (colon != NULL && memchr(colon + 1, ':', size - (size_t)(colon + 1 - t->value.data)) == NULL)
		size = (size_t)(colon - t->value.data);	/* address:port */
	if (!ioc_parse_address(t->value.data, size, key, &prefix))
		return refuse(t, "no address");
	bool four = prefix >= 96 && memcmp(key, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
	if (prefix < (four ? 96u + NET4_LEAST : (unsigned)NET6_LEAST))
		return refuse(t, "a net so wide that it would match everything");
	if (four ? key[12] == 127 || key[12] == 0 : memcmp(key, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15) == 0)
		return refuse(t, "an address that means this machine or none");
	for (unsigned bit = prefix; bit < 128; bit++)
		key[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	key[16] = (uint8_t)prefix;
	t->value.size = size;
	t->value.data[size] = '\0';
	return take_key(t, IOC_ADDRESS, key, sizeof(key));
}

static void
put_lower(struct buf *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_char(out, text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i]);
}

static enum triage_status
take_domain(struct taking *t)
{
	const char *text = t->value.data;
	size_t size = t->value.size;
	uint8_t address[16];
	unsigned prefix;
	if (ioc_parse_address(text, size, address, &prefix))
		return take_address(t);
	if (size > 2 && (memcmp(text, "*.", 2) == 0 || text[0] == '.')) {
		size_t skip = text[0] == '*' ? 2 : 1;
		text += skip;
		size -= skip;
	}
	if (size > 0 && text[size - 1] == '.')
		size--;
	if (!ioc_is_domain(text, size))
		return refuse(t, memchr(text, '.', size) == NULL ? "a name without a dot is no domain that can be looked for" : "no domain (names with other letters must be written xn--)");
	put_lower(&t->key, text, size);
	return take_key(t, IOC_DOMAIN, buf_cstr(&t->key), t->key.size);
}

static enum triage_status
take_url(struct taking *t)
{
	const char *text = t->value.data, *host = strstr(text, "://");
	host = host != NULL ? host + 3 : text;
	size_t size = strlen(host), end = strcspn(host, "/?#");
	const char *at = memchr(host, '@', end);
	if (at != NULL) {
		size -= (size_t)(at + 1 - host);
		end -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	if (end < 4 || size > IOC_VALUE_MAX)
		return refuse(t, "no URL with a host");
	put_lower(&t->key, host, end);
	buf_put(&t->key, host + end, size - end);
	while (t->key.size > end && t->key.data[t->key.size - 1] == '/')
		t->key.data[--t->key.size] = '\0';
	return take_key(t, IOC_URL, buf_cstr(&t->key), t->key.size);
}

static enum triage_status
take_mail(struct taking *t)
{
	const char *at = strchr(t->value.data, '@');
	if (at == NULL || at == t->value.data || !ioc_is_domain(at + 1, strlen(at + 1)))
		return refuse(t, "no mail address");
	put_lower(&t->key, t->value.data, t->value.size);
	return take_key(t, IOC_MAIL, buf_cstr(&t->key), t->key.size);
}

static enum triage_status
take_registry(struct taking *t)
{
	ioc_key_of_registry(&t->key, t->value.data, t->value.size);
	if (t->key.size < NAME_LEAST || strchr(buf_cstr(&t->key), '\\') == NULL)
		return refuse(t, "a registry key that is too short to tell anything");
	return take_key(t, IOC_KEY, buf_cstr(&t->key), t->key.size);
}

static enum triage_status
take_pattern(struct taking *t, bool glob)
{
	uint32_t note;
	enum triage_status st = ioc_add_note(t->s, t->e, &note, t->err);
	if (st != TRIAGE_OK)
		return st;
	st = ioc_patterns_add(t->s, buf_cstr(&t->value), glob, t->e->except, note, t->err);
	if (st == TRIAGE_E_FORMAT)
		return refuse(t, "a pattern that does not compile, has no letters to hold on to, or matches everything");
	return counted(t, IOC_PATTERN, st);
}

static enum triage_status
take_file(struct taking *t)
{
	const char *text = t->value.data;
	if (strpbrk(text, "*?") != NULL)
		return take_pattern(t, true);
	ioc_key_of_path(&t->key, text, t->value.size);
	while (t->key.size > 0 && t->key.data[t->key.size - 1] == '/')
		t->key.data[--t->key.size] = '\0';
	const char *slash = strrchr(buf_cstr(&t->key), '/'), *name = slash != NULL ? slash + 1 : buf_cstr(&t->key);
	if (strlen(name) < NAME_LEAST || (slash == NULL && strpbrk(name, "abcdefghijklmnopqrstuvwxyz") == NULL && (uint8_t)name[0] < 0x80))
		return refuse(t, "a name that is too short to tell anything");
	return take_key(t, slash != NULL ? IOC_PATH : IOC_NAME, name, strlen(name));
}

enum ioc_hint
ioc_guess(const char *text, size_t size)
{
	uint8_t bytes[DIGEST_MAX];
	enum digest_kind kind;
	unsigned prefix;
	if (digest_kind_of(size, &kind) && text_unhex(text, bytes, digest_size(kind)))
		return IOC_A_HASH;
	if (strstr(text, "://") != NULL)
		return IOC_A_URL;
	if (strncasecmp(text, "hkey_", 5) == 0 || strncasecmp(text, "hklm\\", 5) == 0 || strncasecmp(text, "hkcu\\", 5) == 0 || strncasecmp(text, "hku\\", 4) == 0 ||
	    strncasecmp(text, "\\registry\\", 10) == 0)
		return IOC_A_KEY;
	const char *at = strchr(text, '@');
	if (at != NULL && at > text && ioc_is_domain(at + 1, strlen(at + 1)))
		return IOC_A_MAIL;
	size_t port = strcspn(text, ":");
	if (ioc_parse_address(text, size, bytes, &prefix) || (strspn(text, "0123456789.") == port && ioc_parse_address(text, port, bytes, &prefix)))
		return IOC_AN_ADDRESS;
	if (size > 6 && memcmp(text, "*.", 2) == 0 && ioc_is_domain(text + 2, size - 2) && !is_file_ending(text, size))
		return IOC_A_DOMAIN;
	if (strstr(text, "\\\\") != NULL || strstr(text, "\\.") != NULL || strpbrk(text, "^$|(+") != NULL || strstr(text, ".*") != NULL)
		return text[0] == '\\' && text[1] == '\\' && strstr(text + 2, "\\\\") == NULL && strpbrk(text, "^$|(+*") == NULL ? IOC_A_PATH : IOC_A_PATTERN;
	if (strpbrk(text, "\\*?") != NULL || text[0] == '/' || text[0] == '%')
		return IOC_A_PATH;
	size_t slash = strcspn(text, "/");
	if (slash < size)
		return ioc_is_domain(text, slash) ? IOC_A_URL : IOC_ANY;
	if (is_file_ending(text, size))
		return IOC_A_NAME;
	size_t size_of_domain = size > 1 && text[size - 1] == '.' ? size - 1 : size;
	return ioc_is_domain(text, size_of_domain) ? IOC_A_DOMAIN : IOC_ANY;
}

enum ioc_hint
ioc_hint_of_type(const char *word)
{
	static const struct {
		const char *part;
		enum ioc_hint hint;
	} words[] = {
		{ "md5", IOC_A_HASH }, { "sha", IOC_A_HASH }, { "hash", IOC_A_HASH }, { "mail", IOC_A_MAIL }, { "url", IOC_A_URL }, { "uri", IOC_A_URL },
		{ "domain", IOC_A_DOMAIN }, { "hostname", IOC_A_DOMAIN }, { "fqdn", IOC_A_DOMAIN }, { "reg", IOC_A_KEY }, { "path", IOC_A_PATH },
		{ "file", IOC_A_NAME }, { "ip", IOC_AN_ADDRESS }, { "addr", IOC_AN_ADDRESS }, { "cidr", IOC_AN_ADDRESS }, { "host", IOC_A_DOMAIN },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(word, words[i].part) != NULL)
			return words[i].hint;
	return IOC_ANY;
}

static enum triage_status
take_as(struct taking *t, enum ioc_hint hint)
{
	switch (hint) {
	case IOC_A_HASH:
		return take_hash(t);
	case IOC_A_NAME:
	case IOC_A_PATH:
		return take_file(t);
	case IOC_A_PATTERN:
		return take_pattern(t, false);
	case IOC_A_DOMAIN:
		return take_domain(t);
	case IOC_AN_ADDRESS:
		return take_address(t);
	case IOC_A_URL:
		return take_url(t);
	case IOC_A_MAIL:
		return take_mail(t);
	case IOC_A_KEY:
		return take_registry(t);
	case IOC_ANY:
		break;
	}
	return refuse(t, "it is not clear what this is: no digest, name, path, domain, address, URL, mail address or registry key");
}

enum triage_status
ioc_take(struct ioc_store *s, const struct ioc_entry *e, enum ioc_hint hint, struct triage_error *err)
{
	struct ioc_entry trimmed = *e;
	while (trimmed.size > 0 && strchr(" \t\r\"'", trimmed.value[0]) != NULL) {
		trimmed.value++;
		trimmed.size--;
	}
	while (trimmed.size > 0 && strchr(" \t\r\"',", trimmed.value[trimmed.size - 1]) != NULL)
		trimmed.size--;
	struct taking t = { .s = s, .e = &trimmed, .err = err };
	if (trimmed.size == 0)
		return TRIAGE_OK;
	if (trimmed.size > IOC_VALUE_MAX || memchr(trimmed.value, '\0', trimmed.size) != NULL)
		return refuse(&t, "a value of more than 4096 bytes, or with a NUL byte in it");
	buf_init(&t.value, 4 * IOC_VALUE_MAX);
	buf_init(&t.key, 4 * IOC_VALUE_MAX);
	if (hint == IOC_A_PATTERN)
		buf_put(&t.value, trimmed.value, trimmed.size);
	else
		ioc_refang(&t.value, trimmed.value, trimmed.size);
	enum triage_status st = buf_check(&t.value, err);
	if (st == TRIAGE_OK) {
		enum ioc_hint what = hint == IOC_ANY ? ioc_guess(t.value.data, t.value.size) : hint;
		st = take_as(&t, what);
	}
	if (st == TRIAGE_OK)
		st = buf_check(&t.key, err);
	buf_release(&t.value);
	buf_release(&t.key);
	return st;
}

int8_t
ioc_severity_of_score(double score)
{
	return score >= 75 ? TRIAGE_HIGH : score >= 50 ? TRIAGE_MEDIUM : score >= 25 ? TRIAGE_LOW : TRIAGE_INFO;
}
