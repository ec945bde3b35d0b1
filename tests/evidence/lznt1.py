"""LZNT1, the compression of NTFS files. Source: [MS-XCA] section 2.5."""
import struct

CHUNK = 4096
SHORTEST = 3


def length_bits(position):
    """Bits that hold the length of a back reference; they shrink as a chunk grows."""
    bits = 12
    limit = 16
    while position > limit:
        bits -= 1
        limit *= 2
    return bits


def compress_chunk(data):
    """One chunk of at most 4096 bytes: tokens in groups of eight behind a flag byte."""
    out, seen, at = bytearray(), {}, 0
    while at < len(data):
        flags_at = len(out)
        out.append(0)
        for bit in range(8):
            if at >= len(data):
                break
            key = data[at:at + SHORTEST]
            found = seen.get(key) if len(key) == SHORTEST else None
            bits = length_bits(at)
            longest = min((1 << bits) - 1 + SHORTEST, len(data) - at)
            length = 0
            if found is not None:
                length = SHORTEST
                while length < longest and data[found + length] == data[at + length]:
                    length += 1
            if length:
                out[flags_at] |= 1 << bit
                out += struct.pack("<H", (at - found - 1) << bits | (length - SHORTEST))
            else:
                out.append(data[at])
                length = 1
            for step in range(at, at + length):
                seen[bytes(data[step:step + SHORTEST])] = step
            at += length
    return bytes(out)


def compress(data):
    out = bytearray()
    for at in range(0, len(data), CHUNK):
        chunk = data[at:at + CHUNK]
        packed = compress_chunk(chunk)
        if len(packed) < len(chunk):
            out += struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed
        else:
            out += struct.pack("<H", 0x3000 | (len(chunk) - 1)) + chunk
    return bytes(out)


def decompress(packed):
    """Only to check compress(): the image makers never need it."""
    out, at = bytearray(), 0
    while at + 2 <= len(packed):
        header, = struct.unpack_from("<H", packed, at)
        if not header:
            break
        end, at, base = at + 3 + (header & 0xFFF), at + 2, len(out)
        if not header & 0x8000:
            out += packed[at:end]
            at = end
        while at < end:
            flags, at = packed[at], at + 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    out.append(packed[at])
                    at += 1
                    continue
                token, = struct.unpack_from("<H", packed, at)
                at += 2
                bits = length_bits(len(out) - base)
                for _ in range((token & (1 << bits) - 1) + SHORTEST):
                    out.append(out[-1 - (token >> bits)])
    return bytes(out)
