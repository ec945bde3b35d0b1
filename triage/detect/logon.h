/*
 * logon.h - who came from where, and who went where: the same few facts out of the logon records of many logs.
 */
#ifndef TRIAGE_DETECT_LOGON_H
#define TRIAGE_DETECT_LOGON_H

#include "triage/detect/happening.h"

enum { LOGON_TEXT_MAX = 256 };

enum logon_kind {
	LOGON_NONE,
	LOGON_WORKED, LOGON_FAILED,	/* somebody logged on here from elsewhere, or tried */
	LOGON_CAME,			/* a connection from elsewhere, of which it is not told whether the logon worked */
	LOGON_WENT,			/* from here to elsewhere */
};

struct logon {
	enum logon_kind kind;
	const char *protocol;		/* rdp, smb, ssh, winrm, kerberos, explicit-credentials, mssql, ftp, vpn, ual, application, network */
	char address[LOGON_TEXT_MAX];	/* the other machine: address or name, lower case; never empty or the machine itself */
	char account[LOGON_TEXT_MAX];	/* without domain, lower case; "" when not told */
	bool own;			/* the address is that of the machine itself: set for rdp only, else such a record is none */
	bool interactive;		/* by remote desktop or a shell, not for a single file */
};

/* False when the event is no such record. */
bool logon_read(struct happening *h, struct logon *l);
/* An address of the internet: neither private, nor local, nor a name. */
bool logon_is_public(const char *address);

#endif
