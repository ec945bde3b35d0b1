/*
 * record.h - the shared words of all rooms: what a worker observes and the case keeps.
 *
 * Offsets and sizes are bytes. Times are signed nanoseconds since 1970-01-01 UTC, TRIAGE_TIME_NONE when absent.
 * Pointers are borrowed: they are valid until the call that receives the record returns; a receiver that keeps
 * must copy. "text" is valid UTF-8 ended by NUL and never NULL unless said; "raw" is bytes of the evidence with
 * a size, not ended by NUL, in any encoding.
 */
#ifndef TRIAGE_RECORD_H
#define TRIAGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRIAGE_TIME_NONE INT64_MIN
#define TRIAGE_NO_ID UINT64_MAX

enum triage_time_kind {
	TRIAGE_MTIME, TRIAGE_ATIME, TRIAGE_CTIME, TRIAGE_BTIME,
	TRIAGE_FN_MTIME, TRIAGE_FN_ATIME, TRIAGE_FN_CTIME, TRIAGE_FN_BTIME,
	TRIAGE_TIME_COUNT
};

enum triage_evidence_kind {
	TRIAGE_EVIDENCE_RAW, TRIAGE_EVIDENCE_SPLIT, TRIAGE_EVIDENCE_EWF, TRIAGE_EVIDENCE_VMDK, TRIAGE_EVIDENCE_VHD,
	TRIAGE_EVIDENCE_QCOW2, TRIAGE_EVIDENCE_DEVICE, TRIAGE_EVIDENCE_DIRECTORY, TRIAGE_EVIDENCE_VDI,
	TRIAGE_EVIDENCE_KIND_COUNT
};

enum triage_volume_state {
	TRIAGE_VOLUME_EXAMINED, TRIAGE_VOLUME_LOCKED, TRIAGE_VOLUME_UNSUPPORTED, TRIAGE_VOLUME_DAMAGED, TRIAGE_VOLUME_EMPTY,
	TRIAGE_VOLUME_STATE_COUNT
};

enum triage_file_kind {
	TRIAGE_FILE_UNKNOWN, TRIAGE_FILE_REGULAR, TRIAGE_FILE_DIRECTORY, TRIAGE_FILE_LINK, TRIAGE_FILE_FIFO, TRIAGE_FILE_SOCKET,
	TRIAGE_FILE_CHARDEV, TRIAGE_FILE_BLOCKDEV, TRIAGE_FILE_VIRTUAL,
	TRIAGE_FILE_KIND_COUNT
};

enum triage_file_state {
	TRIAGE_STATE_ALLOCATED, TRIAGE_STATE_DELETED, TRIAGE_STATE_ORPHAN, TRIAGE_STATE_NAMELESS, TRIAGE_STATE_CARVED,
	TRIAGE_STATE_COUNT
};

enum triage_content_state {
	TRIAGE_CONTENT_NONE, TRIAGE_CONTENT_COMPLETE, TRIAGE_CONTENT_PARTIAL, TRIAGE_CONTENT_UNREADABLE, TRIAGE_CONTENT_SKIPPED,
	TRIAGE_CONTENT_TIMEOUT, TRIAGE_CONTENT_CRASHED,
	TRIAGE_CONTENT_STATE_COUNT
};

enum triage_severity {
	TRIAGE_INFO, TRIAGE_LOW, TRIAGE_MEDIUM, TRIAGE_HIGH, TRIAGE_CRITICAL,
	TRIAGE_SEVERITY_COUNT
};

/* The word of the contract for each value ("raw", "examined", "allocated", ...); "?" outside the range. */
const char *triage_evidence_kind_name(unsigned kind);
const char *triage_volume_state_name(unsigned state);
const char *triage_file_kind_name(unsigned kind);
const char *triage_file_state_name(unsigned state);
const char *triage_content_state_name(unsigned state);
const char *triage_severity_name(unsigned severity);

/* A container as the probe found it. */
struct triage_evidence {
	enum triage_evidence_kind kind;
	uint64_t size;			/* bytes of the medium, as a reader serves it */
	uint32_t sector_size;		/* 512 or 4096 */
	const char *stored_md5;		/* lower-case hex text, "" when none is stored */
	const char *stored_sha1;
	uint64_t source_size;		/* bytes of the original that the stored hashes cover, 0 = size */
};

/* A partition, a logical volume, or the whole medium. Parents come before children. */
struct triage_volume {
	uint32_t index;			/* 0-based within its evidence */
	uint32_t parent;		/* index of the volume it lies in, UINT32_MAX for none */
	enum triage_volume_state state;
	const char *kind;		/* text: mbr, gpt, none, or what its signature says (lvm, luks, bitlocker, xfs ...) */
	const char *label;		/* text, "" for none */
	const char *uuid;
	uint64_t start, length;		/* bytes, counted from the start of the evidence; start 0 when it lies nowhere there as it is (encrypted) */
};

/* A filesystem that can be examined. */
struct triage_filesystem {
	uint32_t index;			/* 0-based within its evidence */
	uint32_t volume;		/* index of its volume */
	const char *type;		/* text: ntfs, fat12, fat16, fat32, exfat, ext2, ext3, ext4, iso9660, hfs+, apfs, ufs1, ufs2, directory */
	const char *label;
	const char *uuid;
	uint64_t start;			/* bytes, counted from the start of the evidence; of its volume when that lies inside another (reader_type) */
	uint64_t length;
	uint32_t block_size;		/* bytes */
	uint32_t reader_type;		/* what evidence_fs_open() wants back; means nothing elsewhere */
	uint64_t part;			/* likewise: the block of an APFS volume's super block in its container, else 0 */
};

enum triage_entry_flags {
	TRIAGE_ENTRY_HAS_CONTENT = 1 << 0,	/* a content unit (inode, attr_type, attr_id) exists and should be read */
	TRIAGE_ENTRY_COMPRESSED = 1 << 1,
	TRIAGE_ENTRY_ENCRYPTED = 1 << 2,	/* by the filesystem (EFS): what is read is ciphertext */
	TRIAGE_ENTRY_SPARSE = 1 << 3,
	TRIAGE_ENTRY_UNDECODED = 1 << 4,	/* WOF, deduplicated, placeholder: what is read is not what the user saw */
	TRIAGE_ENTRY_REUSED = 1 << 5,		/* the inode belongs to another file by now: no metadata, no content */
	TRIAGE_ENTRY_HIDDEN = 1 << 6,		/* the library drops or bends it; seen only in the raw bytes */
	TRIAGE_ENTRY_INTERNAL = 1 << 7,		/* a structure of the filesystem itself ($MFT, journal) */
	TRIAGE_ENTRY_CYCLE = 1 << 8,		/* a directory met again: listed, not entered again */
};

/* One content stream under one name. A file with two names and two streams is four entries. */
struct triage_entry {
	uint64_t edge;			/* 0-based, counts up within a filesystem listing in the order sent */
	uint64_t parent;		/* edge of the directory entry it lies in, TRIAGE_NO_ID for the root */
	uint64_t inode;
	uint64_t sequence;		/* NTFS sequence number, else 0 */
	uint32_t attr_type, attr_id;	/* stream key within the inode; 0, 0 for the only stream */
	enum triage_file_kind kind;
	enum triage_file_state state;
	uint32_t flags;			/* enum triage_entry_flags */
	const uint8_t *name;		/* raw; base name; empty for the root */
	size_t name_size;
	const uint8_t *stream;		/* raw; ADS or fork name; empty for the main stream */
	size_t stream_size;
	uint64_t size;			/* of this stream; TRIAGE_NO_ID when not known */
	uint32_t mode;			/* permission bits and, above them, the file type of stat(2) */
	uint64_t uid, gid;		/* TRIAGE_NO_ID when absent */
	const char *owner;		/* text: a SID or user name, "" when not known */
	int64_t times[TRIAGE_TIME_COUNT];
	const uint8_t *link;		/* raw; target of a symbolic link or reparse point, empty for none */
	size_t link_size;
	uint64_t place;			/* first byte of content counted from the start of the evidence, 0 when none: for reading order */
};

/* Where bytes of a stream lie. Counted from the start of the evidence. */
struct triage_extent {
	uint64_t file_offset, image_offset, length;
};

/* Randomness of a stream, by blocks of block_size bytes. */
struct triage_randomness {
	double entropy;			/* Shannon, bits per byte, over the whole stream; negative when the stream is empty */
	double chi_square;		/* against uniform bytes, 255 degrees of freedom, whole stream */
	double first, last, most, least;	/* entropy of the first, last, most and least random block */
	uint64_t most_offset;		/* bytes: start of the most random block */
	uint32_t block_size;		/* bytes */
	uint32_t blocks, random_blocks;	/* blocks in all, and those that look encrypted or compressed */
};

enum { TRIAGE_SHAPE_CELLS = 64, TRIAGE_SHAPE_WORD = 24 };
/* What lies in a cell of a shape: the letter is what the case shows. */
enum triage_cell { TRIAGE_CELL_ZERO = '0', TRIAGE_CELL_PLAIN = 'p', TRIAGE_CELL_PACKED = 'c', TRIAGE_CELL_RANDOM = 'r', TRIAGE_CELL_MIXED = 'm' };
enum triage_walk { TRIAGE_WALK_NONE, TRIAGE_WALK_WHOLE, TRIAGE_WALK_BROKEN, TRIAGE_WALK_COUNT };

/* How the kinds of bytes follow one another in a stream, and whether it holds together as the format that its start or its end tells. */
struct triage_shape {
	uint64_t cell_size;		/* bytes of a cell, the last may be shorter; 0: not looked at */
	uint8_t cells;
	char cell[TRIAGE_SHAPE_CELLS];	/* enum triage_cell: zeros alone, not random, packed, random, random and other in turn */
	uint32_t runs;			/* of random blocks one after another */
	uint32_t run_least, run_most, gap_least, gap_most;	/* blocks: of those runs, and of the gaps between, that touch neither end; 0 when there is none */
	bool head_random, head_zero, tail_random, tail_zero;	/* the first and the last 4 KiB, or all of a shorter stream */
	char format[TRIAGE_SHAPE_WORD];	/* "" when neither start nor end is one that is known, nor what stands between */
	bool starts, ends;		/* the sign of the format is there; ends is true for a format without one */
	enum triage_walk walk;		/* its parts were looked at in their places */
	uint64_t broken_at, broken_last, broken;	/* bytes: the first and the last place that contradicts; how many do */
	char mark[TRIAGE_SHAPE_WORD];	/* program whose trailer or header proves itself by a check, "" for none */
	uint64_t original;		/* bytes of the file before, as that mark says; 0 when it does not */
};

enum triage_text_kind { TRIAGE_BINARY, TRIAGE_ASCII, TRIAGE_UTF8, TRIAGE_UTF16LE, TRIAGE_UTF16BE, TRIAGE_LATIN1, TRIAGE_TEXT_KIND_COUNT };

/* What one pass over a stream found. */
struct triage_content {
	enum triage_content_state state;
	uint64_t bytes;			/* bytes read */
	uint8_t md5[16], sha1[20], sha256[32];
	bool hashed;			/* the digests are valid and cover all `bytes` */
	bool same_as_seen;		/* an equal stream was judged before by this worker: type and matches are not sent again */
	bool windowed;			/* searched in overlapping windows; modules and uintN() saw its beginning and end only */
	bool scan_incomplete;		/* a rule group failed or a match list overflowed; a problem row says which */
	enum triage_text_kind text;
	const char *mime;		/* text, "" when unknown */
	const char *magic;		/* text: libmagic's description or our own for text */
	struct triage_randomness randomness;
	struct triage_shape shape;
};

/* A file in an archive. What a pass found in it follows as triage_content. */
struct triage_member {
	uint64_t number;		/* from 1, counts up within the outermost archive */
	const uint8_t *name;		/* raw; path below the archive as stored there, "!/" between archives in one another; never empty */
	size_t name_size;
	uint64_t size;			/* as the archive says; TRIAGE_NO_ID when it does not */
	uint32_t mode;			/* as in struct triage_entry, 0 when not stored */
	int64_t mtime, atime, ctime, btime;
};

/* One string of one YARA rule in one stream. A rule without string hits has one match with an empty string_id. */
struct triage_match {
	uint32_t rule;			/* index into the loaded rules (analyse_rule) */
	const char *string_id;		/* text: "$a", "" when the rule matched without strings */
	uint64_t offset;
	uint64_t length;		/* bytes of the whole match, the sample may be shorter */
	const uint8_t *sample;		/* raw, at most 64 bytes */
	size_t sample_size;
	bool by_name;			/* the rule looks at a name (externals): holds for this stream only, not for equal ones */
};

/*
 * One moment that an artefact tells of. The parser's name and the words of timeline.source are those of the contract;
 * what they are is up to the parser, the receiver checks their form only.
 */
struct triage_event {
	int64_t time;			/* never TRIAGE_TIME_NONE: what has no time is no event */
	bool local;			/* wall clock of the machine, not UTC: the case places it by the host's zone */
	const char *precision;		/* text: "ns", "100ns", "us", "ms", "10ms", "s", "2s", "min", "day" */
	const char *meaning;		/* text: what happened then: "logged", "last run", "key last written" */
	const char *source;		/* text: word of timeline.source */
	const char *parser;		/* text: "evtx", "registry.run_keys" */
	const char *host, *user;	/* text, "" when the record does not say */
	const char *message;		/* text: one line in words */
	const char *technique;		/* text: ATT&CK id, "" for none */
	const char *data;		/* text: a JSON object, the record's own fields in lower snake case */
	uint64_t offset;		/* bytes: of the record in its stream, TRIAGE_NO_ID when it has no one place */
};

/*
 * One fact about the machine or an account on it. kind "host": name is hostname, os, version, build, timezone, domain, address,
 * installed, last_boot, last_shutdown. kind "account": subject is its SID or uid, name is name, groups, home, disabled, created, last_login,
 * last_password_change. A fact that is a moment has it in time, all others in value.
 */
struct triage_fact {
	const char *kind, *subject, *name, *value;	/* text; subject "" for a host */
	int64_t time;			/* TRIAGE_TIME_NONE when the fact is no moment */
	unsigned weight;		/* 0..100: of two that contradict each other the heavier stands; of moments of one weight the latest */
};

/* A stream that an artefact parser claimed, when it has told all that it tells. */
struct triage_parsed {
	const char *parser;		/* text: name of its row */
	uint64_t bytes, events;		/* read by it, told by it */
	bool whole;			/* it saw the stream to its end; else a problem row says why not */
};

/* One thing that could not be done. stage and code are words, e.g. "content", "checksum-error". */
struct triage_problem {
	const char *stage;		/* open, volumes, list, content, yara, magic, artefact, image, rules, seal, sandbox */
	enum triage_severity severity;
	const char *code;		/* stable word for scripts */
	const char *message;		/* one line for people: what, and what to do */
	uint64_t inode;			/* TRIAGE_NO_ID when none */
	uint64_t edge;			/* TRIAGE_NO_ID when none: names the entry whose path is meant */
	uint64_t offset;		/* image or object offset, TRIAGE_NO_ID when none */
	uint64_t bytes;			/* how much is affected, 0 when not known */
};

#endif
