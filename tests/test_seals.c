/*
 * test_seals.c - every system call number of the kernel's table, and a list of escapes, tried inside each seal, each in a child of its own; what
 * happened is held against docs/sandbox.md, call by call.
 *
 * --without CALL,... COMMAND...: runs a command on a kernel that seems not to have these calls.
 */
#include "tests/seal_escapes.h"

/* --- the table --- */

static int
call_number(const struct act *act)
{
	/* no pointer, no length, no descriptor that exists: a call that gets through does nothing */
	return syscall(act->number, -1L, -1L, -1L, -1L, -1L, -1L) == -1 ? -1 : 0;
}

/* What docs/sandbox.md says of a call, per seal: "yes", "EACCES", "no", or a condition. False: it is not in the table. */
static bool
documented(const char *name, char said[SEALS][80])
{
	char path[PATH_MAX], line[1000], row[200];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/docs/sandbox.md", root != NULL ? root : ".");
	snprintf(row, sizeof(row), "| `%s` |", name);
	FILE *f = fopen(path, "re");
	bool found = false;
	if (f == NULL)
		fail_msg("cannot read %s", path);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, row, strlen(row)) == 0)
			found = sscanf(line + strlen(row), " %79[^|] | %79[^|] | %79[^|] |", said[0], said[1], said[2]) == 3;
	fclose(f);
	for (int i = 0; i < SEALS && found; i++)
		for (size_t n = strlen(said[i]); n > 0 && said[i][n - 1] == ' ';)
			said[i][--n] = '\0';
	return found;
}

/* A condition: these arguments do not meet it, so it must kill; but the kernel without Landlock seems to have no openat2(). */
static enum outcome
wanted(const char *said, const char *name)
{
	if (strcmp(name, "openat2") == 0 && strncmp(said, "if ", 3) == 0)
		return PASSED;
	return strcmp(said, "yes") == 0 ? PASSED : strcmp(said, "EACCES") == 0 ? REFUSED : KILLED;
}

/* The kernel itself lets its two calls for probes past every filter; they do nothing outside of the place where a debugger put them. */
static bool
is_beyond_filters(int number)
{
#ifdef __x86_64__
	return number == 335 || number == 336;
#else
	return number < 0;
#endif
}

/* The build for the address sanitizer has a filter of its own: there the table is tried in the worker's seal alone. tests/e2e/sandbox.sh runs the other build. */
static bool
skipped(int which, int step, int number)
{
#ifdef TRIAGE_ASAN
	return which != 1 || number % step != 0;
#else
	return which != 1 && number % step != 0;
#endif
}

static bool
is_for_asan(const char *name)
{
#ifdef TRIAGE_ASAN
	return strcmp(name, "sigaltstack") == 0 || strcmp(name, "rt_sigaction") == 0;
#else
	return name == NULL;
#endif
}

static void
every_call_does_what_the_document_says(void **state)
{
	(void)state;
	unsigned wrong = 0, rows = 0;
	for (int number = 0; number < NUMBERS; number++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), said[SEALS][80] = { "no", "no", "no" };
		rows += name != NULL && documented(name, said);
		for (int which = 0; which < SEALS && !(name != NULL && is_for_asan(name)) && !is_beyond_filters(number); which++) {
			if (skipped(which, 1, number))
				continue;
			const struct act act = { call_number, number };
			enum outcome got = try(which, &act), want = wanted(said[which], name != NULL ? name : "");
			if (got == want)
				continue;
			print_message("# %s: call %d %s was %s, the document says %s\n", seal_names[which], number, name != NULL ? name : "?", outcomes[got], said[which]);
			wrong++;
		}
		free(name);
	}
	assert_int_equal(wrong, 0);
	assert_true(rows > 60);
}

/* The rows of the document are those of the filter: one for a call that the filter does not know would be read as a promise. */
static void
the_document_has_a_row_for_each_call_of_the_filter(void **state)
{
	(void)state;
	static const char *const names[] = {
#define CALL(name, one, two, opener) #name,
#include "triage/run/sandbox_calls.def"
#undef CALL
	};
	char said[SEALS][80];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!is_for_asan(names[i]) && !documented(names[i], said))
			fail_msg("%s is in the filter and not in docs/sandbox.md", names[i]);
}

#ifdef __x86_64__
static void
the_x32_table_is_closed(void **state)
{
	(void)state;
	for (int number = 0; number < NUMBERS; number++) {
		const struct act act = { call_number, X32 | number };
		for (int which = 0; which < SEALS; which++)
			if (!skipped(which, 8, number) && try(which, &act) != KILLED)
				fail_msg("%s: x32 call %d got through", seal_names[which], number);
	}
}

static int
call_i386(const struct act *act)
{
	long result;
	/* the kernel's 32-bit entry, from 64-bit code */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(act->number), "b"(0), "c"(0), "d"(0) : "memory", "r8", "r9", "r10", "r11");
	return result < 0 ? -1 : 0;
}

static void
the_i386_entry_is_closed(void **state)
{
	(void)state;
	static const long numbers[] = { 1 /* exit */, 2 /* fork */, 3 /* read: 64-bit number of close() */, 4, 5, 11, 20, 102, 120, 192, 295 };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (int which = 0; which < SEALS; which++) {
			const struct act act = { call_i386, numbers[i] };
			int status, parent = getpid(), pid = fork();
			if (pid == 0) {
				if (!enter(which, parent))
					_exit(3);
				act.run(&act);
				_exit(0);
			}
			waitpid(pid, &status, 0);
			tried++;
			/* SIGSEGV: a kernel without that entry */
			bool closed = WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
			denied += closed;
			if (!closed)
				fail_msg("%s: i386 call %ld got through", seal_names[which], numbers[i]);
		}
	}
}
#endif

/* --- escapes --- */

static void
no_escape_succeeds(void **state)
{
	(void)state;
	unsigned wrong = 0;
	supervisor = getpid();
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		for (int which = 0; which < SEALS; which++) {
			if ((escapes[i].seals >> which & 1) == 0)
				continue;
			bool out = succeeds(which, &escapes[i].act);
			tried++;
			denied += !out;
			wrong += out;
			if (out)
				print_message("# %s: %s succeeded\n", seal_names[which], escapes[i].name);
		}
	}
	assert_int_equal(wrong, 0);
	assert_int_not_equal(access("/tmp/triage-seals-escape", F_OK), 0);
	struct stat info;
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_size, 4);
	snprintf(path, sizeof(path), "%s/written", folder);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* What each seal is for still works, or the test above would prove little. */
CALLED(read_evidence, SYS_pread64, 5, &(char[1]){ 0 }, 1, 0)
CALLED(say_something, SYS_sendto, 4, "x", 1, 0, NULL, 0)
CALLED(open_inside, SYS_openat, 3, "file", O_RDONLY)
CALLED(take_memory, SYS_mmap, 0, MEMORY / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
CALLED(wake, SYS_futex, &(uint32_t){ 0 }, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0)

static void
what_a_seal_is_for_works(void **state)
{
	(void)state;
	static const struct escape works[] = {
		FAILS(read_evidence, ALL) FAILS(say_something, ALL) FAILS(open_inside, OPENING | OPENER) FAILS(take_memory, ALL) FAILS(wake, ALL)
	};
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		for (int which = 0; which < SEALS; which++)
			if ((works[i].seals >> which & 1) != 0 && !succeeds(which, &works[i].act))
				fail_msg("%s: %s fails", seal_names[which], works[i].name);
}

static void
landlock_leaves_what_was_named_alone(void **state)
{
	(void)state;
	static const struct act outside = { read_passwd, 0 };
	if (!landlocked)
		return;	/* the run says so in its case: tests/e2e/sandbox.sh */
	assert_false(succeeds(0, &outside));
	assert_false(succeeds(2, &outside));
}

/* --- descriptors through the socket of the opener --- */

static void
the_opener_gives_nothing_from_outside(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool given;
	} cases[] = {
		{ "file", true }, { "sub/inner", true }, { "/etc/passwd", false }, { "../../etc/passwd", false }, { "sub/../file", true }, { "sub/../../file", false },
		{ "to_passwd", false }, { "to_etc/passwd", false }, { "to_sub/inner", false }, { "pipe", false }, { "sub", false }, { "", false }, { ".", false }, { "..", false },
		{ "sub//inner", true }, { "/proc/self/fd/3", false }, { "file/", false },
	};
	int channel[2], parent = getpid(), status;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	int pid = fork();
	if (pid == 0) {
		struct triage_error err;
		unsigned layers = 0;
		int root = open(folder, O_RDONLY | O_DIRECTORY);
		const int keep[] = { root, channel[1] };
		const struct sandbox_config config = { .keep_fds = keep, .keep_count = 2, .memory = MEMORY, .file_bytes = OPENER_XATTR_MAX, .parent = parent };
		if (sandbox_begin(&config, &layers, &err) == TRIAGE_OK && sandbox_opener(root, &layers, &err) == TRIAGE_OK)
			opener_serve(root, NULL, channel[1]);
		_exit(0);
	}
	close(channel[1]);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct triage_error err;
		int fd = -1;
		bool given = opener_request(channel[0], (const uint8_t *)cases[i].path, strlen(cases[i].path), OPENER_CONTENT, 0, &fd, &err) == TRIAGE_OK;
		tried++;
		denied += !given;
		/* without openat2() a way up or an empty name is refused even where it would stay inside */
		bool strict = !landlocked && (strcmp(cases[i].path, "sub/../file") == 0 || strcmp(cases[i].path, "sub//inner") == 0);
		if (given != cases[i].given && !strict)
			fail_msg("%s: given %d", cases[i].path, given);
		if (given) {
			assert_true((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
			assert_int_equal(write(fd, "x", 1), -1);
			close(fd);
		}
	}
	close(channel[0]);
	waitpid(pid, &status, 0);
}

/* A sealed worker that sends the descriptor of its evidence: the supervisor reads its frames and gets no descriptor. */
static int
send_descriptor(const struct act *act)
{
	(void)act;
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	static char word[] = "x";
	struct msghdr message = { .msg_iov = &(struct iovec){ word, 1 }, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &(int){ 5 }, sizeof(int));
	return sendmsg(4, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static void
a_descriptor_that_a_worker_sends_does_not_arrive(void **state)
{
	(void)state;
	static const struct act act = { send_descriptor, 0 };
	struct triage_error err;
	int next = dup(0), after;
	close(next);
	succeeds(1, &act);
	struct wire_stream s;
	wire_stream_init(&s, beside[0]);
	assert_int_equal(wire_fill(&s, true, &err), TRIAGE_OK);
	wire_stream_release(&s);
	after = dup(0);
	close(after);
	assert_int_equal(after, next);
}

/* A kernel that lacks calls, for the command that follows. */
static int
without(char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	for (char *name = strtok(argv[0], ","); name != NULL; name = strtok(NULL, ","))
		if (filter == NULL || seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(name), 0) != 0)
			return 2;
	/* root needs no promise to set it, so that what runs begins as it would without */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, geteuid() != 0);
	if (seccomp_load(filter) != 0)
		return 2;
	execvp(argv[1], argv + 1);
	return 127;
}

int
main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--without") == 0)
		return without(argv + 2);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_seal_is_for_works), cmocka_unit_test(every_call_does_what_the_document_says),
		cmocka_unit_test(the_document_has_a_row_for_each_call_of_the_filter),
#ifdef __x86_64__
		cmocka_unit_test(the_x32_table_is_closed), cmocka_unit_test(the_i386_entry_is_closed),
#endif
		cmocka_unit_test(no_escape_succeeds), cmocka_unit_test(landlock_leaves_what_was_named_alone),
		cmocka_unit_test(the_opener_gives_nothing_from_outside), cmocka_unit_test(a_descriptor_that_a_worker_sends_does_not_arrive),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
