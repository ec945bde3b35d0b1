/*
 * evtx.c - event logs of Windows since Vista (.evtx), whole, cut, damaged, or a chunk of one; and exported as XML (evtx_xml.c).
 *
 * A header of 4 KiB, then chunks of 64 KiB, each of which can be read by itself. Source: the libevtx documentation of Joachim Metz,
 * [MS-EVEN6] for the binary XML inside.
 */
#include "triage/artefact/evtx_inside.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNKS = 42, BLOCK_SIZE = 40, FLAGS = 120, CHECKSUM = 124, DIRTY = 1, MAGIC_SIZE = 8, WEIGHT = 30, LEAST_BLOCK = 128, SECTOR = 512, CLAIM_WITHIN = 8192 };

/* A log, a chunk of one, or a log whose header is lost: then a chunk begins at one of the first sectors. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	if (head.size < LEAST_BLOCK)
		return evtx_xml_claims(head);
	for (size_t at = 0; at <= CLAIM_WITHIN && head.size - LEAST_BLOCK >= at; at += SECTOR)
		if (memcmp(head.data + at, "ElfChnk", MAGIC_SIZE) == 0)
			return true;
	return memcmp(head.data, "ElfFile", MAGIC_SIZE) == 0 || evtx_xml_claims(head);
}

/* Bytes of the header at the front of p. */
static size_t
take_header(struct evtx *x, struct view bytes)
{
	const uint8_t *p = bytes.data;
	x->begun = true;
	x->computer_time = x->last_boot = x->last_shutdown = TRIAGE_TIME_NONE;
	if (bytes.size < LEAST_BLOCK || memcmp(p, "ElfFile", MAGIC_SIZE) != 0)
		return 0;
	x->has_header = true;
	x->header_chunks = load_le16(p + CHUNKS);
	x->dirty = (load_le32(p + FLAGS) & DIRTY) != 0;
	x->header_sound = libdeflate_crc32(0, p, FLAGS) == load_le32(p + CHECKSUM);
	size_t size = load_le16(p + BLOCK_SIZE);
	/* anything else than 4096 is not known to exist; a chunk right behind the header would be found all the same */
	size = size >= LEAST_BLOCK && size <= EVTX_FILE_HEADER && size % LEAST_BLOCK == 0 ? size : EVTX_FILE_HEADER;
	return size < bytes.size ? size : bytes.size;
}

static enum triage_status
header_remarks(struct evtx *x, struct artefact *a, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (x->has_header && !x->header_sound)
		st = artefact_remark(a, TRIAGE_LOW, "header-damaged", 0, EVTX_FILE_HEADER, err, "the checksum of the header does not match; the chunks are read as they are found");
	else if (x->has_header && !x->dirty && x->chunks % (UINT16_MAX + 1) != x->header_chunks)
		st = artefact_remark(a, TRIAGE_LOW, "header-counts", CHUNKS, 0, err, "the header counts %u chunks, there are %ju",
		    (unsigned)x->header_chunks, (uintmax_t)x->chunks);
	return st;
}

static enum triage_status
host_facts(struct evtx *x, struct artefact *a, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	/* the events of a collector name the machines that they came from */
	if (x->forwarded || x->mixed || strcasestr(artefact_who(a)->name, "forwarded") != NULL)
		return st;
	char *dot = strchr(x->computer, '.');
	if (dot != NULL) {
		st = artefact_fact(a, "host", "", "domain", dot + 1, WEIGHT, err);
		*dot = '\0';
	}
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "hostname", x->computer, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "version", x->version, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "build", x->build, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "timezone", x->zone, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "host", "", "last_boot", x->last_boot, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "host", "", "last_shutdown", x->last_shutdown, WEIGHT, err);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct evtx *x = state;
	enum triage_status st = TRIAGE_OK;
	size_t done = 0;
	if (!x->begun) {
		if (bytes.size < EVTX_FILE_HEADER && !last)
			return TRIAGE_OK;
		done = take_header(x, bytes);
		x->xml = evtx_xml_claims(bytes);
	}
	if (x->xml) {
		st = evtx_xml_step(x, a, bytes, at, last, ret_used, err);
		return st == TRIAGE_OK && last ? host_facts(x, a, err) : st;
	}
	while (st == TRIAGE_OK && done < bytes.size && (last || bytes.size - done >= EVTX_CHUNK)) {
		size_t left = bytes.size - done;
		uint32_t used = 0;
		st = evtx_block(x, a, bytes.data + done, left < EVTX_CHUNK ? (uint32_t)left : (uint32_t)EVTX_CHUNK, at + done, &used, err);
		done += used;
	}
	*ret_used = done;
	if (st == TRIAGE_OK && last)
		st = header_remarks(x, a, err);
	return st == TRIAGE_OK && last ? host_facts(x, a, err) : st;
}

const struct artefact_kind artefact_evtx = {
	.name = "evtx",
	.source = "evtx",
	.title = "Windows event log (.evtx, or exported as XML)",
	.yields = "every event with its own fields; records left behind in free space",
	.reference = "libevtx documentation; [MS-EVEN6]",
	.precision = "100ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct evtx),
};
