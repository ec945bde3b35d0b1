#include "triage/cli/ask_key.h"

#include "triage/base/scoped.h"
#include "triage/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

enum { INTERRUPT = 3 };

/* One line into bytes, without its end. False when it does not end, or the interrupt key was typed. */
static bool
read_line(int fd, char *bytes, size_t *ret_size)
{
	for (size_t size = 0; size < TYPED_KEY_MAX;) {
		ssize_t n = read(fd, bytes + size, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || bytes[size] == INTERRUPT)
			return false;
		if (bytes[size] == '\n') {
			bytes[size] = '\0';
			*ret_size = size;
			return true;
		}
		size++;
	}
	return false;
}

bool
key_room(struct typed_key *ret_key)
{
	void *page = mmap(NULL, TYPED_KEY_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		complain("out of memory");
		return false;
	}
	mlock(page, TYPED_KEY_MAX);
	madvise(page, TYPED_KEY_MAX, MADV_DONTDUMP);
	*ret_key = (struct typed_key){ .bytes = page };
	return true;
}

bool
ask_secret(const char *prompt, const char *without, struct typed_key *ret_key)
{
	struct termios shown, hidden;
	SCOPED_FD fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &shown) != 0) {
		complain(without);
		return false;
	}
	if (!key_room(ret_key))
		return false;
	hidden = shown;
	hidden.c_lflag &= (tcflag_t)~(ECHO | ISIG);	/* a signal would leave the terminal mute */
	bool ok = tcsetattr(fd, TCSAFLUSH, &hidden) == 0 && write(fd, prompt, strlen(prompt)) > 0 && read_line(fd, ret_key->bytes, &ret_key->size);
	tcsetattr(fd, TCSAFLUSH, &shown);
	if (write(fd, "\n", 1) != 1 || !ok) {
		forget_key(ret_key);
		complain("no key was typed");
		return false;
	}
	return true;
}

bool
ask_key(struct typed_key *ret_key)
{
	return ask_secret("Passphrase or recovery key (not shown; empty for none): ",
	    "--ask-key wants a terminal; put the key into a file and give it with --key FILE", ret_key);
}

void
forget_key(struct typed_key *key)
{
	if (key->bytes == NULL)
		return;
	explicit_bzero(key->bytes, TYPED_KEY_MAX);
	munmap(key->bytes, TYPED_KEY_MAX);
	*key = (struct typed_key){ 0 };
}
