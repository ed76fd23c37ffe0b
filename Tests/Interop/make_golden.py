#!/usr/bin/env python3
"""Writes the golden files of Tests/LedgerFormatTests/Golden.

Every structure is built here from the format document alone, with PyPI's cbor2
and lz4 and Python's hashlib, so that no expected value comes from the code
under test. Golden files of a released version are added, never edited.

usage: make_golden.py FOLDER      writes the files
       make_golden.py --check FOLDER   exits 1 if a file differs
"""
import hashlib
import struct
import sys
from pathlib import Path

import cbor2
import lz4.block

VERSION = 1
LEDGER_ID = bytes(range(0x00, 0x10))
OPENING_ID = bytes(range(0x10, 0x20))
ORIGIN = "acme.example/provenance"
VERIFIER_KEY = "acme.example/provenance+1a2b3c4d+AQIDBAUG"
FIRST = 0x0102030405060708  # no four equal bytes, so that nothing compresses


def sha(data):
    return hashlib.sha256(data).digest()


def short(data):
    return sha(data)[:16]


def leaf(header):
    return sha(b"\x00" + header)


def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def filled(byte, count=32):
    return bytes([byte]) * count


class Structure:
    """Bytes with a name for each field."""

    def __init__(self):
        self.fields = []

    def add(self, name, data):
        self.fields.append((name, data))
        return self

    def digest(self, name, beside=b""):
        return self.add(name, short(self.bytes() + beside))

    def bytes(self):
        return b"".join(data for _, data in self.fields)

    def text(self, title):
        lines = [f"# {title}"]
        for name, data in self.fields:
            rows = [data[i : i + 32].hex() for i in range(0, len(data), 32)]
            for row in rows[:1]:
                lines.append(f"{row}  # {name}")
            lines.extend(rows[1:])
        return "\n".join(lines) + "\n"


# Headers


def header(fields):
    """One header as its pairs; the keys are those of the CDDL."""
    structure = Structure().add("pairs", bytes([0xA0 + len(fields)]))
    for key in sorted(fields):
        pair = cbor2.dumps(key) + cbor2.dumps(fields[key], canonical=True)
        structure.add(f"key {key}", pair)
    assert structure.bytes() == cbor2.dumps(fields, canonical=True)
    return structure


def full_header():
    """Every key, every optional element, every integer width."""
    return header(
        {
            0: filled(0xA1),
            1: 70_000,
            2: 1_795_469_341_000_000,
            3: "run",
            4: -1,
            5: 63,
            6: "spark-eu-1",
            7: "https://producer.example/größe",
            8: 2**64 - 1,
            9: 3,
            10: [1, 256],
            11: [
                [1, 3, "", "0176a8c2-fe01-7439-87e6-56a1a1b4029f"],
                [2, 2, "airflow", "daily"],
                [3, 1, "s3://lake", "raw/orders", "v7"],
                [4, 1, "s3://lake", "clean/orders", None, {0: 4, 1: 2, 2: 15, 3: True}],
                [6, 1, "hive", "orders", "9", {1: 7}],
            ],
            12: [[3, 2, 1], [3, 65_536, 2, 3]],
            13: [[3, 4]],
            14: [[24, 256]],
            15: {
                "ok": True,
                "rows": 1_000_000_000_000,
                "zone": "eu",
                "delta": -2,
                "digest": b"\x01\x02",
                "partial": False,
            },
            16: [[1, 5], [4, 4_294_967_296]],
            17: [
                ["application/json", 23, filled(0xC0)],
                ["application/octet-stream", 24, filled(0xC1), filled(0xC2)],
            ],
            18: [[0, 0, 65_536, 1_000, filled(0xD0)], [15, 65_536, 24, 0, filled(0xD1)]],
            19: [[7, 0], [7, 1], [300, 255]],
            20: [ORIGIN, LEDGER_ID, VERSION, [VERIFIER_KEY], filled(0xE0)],
            21: [2**63 - 1, filled(0xF0), "other.example/ledger"],
            22: "client-request-17",
        }
    )


def least_header(index, time, previous):
    return header({0: previous, 1: index, 2: time, 3: "access", 6: "etl"})


def created_header(ledger_file):
    return header(
        {
            0: filled(0),
            1: 0,
            2: 1_795_469_341_000_000,
            3: "ledger/created",
            6: "local",
            20: [ORIGIN, LEDGER_ID, VERSION, [VERIFIER_KEY], sha(ledger_file)],
        }
    )


def ledger_file():
    return (
        f'{{"format":{VERSION},"ledgerId":"{LEDGER_ID.hex()}",'
        f'"origin":"{ORIGIN}","verifierKey":"{VERIFIER_KEY}"}}\n'
    ).encode()


# Blocks


def header_entry(encoded, index):
    """What is stored of a header: keys 0 and 1 can be derived."""
    derived = 36 + 1 + len(cbor2.dumps(index))
    rest = encoded[derived:]
    return (
        Structure()
        .add("byte count of what follows", u16(1 + len(rest)))
        .add("first byte of the header", encoded[:1])
        .add("the header from key 2 on", rest)
    )


def body_entry(record, body, salt, data):
    return (
        Structure()
        .add("record", u64(record))
        .add("body", u16(body))
        .add("state: present", u16(1))
        .add("byte count", u32(len(data)))
        .add("salt", salt)
        .add("bytes", data)
    )


def tombstone(record, body, plan):
    return (
        Structure()
        .add("record", u64(record))
        .add("body", u16(body))
        .add("state: erased", u16(2))
        .add("byte count", u32(0))
        .add("record of the plan", u64(plan))
    )


def block(magic, raw, count, first, last, before=b"", compressed=None):
    stored = raw if compressed is None else compressed
    structure = (
        Structure()
        .add("magic", magic)
        .add("compression method", u32(1 if compressed is None else 2))
        .add("entry count", u32(count))
        .add("record of the first entry", u64(first))
        .add("record of the last entry", u64(last))
        .add("raw byte count", u32(len(raw)))
        .add("stored byte count", u32(len(stored)))
    )
    if before:
        structure.add("leaf hash before", before)
    return structure.digest("digest", beside=stored).add("stored bytes", stored)


def block_head(structure):
    """Everything of a block but its stored bytes."""
    return b"".join(data for _, data in structure.fields[:-1])


SALT = bytes(range(0x40, 0x50))
BEFORE = sha(b"the header before")
FRAME_HEADER = least_header(FIRST, 1_795_469_341_000_000, BEFORE).bytes()


def frame_blocks():
    headers = block(
        b"LSTHBLK1", header_entry(FRAME_HEADER, FIRST).bytes(), 1, FIRST, FIRST, before=BEFORE
    )
    body = body_entry(FIRST, 0, SALT, b'{"a":1}').bytes()
    return headers, block(b"LSTBBLK1", body, 1, FIRST, FIRST)


def lz4_by_hand(raw):
    """One LZ4 block of literals, one match at distance 1, five last literals."""
    run = len(raw) - len(raw.rstrip(raw[-1:]))
    literals, match = len(raw) - run + 1, run - 1 - 5
    assert literals - 15 < 255 and match - 4 - 15 < 255 and literals >= 15 and match >= 19
    coded = bytes([0xFF, literals - 15]) + raw[:literals] + u16(1) + bytes([match - 4 - 15])
    coded += bytes([5 << 4]) + raw[-5:]
    assert lz4.block.decompress(coded, uncompressed_size=len(raw)) == raw
    return coded


def compressed_block():
    raw = body_entry(FIRST, 1, SALT, b"a" * 100).bytes()
    return block(b"LSTBBLK1", raw, 1, FIRST, FIRST, compressed=lz4_by_hand(raw))


def two_entry_block():
    first = FRAME_HEADER
    second = least_header(FIRST + 1, 1_795_469_341_000_001, leaf(first)).bytes()
    raw = header_entry(first, FIRST).bytes() + header_entry(second, FIRST + 1).bytes()
    packed = lz4.block.compress(raw, store_size=False)
    # Whether this compresses is the library's choice, so the file fixes the raw form.
    assert packed
    return block(b"LSTHBLK1", raw, 2, FIRST, FIRST + 1, before=BEFORE), first, second


# Groups


def deduplication_entry():
    return (
        Structure()
        .add("record, from the group's first", u32(0))
        .add("key", bytes(range(0x60, 0x70)))
        .add("key of the bytes", bytes(range(0x70, 0x80)))
    )


def group_frame():
    headers, bodies = frame_blocks()
    duplicates = deduplication_entry()
    payload = short(block_head(headers) + block_head(bodies) + duplicates.bytes())
    frame = (
        Structure()
        .add("magic", b"LSTGROUP")
        .add("ledger id", LEDGER_ID)
        .add("opening id", OPENING_ID)
        .add("group number", u64(2))
        .add("own offset", u64(108))
        .add("first record", u64(FIRST))
        .add("record count", u32(1))
        .add("bytes of header blocks", u32(len(headers.bytes())))
        .add("bytes of body blocks", u32(len(bodies.bytes())))
        .add("bytes of deduplication entries", u32(len(duplicates.bytes())))
        .add("frame digest of the group before", bytes(range(0x80, 0x90)))
        .add("payload digest", payload)
        .digest("frame digest")
    )
    for part, structure in (("header block", headers), ("body block", bodies)):
        for name, data in structure.fields:
            frame.add(f"{part}: {name}", data)
    for name, data in duplicates.fields:
        frame.add(f"deduplication: {name}", data)
    return frame


def active_header():
    return (
        Structure()
        .add("magic", b"LSTACTIV")
        .add("format version", u32(VERSION))
        .add("ledger id", LEDGER_ID)
        .add("first record", u64(FIRST))
        .add("first group", u64(2))
        .add("frame digest of the group before", bytes(range(0x80, 0x90)))
        .add("leaf hash before", BEFORE)
        .digest("digest")
    )


# Segments


def segment_header(magic, first):
    return (
        Structure()
        .add("magic", magic)
        .add("format version", u32(VERSION))
        .add("ledger id", LEDGER_ID)
        .add("first record", u64(first))
        .digest("digest")
    )


def footer(magic, first, count, blocks, chain=None):
    structure = (
        Structure()
        .add("magic", magic)
        .add("first record", u64(first))
        .add("record count", u64(count))
        .add("block count", u32(len(blocks)))
        .add("frontier count", u32(len(chain["frontier"]) if chain else 0))
    )
    if chain:
        structure.add("first recorded time", u64(chain["times"][0]))
        structure.add("last recorded time", u64(chain["times"][1]))
        structure.add("leaf hash before", chain["before"])
        structure.add("last leaf hash", chain["last"])
        for number, root in enumerate(chain["frontier"]):
            structure.add(f"frontier {number}", root)
    for number, (offset, low, high, size, entries) in enumerate(blocks):
        structure.add(f"block {number}: offset", u64(offset))
        structure.add(f"block {number}: first record", u64(low))
        structure.add(f"block {number}: last record", u64(high))
        structure.add(f"block {number}: byte count", u32(size))
        structure.add(f"block {number}: entry count", u32(entries))
    structure.digest("digest")
    size = len(structure.bytes())
    return structure.add("byte count of all before", u32(size)).add("magic", b"LSTFOOT1")


def header_footer():
    chain = {
        "times": (1_795_469_341_000_000, 1_795_469_342_000_000),
        "before": filled(0xB0),
        "last": filled(0xB1),
        "frontier": [filled(0xB2), filled(0xB3)],  # 5 + 5 = 10 = 8 + 2
    }
    return footer(b"LSTHDFTR", 5, 5, [(52, 5, 7, 200, 3), (252, 8, 9, 150, 2)], chain)


def body_footer():
    return footer(b"LSTBDFTR", 5, 5, [(52, 5, 6, 100, 3), (152, 6, 8, 90, 1)])


def structures():
    whole = ledger_file()
    pair, first, second = two_entry_block()
    chain = Structure().add("first header", first).add("second header", second)
    yield "header-full", "A header with every key", full_header()
    yield "header-least", "A header with no optional key", least_header(
        23, 0, filled(0xA1)
    )
    yield "header-created", "The header of record 0", created_header(whole)
    yield "header-entry", "The entry of header-least in a block", header_entry(
        least_header(23, 0, filled(0xA1)).bytes(), 23
    )
    yield "body-entry", "A body in a block", body_entry(FIRST, 255, SALT, b'{"a":1}')
    yield "body-tombstone", "What an erasure leaves", tombstone(FIRST, 3, FIRST + 9)
    yield "block-headers", "A header block, stored raw", pair
    yield "block-headers-expanded", "The two headers of block-headers, complete", chain
    yield "block-bodies", "A body block, stored raw", frame_blocks()[1]
    yield "block-bodies-lz4", "A body block, compressed by hand", compressed_block()
    yield "deduplication-entry", "A duplicate key", deduplication_entry()
    yield "group-frame", "A group of one record with one body", group_frame()
    yield "active-header", "The start of an active file", active_header()
    yield "segment-header-headers", "The start of a header segment", segment_header(
        b"LSTHDSEG", FIRST
    )
    yield "segment-header-bodies", "The start of a body segment", segment_header(
        b"LSTBDSEG", FIRST
    )
    yield "segment-footer-headers", "The footer of a header segment", header_footer()
    yield "segment-footer-bodies", "The footer of a body segment", body_footer()
    yield "ledger-file", "ledger.json", Structure().add("text", whole)


def main(arguments):
    check = arguments[:1] == ["--check"]
    folder = Path(arguments[-1])
    differing = []
    for name, title, structure in structures():
        text = structure.text(title)
        path = folder / f"{name}.hex"
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            differing.append(name)
    for name in differing:
        print(f"{name}.hex differs from what the document gives", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
