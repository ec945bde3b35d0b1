/* lzxpress.h - LZXPRESS with Huffman coding, as Windows 10 packs prefetch files. */
#ifndef TRIAGE_ARTEFACT_LZXPRESS_H
#define TRIAGE_ARTEFACT_LZXPRESS_H

#include "triage/base/view.h"

/*
 * Unpack in into out of size bytes. Returns how many bytes were made: fewer than size when in ends early or is not sound. Time is linear in
 * in.size and size. ret_sound (may be NULL): the bytes end where they should.
 */
size_t lzxpress_huffman(struct view in, uint8_t *out, size_t size, bool *ret_sound);

#endif
