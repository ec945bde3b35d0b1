/* record.c - the contract's words for the enumerations of record.h. */
#include <triage/record.h>

#define NAME_OF(table, value) ((value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : "?")

const char *
triage_evidence_kind_name(unsigned kind)
{
	static const char *const names[] = {
		[TRIAGE_EVIDENCE_RAW] = "raw", [TRIAGE_EVIDENCE_SPLIT] = "split", [TRIAGE_EVIDENCE_EWF] = "ewf", [TRIAGE_EVIDENCE_VMDK] = "vmdk",
		[TRIAGE_EVIDENCE_VHD] = "vhd", [TRIAGE_EVIDENCE_QCOW2] = "qcow2", [TRIAGE_EVIDENCE_DEVICE] = "device",
		[TRIAGE_EVIDENCE_DIRECTORY] = "directory", [TRIAGE_EVIDENCE_VDI] = "vdi",
	};
	return NAME_OF(names, kind);
}

const char *
triage_volume_state_name(unsigned state)
{
	static const char *const names[] = {
		[TRIAGE_VOLUME_EXAMINED] = "examined", [TRIAGE_VOLUME_LOCKED] = "locked", [TRIAGE_VOLUME_UNSUPPORTED] = "unsupported",
		[TRIAGE_VOLUME_DAMAGED] = "damaged", [TRIAGE_VOLUME_EMPTY] = "empty",
	};
	return NAME_OF(names, state);
}

const char *
triage_file_kind_name(unsigned kind)
{
	static const char *const names[] = {
		[TRIAGE_FILE_UNKNOWN] = "unknown", [TRIAGE_FILE_REGULAR] = "file", [TRIAGE_FILE_DIRECTORY] = "directory", [TRIAGE_FILE_LINK] = "link",
		[TRIAGE_FILE_FIFO] = "fifo", [TRIAGE_FILE_SOCKET] = "socket", [TRIAGE_FILE_CHARDEV] = "chardev",
		[TRIAGE_FILE_BLOCKDEV] = "blockdev", [TRIAGE_FILE_VIRTUAL] = "virtual",
	};
	return NAME_OF(names, kind);
}

const char *
triage_file_state_name(unsigned state)
{
	static const char *const names[] = {
		[TRIAGE_STATE_ALLOCATED] = "allocated", [TRIAGE_STATE_DELETED] = "deleted", [TRIAGE_STATE_ORPHAN] = "orphan",
		[TRIAGE_STATE_NAMELESS] = "nameless", [TRIAGE_STATE_CARVED] = "carved",
	};
	return NAME_OF(names, state);
}

const char *
triage_content_state_name(unsigned state)
{
	static const char *const names[] = {
		[TRIAGE_CONTENT_NONE] = "none", [TRIAGE_CONTENT_COMPLETE] = "complete", [TRIAGE_CONTENT_PARTIAL] = "partial",
		[TRIAGE_CONTENT_UNREADABLE] = "unreadable", [TRIAGE_CONTENT_SKIPPED] = "skipped", [TRIAGE_CONTENT_TIMEOUT] = "timeout",
		[TRIAGE_CONTENT_CRASHED] = "crashed",
	};
	return NAME_OF(names, state);
}

const char *
triage_severity_name(unsigned severity)
{
	static const char *const names[] = {
		[TRIAGE_INFO] = "info", [TRIAGE_LOW] = "low", [TRIAGE_MEDIUM] = "medium", [TRIAGE_HIGH] = "high", [TRIAGE_CRITICAL] = "critical",
	};
	return NAME_OF(names, severity);
}
