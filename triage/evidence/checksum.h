/* checksum.h - the sums that containers and tables carry. They show damage, not intent. */
#ifndef TRIAGE_EVIDENCE_CHECKSUM_H
#define TRIAGE_EVIDENCE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 (IEEE 802.3) in pieces: begin with CRC32_START, end with crc32_end(). */
#define CRC32_START UINT32_MAX
uint32_t crc32_more(uint32_t crc, const void *data, size_t size);

static inline uint32_t
crc32_end(uint32_t crc)
{
	return crc ^ UINT32_MAX;
}

uint32_t adler32_of(const void *data, size_t size);	/* RFC 1950 */

#endif
