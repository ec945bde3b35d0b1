#include "triage/run/signing.h"

#include "triage/base/scoped.h"
#include "triage/base/when.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { REQUEST_MAX = 64 << 10 };

/* What comes back: the error, or a signature behind it. */
struct answer {
	struct triage_error err;	/* status TRIAGE_OK when it went well */
	char who[CMS_NAME_MAX], fingerprint[65];
	uint32_t size;
	uint8_t signature[TRIAGE_SIGNATURE_MAX];
};

/* --- in the process that holds the key --- */

static bool
send_answer(int fd, const struct answer *a)
{
	ssize_t n;
	while ((n = send(fd, a, offsetof(struct answer, signature) + a->size, MSG_NOSIGNAL)) < 0 && errno == EINTR)
		continue;
	return n >= 0;
}

static void
answer_request(struct cms_key *key, const uint8_t *data, size_t size, struct answer *a)
{
	SCOPED_BUF der;
	buf_init(&der, TRIAGE_SIGNATURE_MAX);
	a->size = 0;
	a->err = (struct triage_error){ .status = TRIAGE_OK };
	if (cms_sign(key, data, size, when_now(), &der, &a->err) != TRIAGE_OK)
		return;
	memcpy(a->signature, buf_cstr(&der), der.size);
	a->size = (uint32_t)der.size;
}

/* A parent that is gone takes this process along; keys of the terminal that stop the run do not end it before the parent does. */
static void
settle(void)
{
	const struct rlimit none = { 0 };
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static void
serve(int fd, const char *cert, const char *path, const struct cms_ask *ask)
{
	struct cms_key *key = NULL;
	struct answer *a = calloc(1, sizeof(*a));
	SCOPED_FREE uint8_t *request = malloc(REQUEST_MAX);
	if (a == NULL || request == NULL)
		return;
	if (cms_key_open(cert, path, ask, when_now(), &key, &a->err) == TRIAGE_OK) {
		snprintf(a->who, sizeof(a->who), "%s", cms_key_who(key));
		snprintf(a->fingerprint, sizeof(a->fingerprint), "%s", cms_key_fingerprint(key));
	}
	bool more = send_answer(fd, a) && key != NULL;
	while (more) {
		ssize_t n = recv(fd, request, REQUEST_MAX, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		answer_request(key, request, (size_t)n, a);
		more = send_answer(fd, a);
	}
	cms_key_free(key);
	free(a);
}

/* --- in the others --- */

static enum triage_status
gone(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_CRASHED, TRIAGE_NO_OFFSET, "the process that holds the key for signing is gone");
	return TRIAGE_E_CRASHED;
}

static enum triage_status
hear(int fd, struct answer *a, struct triage_error *err)
{
	const size_t head = offsetof(struct answer, signature);
	ssize_t n;
	while ((n = recv(fd, a, sizeof(*a), 0)) < 0 && errno == EINTR)
		continue;
	if (n < (ssize_t)head || (size_t)n != head + a->size || a->size > TRIAGE_SIGNATURE_MAX)
		return gone(err);
	if (a->err.status != TRIAGE_OK) {
		*err = a->err;
		return a->err.status;
	}
	return TRIAGE_OK;
}

static enum triage_status
ask_signature(void *ctx, const void *data, size_t size, uint8_t *out, size_t *ret_size, struct triage_error *err)
{
	const struct signing *s = ctx;
	SCOPED_FREE struct answer *a = malloc(sizeof(*a));
	if (a == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the signature");
		return TRIAGE_E_MEMORY;
	}
	if (size > REQUEST_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %d bytes to sign", REQUEST_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (send(s->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		return gone(err);
	enum triage_status st = hear(s->fd, a, err);
	if (st != TRIAGE_OK)
		return st;
	memcpy(out, a->signature, a->size);
	*ret_size = a->size;
	return TRIAGE_OK;
}

enum triage_status
signing_start(const char *cert, const char *key, const struct cms_ask *ask, struct signing *ret_signing, struct triage_error *err)
{
	int pair[2];
	SCOPED_FREE struct answer *a = malloc(sizeof(*a));
	*ret_signing = (struct signing){ .fd = -1 };
	if (a == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot start the process that signs");
		return TRIAGE_E_IO;
	}
	/* an answer is one message */
	const int room = 4 * (int)sizeof(*a);
	for (unsigned i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	int pid = fork();
	if (pid == 0) {
		close(pair[0]);
		settle();
		serve(pair[1], cert, key, ask);
		_exit(0);
	}
	close(pair[1]);
	*ret_signing = (struct signing){ .fd = pair[0], .pid = pid };
	if (pid < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot start the process that signs");
		close(pair[0]);
		return TRIAGE_E_IO;
	}
	enum triage_status st = hear(pair[0], a, err);
	if (st != TRIAGE_OK) {
		signing_stop(ret_signing);
		return st;
	}
	memcpy(ret_signing->who, a->who, sizeof(a->who));
	memcpy(ret_signing->fingerprint, a->fingerprint, sizeof(a->fingerprint));
	ret_signing->signer = (struct triage_signer){ .ctx = ret_signing, .who = ret_signing->who, .fingerprint = ret_signing->fingerprint,
	    .sign = ask_signature };
	return TRIAGE_OK;
}

void
signing_stop(struct signing *s)
{
	if (s->pid <= 0)
		return;
	close(s->fd);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	*s = (struct signing){ .fd = -1 };
}
