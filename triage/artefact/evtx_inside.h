/*
 * evtx_inside.h - a Windows event log in the hands of its parser, shared by the files evtx*.c.
 *
 * A chunk of 64 KiB is whole in memory while its records are read; offsets inside it are 32-bit and relative to its start, as the format has
 * them. Each template of a chunk is compiled once into slots: where a field's name is fixed and its value is a literal or one of the values
 * of a record. A record then is its values put into the slots: a list of fields that point into the chunk, nothing copied.
 */
#ifndef TRIAGE_ARTEFACT_EVTX_INSIDE_H
#define TRIAGE_ARTEFACT_EVTX_INSIDE_H

#include "triage/artefact/artefact.h"

#include "triage/artefact/evtx_name.h"

enum {
	EVTX_FILE_HEADER = 4096, EVTX_CHUNK = 65536, EVTX_RECORDS_AT = 512,
	EVTX_RECORD_HEADER = 24, EVTX_RECORD_LEAST = 28,		/* magic, size, number, time; and the size once more at the end */
};

/* Types of values, of the format and one of ours. Source: [MS-EVEN6] 2.2.13, libevtx documentation. */
enum {
	EVTX_NULL, EVTX_STRING, EVTX_ANSI, EVTX_I8, EVTX_U8, EVTX_I16, EVTX_U16, EVTX_I32, EVTX_U32, EVTX_I64, EVTX_U64, EVTX_R32, EVTX_R64, EVTX_BOOL,
	EVTX_BINARY, EVTX_GUID, EVTX_SIZE, EVTX_FILETIME, EVTX_SYSTEMTIME, EVTX_SID, EVTX_HEX32, EVTX_HEX64, EVTX_BINXML = 0x21,
	EVTX_UTF8 = 0x60, EVTX_ARRAY = 0x80,
};

struct evtx_value {
	const uint8_t *data;
	uint32_t size;		/* bytes */
	uint8_t type;
};

/* What stands between the tags of an element or the quotes of an attribute is one or more parts. */
struct evtx_part {
	struct evtx_value literal;	/* when index is EVTX_LITERAL */
	uint32_t index, next;		/* of a substitution; of the next part, 0 for none */
};
#define EVTX_LITERAL UINT32_MAX

/* Where in <Event> something stands. */
enum { EVTX_AT_ROOT, EVTX_AT_EVENT, EVTX_AT_SYSTEM, EVTX_AT_SYSTEM_ITEM, EVTX_AT_DATA, EVTX_AT_RENDERING };

struct evtx_slot {
	struct evtx_key *key;		/* NULL: an unnamed Data */
	uint32_t part, name_part;	/* first of its value; of a name that is no literal, 0 for none */
	uint8_t system;			/* EVTX_SYS_*, 0 for a field of the event itself */
	uint8_t inside;			/* EVTX_AT_* of what a fragment in its value holds */
};

struct evtx_template {
	uint32_t definition;		/* offset in the chunk */
	uint32_t slot, slots;
	uint8_t section;
	bool whole;
};

struct evtx_field {
	struct evtx_key *key;		/* NULL: an unnamed Data */
	struct evtx_value value;
};

enum {
	EVTX_TEMPLATES = 2048, EVTX_SLOTS = 16384, EVTX_PARTS = 24576, EVTX_VALUES = 16384, EVTX_FIELDS = 1024,
	EVTX_NESTED = 8,			/* fragments inside values */
	EVTX_DEPTH = 48,			/* elements inside elements */
	EVTX_TEXT = 128 << 10,			/* bytes of texts of a record that are put together from parts */
	EVTX_COMPILE = 512 << 10,		/* bytes of definitions compiled a chunk: more only when they overlap */
	EVTX_WORK = 4 << 20,			/* bytes of values and 32 for each field that the records of one chunk may come to */
};

/* A sentence of evtx_messages.def, taken apart when it is first needed. */
enum { EVTX_OP_END, EVTX_OP_TEXT, EVTX_OP_FIELD, EVTX_OP_EITHER, EVTX_OP_GROUP, EVTX_OP_GROUP_END };
struct evtx_op {
	const char *text;
	struct evtx_key *key, *other;	/* of a field, and of the one to take when that says nothing; NULL: an unnamed one, by its place */
	uint16_t size;			/* of text, or the place */
	uint8_t kind, format;
};
enum { EVTX_MESSAGES = 512, EVTX_OPS = 6144, EVTX_MESSAGE_BUCKETS = 512 };
struct evtx_message;

/*
 * What records of one template mostly share: the fields of <System> that say where an event comes from. It is made once and known again
 * by its values.
 */
enum { EVTX_SHARED = 12, EVTX_SHARED_BYTES = 1024, EVTX_SHARED_JSON = 2048, EVTX_SHARED_SETS = 64, EVTX_NAME_ROOM = 256 };
struct evtx_shared {
	bool made, known_id;
	uint64_t chunk;				/* number of the chunk that seen points into */
	uint64_t named;				/* of system_named */
	const uint8_t *seen[EVTX_SHARED];
	struct evtx_value values[EVTX_SHARED];	/* in bytes */
	uint8_t bytes[EVTX_SHARED_BYTES];
	uint32_t json_size;
	char json[EVTX_SHARED_JSON];
	uint64_t id;				/* of the event, when known_id */
	char provider[EVTX_NAME_ROOM], computer[EVTX_NAME_ROOM];
	const struct evtx_message *message;
};

struct evtx {
	struct evtx_names names;

	/* the log */
	bool begun, has_header, dirty, header_sound;
	bool xml, wide, mixed;		/* an export as XML; in UTF-16; its events are of several machines */
	uint16_t header_chunks;
	uint64_t chunks, next_id;		/* chunks seen; number of the record that should come next */
	char computer[EVTX_NAME_ROOM];
	int64_t computer_time, last_boot, last_shutdown;
	bool forwarded;			/* an event has a message that another machine rendered */
	char version[16], build[16], zone[64];

	/* the chunk */
	struct view chunk;
	uint64_t chunk_at;			/* offset in the stream */
	uint64_t chunk_number;
	struct evtx_template templates[EVTX_TEMPLATES];
	uint16_t template_of[2 * EVTX_TEMPLATES];	/* by hash of the offset, 0 for none */
	uint32_t template_count, slot_count, part_count, compiled, work;
	struct evtx_slot slots[EVTX_SLOTS];
	struct evtx_part parts[EVTX_PARTS];

	/* the record */
	struct evtx_value values[EVTX_VALUES];
	uint32_t value_count;
	struct evtx_field fields[EVTX_FIELDS];
	uint32_t field_count, text_used, unnamed;
	struct evtx_value system[EVTX_SYS_COUNT];
	uint64_t system_named;			/* bit: the event has a field of that name itself */
	bool whole;				/* nothing of it was left out */
	uint32_t outermost;			/* place of its template in templates */
	char text[EVTX_TEXT];

	struct evtx_shared shared[EVTX_SHARED_SETS];

	/* rows by id; of each row its first operation, 0 when not taken apart */
	bool messages_indexed;
	uint16_t message_bucket[EVTX_MESSAGE_BUCKETS], message_next[EVTX_MESSAGES], message_ops[EVTX_MESSAGES];
	uint32_t op_count;
	struct evtx_op ops[EVTX_OPS];
};

/* --- evtx_template.c --- */
void evtx_templates_clear(struct evtx *x);	/* a new chunk begins */
/* The template whose definition lies at an offset, NULL when none can. */
const struct evtx_template *evtx_template_at(struct evtx *x, uint32_t definition, uint8_t section);
/* What stands in [at, end) as elements without a template, not kept. NULL when there is no room. */
const struct evtx_template *evtx_template_once(struct evtx *x, uint32_t at, uint32_t end, uint8_t section);

/* --- evtx_run.c --- */
/* The contents [at, end) of a record to fields and system; whole says whether all of it could be read. */
void evtx_run(struct evtx *x, uint32_t at, uint32_t end);
/* A record whose fields come from elsewhere: begin it, add them. key NULL: an unnamed one. The value's bytes stay until the record is sent. */
void evtx_begin(struct evtx *x);
void evtx_field_add(struct evtx *x, struct evtx_key *key, const struct evtx_value *value);
/* A field by its key, NULL when the record has none. */
const struct evtx_value *evtx_field_of(const struct evtx *x, const struct evtx_key *key);
/* The unnamed one at a place, from 0; room is for the item of an array. NULL when there are fewer. */
const struct evtx_value *evtx_unnamed(const struct evtx *x, unsigned place, struct evtx_value *room);

/* --- evtx_value.c --- */
void evtx_value_put(struct artefact *a, const char *key, const struct evtx_value *v);
/* As text; at most room - 1 bytes and a NUL, cut before a character that does not fit. Returns the length. */
size_t evtx_value_text(const struct evtx_value *v, char *out, size_t room);
bool evtx_value_empty(const struct evtx_value *v);		/* nothing, or a text without characters */
bool evtx_value_says(const struct evtx_value *v);		/* not empty, and not the "-" by which Windows says that there is nothing */
bool evtx_value_number(const struct evtx_value *v, uint64_t *ret_number);	/* also of texts: "12", "0x1f" */
int64_t evtx_value_time(const struct evtx_value *v);		/* TRIAGE_TIME_NONE when it is none */
/* The items of an array one after another: at begins as 0. False at the end. */
bool evtx_value_item(const struct evtx_value *array, uint32_t *at, struct evtx_value *ret_item);

/* --- evtx_shared.c --- */
/* Put the fields of <System> that are shared; says what else is known by them. */
const struct evtx_shared *evtx_shared_put(struct evtx *x, struct artefact *a);
/* One field of <System>, when it is there and says something. */
void evtx_system_put(const struct evtx *x, struct artefact *a, unsigned system);

/* --- evtx_event.c --- */
struct evtx_record {
	uint32_t at, size;	/* in the chunk */
	uint64_t id, written;	/* written: FILETIME */
	bool recovered, cut;	/* cut: the end of it is not there */
	bool exported;		/* of an export as XML, in which others may be left out: its number tells of no gap */
};
/* The record that was run, as an event of this moment. */
WARN_UNUSED enum triage_status evtx_event_send(struct evtx *x, struct artefact *a, const struct evtx_record *r, int64_t when, struct triage_error *err);
WARN_UNUSED enum triage_status evtx_event(struct evtx *x, struct artefact *a, const struct evtx_record *r, struct triage_error *err);

/* --- evtx_message.c --- */
/* The row for a provider and an id, NULL when there is none. */
const struct evtx_message *evtx_message_of(struct evtx *x, const char *provider, size_t provider_size, uint64_t id);
const char *evtx_message_meaning(const struct evtx_message *m);
const char *evtx_message_technique(const struct evtx_message *m);
char evtx_message_actor(const struct evtx_message *m);		/* 'S': who acts is the better user than the target; 'N': only <System> says who acted */
/* The sentence of the row, or (m is NULL) one made of the fields. Returns its length. */
size_t evtx_message_text(struct evtx *x, const struct evtx_message *m, const char *provider, uint64_t id, char *out, size_t room);
void evtx_messages_forget(struct evtx *x);		/* the keys were cleared */

/* --- evtx_xml.c: events exported as XML --- */
bool evtx_xml_claims(struct view head);
WARN_UNUSED enum triage_status evtx_xml_step(struct evtx *x, struct artefact *a, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err);

/* --- evtx_chunk.c --- */
/* One chunk, or what is left of one; n bytes at p. ret_used: how many of them belong to it. */
WARN_UNUSED enum triage_status evtx_block(struct evtx *x, struct artefact *a, const uint8_t *p, uint32_t n, uint64_t at, uint32_t *ret_used, struct triage_error *err);

#endif
