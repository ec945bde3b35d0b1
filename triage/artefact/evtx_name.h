/*
 * evtx_name.h - names of elements and of values in event logs, each kept once, so that two names are the same when their addresses are.
 *
 * The key of a name is its form in timeline.data: "TargetUserName" is target_user_name, "ObjectDN" object_dn, "Threat Name" threat_name.
 */
#ifndef TRIAGE_ARTEFACT_EVTX_NAME_H
#define TRIAGE_ARTEFACT_EVTX_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fields of <System> in the order in which an event shows them: those that many records have the same, those that each has its own. Up to
 * RECOVERED they are fixed by contract; a field of the event that has such a name is marked, not they.
 */
#define EVTX_SYSTEM_FIELDS(F) \
	F(EVENT_ID, "event_id") F(CHANNEL, "channel") F(PROVIDER, "provider") F(COMPUTER, "computer") F(RECORD_ID, "record_id") F(RECOVERED, "recovered") \
	F(QUALIFIERS, "qualifiers") F(LEVEL, "level") F(TASK, "task") F(OPCODE, "opcode") F(KEYWORDS, "keywords") F(VERSION, "version") \
	F(PROVIDER_GUID, "provider_guid") F(SOURCE, "event_source") \
	F(PROCESS_ID, "process_id") F(THREAD_ID, "thread_id") F(ACTIVITY_ID, "activity_id") F(RELATED_ACTIVITY_ID, "related_activity_id") \
	F(USER_ID, "user_id") F(PROCESSOR_ID, "processor_id") F(SESSION_ID, "session_id") F(KERNEL_TIME, "kernel_time") F(USER_TIME, "user_time") \
	F(PROCESSOR_TIME, "processor_time") F(EVENT_RECORD_ID, "event_record_id") F(WRITTEN, "written") F(INCOMPLETE, "incomplete") F(TIME, "system_time")

enum evtx_system {
	EVTX_SYS_NONE,
#define F(id, key) EVTX_SYS_##id,
	EVTX_SYSTEM_FIELDS(F)
#undef F
	EVTX_SYS_COUNT
};

/* Names with a meaning of their own. */
#define EVTX_WORDS(W) \
	W(EVENT, "event") W(SYSTEM, "system") W(DATA, "data") W(NAME, "name") W(RENDERING_INFO, "rendering_info") W(XMLNS, "xmlns") \
	W(PROVIDER, "provider") W(EVENT_ID, "event_id") W(VERSION, "version") W(LEVEL, "level") W(TASK, "task") W(OPCODE, "opcode") \
	W(KEYWORDS, "keywords") W(TIME_CREATED, "time_created") W(EVENT_RECORD_ID, "event_record_id") W(CORRELATION, "correlation") \
	W(EXECUTION, "execution") W(CHANNEL, "channel") W(COMPUTER, "computer") W(SECURITY, "security") W(GUID, "guid") \
	W(EVENT_SOURCE_NAME, "event_source_name") W(QUALIFIERS, "qualifiers") W(SYSTEM_TIME, "system_time") W(ACTIVITY_ID, "activity_id") \
	W(RELATED_ACTIVITY_ID, "related_activity_id") W(PROCESS_ID, "process_id") W(THREAD_ID, "thread_id") W(PROCESSOR_ID, "processor_id") \
	W(SESSION_ID, "session_id") W(KERNEL_TIME, "kernel_time") W(USER_TIME, "user_time") W(PROCESSOR_TIME, "processor_time") \
	W(USER_ID, "user_id") \
	W(TARGET_USER_NAME, "target_user_name") W(TARGET_DOMAIN_NAME, "target_domain_name") W(SUBJECT_USER_NAME, "subject_user_name") \
	W(SUBJECT_DOMAIN_NAME, "subject_domain_name") W(USER, "user") W(USER_NAME, "user_name") W(ACCOUNT_NAME, "account_name") \
	W(TARGET_USER, "target_user") W(SUBJECT_USER_SID, "subject_user_sid") W(TARGET_SID, "target_sid") W(DETECTION_USER, "detection_user") \
	W(RENDERED_MESSAGE, "rendered_message")

enum evtx_word {
	EVTX_WORD_NONE,
#define W(id, key) EVTX_WORD_##id,
	EVTX_WORDS(W)
#undef W
	EVTX_WORD_COUNT
};

struct evtx_key {
	const char *text;
	uint32_t hash;
	uint16_t size, next;		/* index + 1 of the next with this hash */
	uint8_t word, system;
	uint32_t seen, times;		/* number of the event in which it was last a field, and how often there */
};

/* A name as it stands in a chunk, and its key: most names come again in the next chunk. */
enum { EVTX_RAW_NAMES = 512, EVTX_RAW_UNITS = 30 };
struct evtx_raw_name {
	struct evtx_key *key;
	uint32_t units;
	uint8_t name[2 * EVTX_RAW_UNITS];
};

enum { EVTX_KEYS = 4096, EVTX_KEY_TEXT = 96 << 10, EVTX_KEY_MAX = 100, EVTX_KEY_BUCKETS = 4096 };

struct evtx_names {
	bool ready;
	uint32_t count, text_used, event;
	uint16_t bucket[EVTX_KEY_BUCKETS];
	struct evtx_key keys[EVTX_KEYS];
	struct evtx_key *words[EVTX_WORD_COUNT];
	struct evtx_raw_name raw[EVTX_RAW_NAMES];
	char text[EVTX_KEY_TEXT];
};

/* Makes it ready and empty but for the names of this file. */
void evtx_names_clear(struct evtx_names *n);
/* So full that it should be cleared before the next chunk. */
bool evtx_names_full(const struct evtx_names *n);

/* The key of this text, which is in key form already. Never NULL: one and the same for all that found no room. */
struct evtx_key *evtx_key_of(struct evtx_names *n, const char *text, size_t size);
/* The key of a name in UTF-16LE. */
struct evtx_key *evtx_key_of_name(struct evtx_names *n, const uint8_t *name, size_t units);
/* The key first_second. */
struct evtx_key *evtx_key_joined(struct evtx_names *n, const char *first, const char *second);

/* "TargetUserName" to "target_user_name" in out, which has EVTX_KEY_MAX bytes. Returns the length. */
size_t evtx_key_form(const char *name, size_t size, char *out);

/* What an element of <System> (attribute: EVTX_WORD_NONE) or its attribute is. */
enum evtx_system evtx_system_of(unsigned element, unsigned attribute);

#endif
