/* sigma_address.c - address ranges of Sigma rules: 10.0.0.0/8, 2001:db8::/32, a lone address. */
#include "triage/detect/sigma_inside.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_MAX = 64, MAPPED = 12 };

static const uint8_t mapped_prefix[MAPPED] = { [10] = 0xff, [11] = 0xff };

/* Either family as 16 bytes: IPv4 at the head, the rest zero. ::ffff:a.b.c.d is that IPv4 address. */
static bool
address_of(const char *text, size_t size, uint8_t out[16], bool *ret_six)
{
	char copy[ADDRESS_MAX];
	if (size == 0 || size >= sizeof(copy))
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	memset(out, 0, 16);
	*ret_six = false;
	if (inet_pton(AF_INET, copy, out) == 1)
		return true;
	char *scope = strchr(copy, '%');
	if (scope != NULL)
		*scope = '\0';
	if (inet_pton(AF_INET6, copy, out) != 1)
		return false;
	*ret_six = memcmp(out, mapped_prefix, MAPPED) != 0;
	if (!*ret_six) {
		memmove(out, out + MAPPED, 4);
		memset(out + 4, 0, MAPPED);
	}
	return true;
}

bool
sigma_network_of(const char *text, struct sigma_value *v)
{
	const char *slash = strchr(text, '/');
	if (!address_of(text, slash != NULL ? (size_t)(slash - text) : strlen(text), v->network, &v->six))
		return false;
	unsigned long most = v->six ? 128 : 32, bits = most;
	if (slash != NULL) {
		char *end;
		bits = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > most)
			return false;
	}
	v->kind = SIGMA_NETWORK;
	v->bits = (unsigned)bits;
	return true;
}

bool
sigma_in_network(const struct sigma_value *v, const char *text)
{
	uint8_t address[16];
	bool six;
	if (!address_of(text, strlen(text), address, &six) || six != v->six)
		return false;
	size_t whole = v->bits / 8;
	unsigned rest = v->bits % 8;
	return memcmp(address, v->network, whole) == 0 && (rest == 0 || ((address[whole] ^ v->network[whole]) >> (8 - rest)) == 0);
}
