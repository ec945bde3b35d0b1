/*
 * lock_diffuser.h - the two diffusers that BitLocker of Windows Vista and 7 lays below AES-CBC.
 * Source: N. Ferguson, AES-CBC + Elephant diffuser: a disk encryption algorithm for Windows Vista, 2006.
 */
#ifndef TRIAGE_EVIDENCE_LOCK_DIFFUSER_H
#define TRIAGE_EVIDENCE_LOCK_DIFFUSER_H

#include <stddef.h>
#include <stdint.h>

enum { DIFFUSER_KEY = 32 };

/* Undo both diffusers and the sector key over one sector, in place. size: a multiple of 32, at most 4096. */
void diffuser_undo(uint8_t *sector, size_t size, const uint8_t key[DIFFUSER_KEY]);

#endif
