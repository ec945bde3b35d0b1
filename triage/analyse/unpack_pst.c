/*
 * unpack_pst.c - an Outlook store (PST, OST, PAB) through libpff: its folders, and of each message header lines, bodies and attachments.
 *
 * The library reads through callbacks, so nothing is opened. Its code is old: it runs in a sealed worker, and a store that takes workers
 * down is left closed like any archive. Not handled: messages that were deleted from the store (orphans, unallocated blocks).
 */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/fault.h"
#include "triage/base/when.h"

#include <libbfio.h>
#include <libpff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 32, BODY_MAX = 64 << 20, TEXT_MAX = 1 << 20, CHUNK = 256 << 10, FOLDERS_MAX = 100000 };

enum piece { PIECE_HEADERS, PIECE_BODY, PIECE_HTML, PIECE_RTF, PIECE_ATTACHMENT };

/* A folder or a message on the way down. */
struct place {
	libpff_item_t *item;		/* owned */
	bool message;
	int next, count;		/* messages of a folder, attachments of a message */
	int next_folder, folders;
	unsigned piece;
	size_t prefix;			/* bytes of path before its own members */
};

struct pst {
	libbfio_handle_t *io;
	libpff_file_t *file;
	uint64_t at;			/* of the callbacks */
	struct place stack[DEPTH];
	size_t depth;
	struct buf path, whole;
	libpff_item_t *attachment;	/* whose data is in hand; owned */
	uint64_t attachment_left;
	uint64_t folders_met, lost;	/* lost: folders, messages, bodies and attachments that the library could not give */
	bool given;
};

/* --- opening --- */

static void
forget_attachment(struct pst *s)
{
	if (s->attachment != NULL)
		libpff_item_free(&s->attachment, NULL);
	s->attachment = NULL;
	s->attachment_left = 0;
}

static void
pop(struct pst *s)
{
	forget_attachment(s);
	libpff_item_free(&s->stack[--s->depth].item, NULL);
}

static void
pst_close(struct unpack_mail *m)
{
	struct pst *s = m->state;
	if (s == NULL)
		return;
	while (s->depth > 0)
		pop(s);
	if (s->file != NULL) {
		libpff_file_close(s->file, NULL);
		libpff_file_free(&s->file, NULL);
	}
	if (s->io != NULL)
		libbfio_handle_free(&s->io, NULL);
	buf_release(&s->path);
	buf_release(&s->whole);
	free(s);
}

/* Put an item on the stack; it is taken over. name: what its members' path goes on with. */
static void
push(struct unpack_mail *m, struct pst *s, libpff_item_t *item, bool message)
{
	struct place *p = &s->stack[s->depth];
	if (s->depth == DEPTH || (!message && s->folders_met++ > FOLDERS_MAX)) {
		m->left_out = "its folders or attached messages lie too deep in each other, or are too many: some are left out";
		libpff_item_free(&item, NULL);
		return;
	}
	*p = (struct place){ .item = item, .message = message, .prefix = s->path.size };
	if (message) {
		if (libpff_message_get_number_of_attachments(item, &p->count, NULL) != 1)
			p->count = 0;	/* most messages have no list of them */
	} else {
		if (libpff_folder_get_number_of_sub_messages(item, &p->count, NULL) != 1) {
			p->count = 0;
			s->lost++;
		}
		if (libpff_folder_get_number_of_sub_folders(item, &p->folders, NULL) != 1) {
			p->folders = 0;
			s->lost++;
		}
	}
	s->depth++;
}

static enum triage_status
pst_open(struct unpack_mail *m, struct triage_error *err)
{
	struct pst *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	libpff_item_t *root = NULL;
	m->state = s;
	if (s == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an Outlook store");
		return TRIAGE_E_MEMORY;
	}
	buf_init(&s->path, MAIL_NAME_MAX * 4);
	buf_init(&s->whole, BODY_MAX);
	s->io = pst_io(m->source);
	if (s->io == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an Outlook store");
		return TRIAGE_E_MEMORY;
	}
	if (libpff_file_initialize(&s->file, NULL) != 1)
		s->file = NULL;
	else if (libpff_file_open_file_io_handle(s->file, s->io, LIBPFF_OPEN_READ, NULL) == 1 && libpff_file_get_root_folder(s->file, &root, NULL) == 1) {
		push(m, s, root, false);
		return TRIAGE_OK;
	}
	mail_broken(m, m->source->failed.text[0] != '\0' ? m->source->failed.text : "its tables are damaged, or of a version that is not read");
	return TRIAGE_OK;
}

/* --- properties --- */

/* A text property of the first record set, as UTF-8, into out (cleared). */
static bool
read_text(struct unpack_mail *m, libpff_item_t *item, uint32_t id, struct buf *out)
{
	libpff_record_set_t *set = NULL;
	libpff_record_entry_t *entry = NULL;
	size_t size = 0;
	bool there = false;
	buf_clear(out);
	if (libpff_item_get_record_set_by_index(item, 0, &set, NULL) != 1)
		return false;
	if (libpff_record_set_get_entry_by_type(set, id, 0, &entry, LIBPFF_ENTRY_VALUE_FLAG_MATCH_ANY_VALUE_TYPE, NULL) == 1) {
		if (libpff_record_entry_get_data_as_utf8_string_size(entry, &size, NULL) == 1 && size > 1) {
			char *room = buf_room(out, size);
			if (room == NULL)
				m->left_out = "a text in it is longer than 1 MiB, and was not read";
			if (room != NULL && libpff_record_entry_get_data_as_utf8_string(entry, (uint8_t *)room, size, NULL) == 1) {
				buf_wrote(out, strnlen(room, size));
				there = out->size > 0;
			}
		}
		libpff_record_entry_free(&entry, NULL);
	}
	libpff_record_set_free(&set, NULL);
	return there;
}

static int64_t
to_time(int got, uint64_t filetime)
{
	return got == 1 ? when_from_filetime(filetime) : TRIAGE_TIME_NONE;
}

static void
make_headers(struct unpack_mail *m, struct pst *s, libpff_item_t *item, int64_t *ret_time)
{
	enum { TEXTS = 8 };
	static const uint32_t ids[TEXTS] = { 0x007d, 0x0c1a, 0x5d01, 0x0c1f, 0x0e04, 0x0e03, 0x0037, 0x1035 };
	struct buf text[TEXTS];
	uint64_t submitted = 0, delivered = 0;
	for (size_t i = 0; i < TEXTS; i++) {
		buf_init(&text[i], TEXT_MAX);
		read_text(m, item, ids[i], &text[i]);
	}
	/* a subject may begin with two bytes that tell where its prefix ends */
	const char *subject = buf_cstr(&text[6]);
	if (subject[0] == 1 && subject[1] != '\0')
		subject += 2;
	int has_submitted = libpff_message_get_client_submit_time(item, &submitted, NULL), has_delivered = libpff_message_get_delivery_time(item, &delivered, NULL);
	struct mail_item it = { .transport = buf_cstr(&text[0]), .from_name = buf_cstr(&text[1]), .from_address = buf_cstr(text[2].size > 0 ? &text[2] : &text[3]),
		.to = buf_cstr(&text[4]), .cc = buf_cstr(&text[5]), .subject = subject, .message_id = buf_cstr(&text[7]),
		.submitted = to_time(has_submitted, submitted), .delivered = to_time(has_delivered, delivered) };
	mail_put_item(&s->whole, &it);
	*ret_time = it.delivered != TRIAGE_TIME_NONE ? it.delivered : it.submitted;
	for (size_t i = 0; i < TEXTS; i++)
		buf_release(&text[i]);
}

static bool
read_body(struct unpack_mail *m, struct pst *s, libpff_item_t *item, unsigned piece)
{
	size_t size = 0;
	int got = piece == PIECE_BODY ? libpff_message_get_plain_text_body_size(item, &size, NULL) : piece == PIECE_HTML ?
	    libpff_message_get_html_body_size(item, &size, NULL) : libpff_message_get_rtf_body_size(item, &size, NULL);
	if (got != 1 || size == 0)
		return false;
	char *room = size <= BODY_MAX ? buf_room(&s->whole, size) : NULL;
	if (room == NULL) {
		m->left_out = "a body in it is larger than what is held in memory";
		return false;
	}
	uint8_t *to = (uint8_t *)room;
	got = piece == PIECE_BODY ? libpff_message_get_plain_text_body(item, to, size, NULL) : piece == PIECE_HTML ?
	    libpff_message_get_html_body(item, to, size, NULL) : libpff_message_get_rtf_body(item, to, size, NULL);
	if (got != 1) {
		s->lost++;
		return false;
	}
	while (size > 0 && room[size - 1] == '\0')
		size--;
	buf_wrote(&s->whole, size);
	return size > 0;
}

/* --- members --- */

static bool
next_attachment(struct unpack_mail *m, struct pst *s, struct place *p)
{
	SCOPED_BUF name;
	buf_init(&name, TEXT_MAX);
	while (p->next < p->count) {
		int type = 0, number = ++p->next;
		size64_t size = 0;
		libpff_item_t *inner = NULL;
		char otherwise[40];
		forget_attachment(s);
		if (libpff_message_get_attachment(p->item, number - 1, &s->attachment, NULL) != 1) {
			s->attachment = NULL;
			s->lost++;
			continue;
		}
		snprintf(otherwise, sizeof(otherwise), "attachment-%d.bin", number);
		if (libpff_attachment_get_type(s->attachment, &type, NULL) != 1) {
			s->lost++;
			continue;
		}
		if (type == LIBPFF_ATTACHMENT_TYPE_ITEM) {
			if (libpff_attachment_get_item(s->attachment, &inner, NULL) != 1) {
				s->lost++;
				continue;
			}
			buf_format(&s->path, "attached-%d/", number);
			push(m, s, inner, true);
			return false;
		}
		if (type != LIBPFF_ATTACHMENT_TYPE_DATA)
			continue;	/* a link: its bytes lie elsewhere */
		if (libpff_attachment_get_data_size(s->attachment, &size, NULL) != 1) {
			s->lost++;
			continue;
		}
		if (!read_text(m, s->attachment, 0x3707, &name))
			read_text(m, s->attachment, 0x3704, &name);
		mail_put_name(&m->name, buf_cstr(&name), name.size, otherwise);
		m->size = s->attachment_left = size;
		return true;
	}
	return false;
}

/* The next member of the message on top. */
static bool
next_piece(struct unpack_mail *m, struct pst *s, struct place *p)
{
	static const char *const names[] = { "headers.txt", "body.txt", "body.html", "body.rtf" };
	if (p->piece == PIECE_ATTACHMENT)
		return next_attachment(m, s, p);
	unsigned piece = p->piece++;
	buf_text(&m->name, names[piece]);
	if (piece == PIECE_HEADERS)
		make_headers(m, s, p->item, &m->mtime);
	bool there = piece == PIECE_HEADERS || read_body(m, s, p->item, piece);
	m->size = s->whole.size;
	return there;
}

/* Go on in the folder on top: into its next message, then its next folder. False when it is done. */
static bool
next_in_folder(struct unpack_mail *m, struct pst *s, struct place *p)
{
	libpff_item_t *item = NULL;
	uint8_t name[600] = "";
	size_t size = 0;
	if (p->next < p->count) {
		int number = ++p->next;
		if (libpff_folder_get_sub_message(p->item, number - 1, &item, NULL) == 1) {
			buf_format(&s->path, "message-%06d/", number);
			push(m, s, item, true);
		} else {
			s->lost++;
		}
		return true;
	}
	if (p->next_folder >= p->folders)
		return false;
	if (libpff_folder_get_sub_folder(p->item, p->next_folder++, &item, NULL) == 1) {
		char otherwise[40];
		snprintf(otherwise, sizeof(otherwise), "folder-%d", p->next_folder);
		if (libpff_folder_get_utf8_name_size(item, &size, NULL) != 1 || size > sizeof(name) || libpff_folder_get_utf8_name(item, name, size, NULL) != 1)
			name[0] = '\0';
		mail_put_name(&s->path, (const char *)name, strnlen((const char *)name, sizeof(name)), otherwise);
		buf_char(&s->path, '/');
		push(m, s, item, false);
	} else {
		s->lost++;
	}
	return true;
}

static enum unpack_step
pst_next(struct unpack_mail *m)
{
	struct pst *s = m->state;
	if (m->why[0] != '\0')
		return UNPACK_BROKEN;
	while (s->depth > 0) {
		struct place *p = &s->stack[s->depth - 1];
		size_t depth = s->depth;
		s->path.size = p->prefix;
		buf_clear(&s->whole);
		buf_clear(&m->name);
		s->given = false;
		m->mtime = TRIAGE_TIME_NONE;
		if (p->message) {
			buf_put(&m->name, buf_cstr(&s->path), s->path.size);
			unsigned piece = p->piece;
			if (next_piece(m, s, p))
				return UNPACK_MEMBER;
			if (s->depth == depth && piece == PIECE_ATTACHMENT && p->next >= p->count)
				pop(s);
		} else if (!next_in_folder(m, s, p)) {
			pop(s);
		}
	}
	if (s->lost == 0)
		return UNPACK_END;
	snprintf(m->why, MAIL_WHY, "%ju of its folders, messages, bodies and attachments cannot be read%s", (uintmax_t)s->lost,
	    m->left_out != NULL ? "; others lie too deep in each other, are too many or too long" : "");
	return UNPACK_BROKEN;
}

static bool
pst_more(struct unpack_mail *m)
{
	struct pst *s = m->state;
	if (s->attachment != NULL && s->attachment_left > 0) {
		size_t want = s->attachment_left < CHUNK ? (size_t)s->attachment_left : CHUNK;
		char *room = buf_room(&m->out, want);
		ssize_t got = room != NULL ? libpff_attachment_data_read_buffer(s->attachment, (uint8_t *)room, want, NULL) : -1;
		if (got <= 0 || (size_t)got > want) {
			s->attachment_left = 0;
			mail_broken(m, "an attachment in it cannot be read whole");
			return false;
		}
		s->attachment_left -= (uint64_t)got;
		buf_wrote(&m->out, (size_t)got);
		return true;
	}
	if (!s->given && s->whole.size > 0) {
		struct buf out = m->out;
		m->out = s->whole;
		s->whole = out;
		s->whole.max = BODY_MAX;
		buf_clear(&s->whole);
	}
	s->given = true;
	return true;
}

const struct unpack_mail_kind unpack_mail_pst = { .open = pst_open, .next = pst_next, .more = pst_more, .close = pst_close };
