#!/usr/bin/env python3
"""Checks header bytes with PyPI's cbor2 and Python's hashlib, without our code.

Reads lines `INDEX HEX` on standard input, HEX being a complete header. For each:
it decodes as one CBOR map without bytes left over; the canonical encoding of
what was decoded is the same bytes; the keys are assigned and the five that every
header has are there; key 1 is INDEX. Between neighbours of consecutive indexes
key 0 is the leaf hash of the one before (RFC 6962 section 2.1), record 0 has 32
zero bytes there, and recorded time does not decrease.

Prints the counts. Exits 1 on any mismatch, or if nothing was read.
"""
import hashlib
import io
import sys

import cbor2

REQUIRED = {0, 1, 2, 3, 6}
ASSIGNED = set(range(23))
HEADER_BYTE_COUNT_MAX = 65_535


def leaf_hash(header):
    return hashlib.sha256(b"\x00" + header).digest()


def holds_float(value):
    if isinstance(value, dict):
        return any(holds_float(k) or holds_float(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return any(holds_float(element) for element in value)
    return isinstance(value, float)


def problems(index, header):
    """What is wrong with one header, and its decoded map."""
    stream = io.BytesIO(header)
    try:
        fields = cbor2.load(stream)
    except Exception as error:
        return [f"cbor2 refuses it: {error}"], None
    if not isinstance(fields, dict):
        return ["not a map"], None
    found = []
    if stream.read(1):
        found.append("bytes left over")
    try:
        if cbor2.dumps(fields, canonical=True) != header:
            found.append("not the canonical encoding")
    except Exception as error:
        found.append(f"cannot be encoded again: {error}")
    if len(header) > HEADER_BYTE_COUNT_MAX:
        found.append(f"{len(header)} bytes")
    if not set(fields) <= ASSIGNED or not REQUIRED <= set(fields):
        found.append(f"keys {sorted(map(str, fields))}")
        return found, None
    if holds_float(fields):
        found.append("a float")
    if fields[1] != index:
        found.append(f"key 1 is {fields[1]}")
    if not isinstance(fields[0], bytes) or len(fields[0]) != 32:
        found.append("key 0 is not 32 bytes")
    if not isinstance(fields[2], int) or fields[2] < 0:
        found.append("key 2 is not a time")
        return found, None
    return found, fields


def main():
    headers = links = mismatches = 0
    previous = None  # (index, leaf hash, recorded time)
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            text_index, text_header = line.split()
            index, header = int(text_index), bytes.fromhex(text_header)
        except ValueError:
            print(f"line {number}: not `INDEX HEX`", file=sys.stderr)
            mismatches += 1
            continue
        headers += 1
        found, fields = problems(index, header)
        if fields is not None:
            if index == 0:
                links += 1
                if fields[0] != bytes(32):
                    found.append("record 0 has a predecessor")
            elif previous and previous[0] == index - 1:
                links += 1
                if fields[0] != previous[1]:
                    found.append("key 0 is not the leaf hash of the record before")
                if fields[2] < previous[2]:
                    found.append("recorded time decreases")
        previous = (index, leaf_hash(header), fields[2]) if fields else None
        for problem in found:
            print(f"record {index}: {problem}", file=sys.stderr)
        mismatches += len(found)
    print(f"headers {headers} links {links} mismatches {mismatches}")
    return 1 if mismatches or headers == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
