/*
 * xml.h - a small pull parser for XML documents that come as evidence: bounded, without recursion, forgiving.
 *
 *     xml_decode(&text, bytes);                  any of UTF-8, UTF-16LE, UTF-16BE to UTF-8
 *     xml_begin(&x, buf_cstr(&text), text.size);
 *     while ((token = xml_next(&x)) != XML_END)
 *             if (token == XML_TEXT && strcmp(x.path, "Task/RegistrationInfo/Author") == 0)
 *                     xml_unescape(&author, x.text, x.is_raw);
 *
 * Names come without their prefix. Comments, processing instructions and document types are passed over; no entity is expanded but
 * the five of XML and numbers. What is not well-formed does not stop it: a closing tag closes the innermost element.
 */
#ifndef TRIAGE_ARTEFACT_XML_H
#define TRIAGE_ARTEFACT_XML_H

#include "triage/base/buf.h"
#include "triage/base/view.h"

enum xml_token { XML_END, XML_OPEN, XML_CLOSE, XML_TEXT };
enum { XML_DEPTH = 64, XML_PATH = 1024 };

struct xml {
	const char *start, *at, *end;		/* borrowed */
	/* Names of the open elements, with '/' between. On XML_OPEN and XML_CLOSE the element itself is the last. Deeper than XML_DEPTH: not told. */
	char path[XML_PATH];
	size_t depth;
	struct view name;			/* XML_OPEN, XML_CLOSE: of the element, without prefix; borrows the document */
	struct view text;			/* XML_TEXT: as it stands, entities and all */
	struct view attributes;			/* XML_OPEN: what stands behind the name */
	bool is_raw;				/* the text is of a CDATA section: nothing in it is an entity */
	bool cut;				/* the document ended inside a tag, a comment or an element */
	uint16_t lengths[XML_DEPTH + 1];	/* of path, by depth */
	bool close_next, leave;
};

void xml_begin(struct xml *x, const char *text, size_t size);
enum xml_token xml_next(struct xml *x);
/* Bytes from the start of the document to what comes next. */
size_t xml_offset(const struct xml *x);
/* The innermost open element has this name; of XML_OPEN and XML_CLOSE it is the element itself. */
bool xml_is(const struct xml *x, const char *name);
/* Append the value of an attribute of the element just opened, entities resolved. False when it has none of that name (without prefix). */
bool xml_attribute(const struct xml *x, const char *name, struct buf *out);
/* Append text with its entities resolved. */
void xml_unescape(struct buf *out, struct view text, bool is_raw);
/* The document as UTF-8, by its byte order mark or its first bytes, whatever its declaration says. */
void xml_decode(struct buf *out, struct view bytes);

#endif
