#!/usr/bin/env python3
"""Writes the golden files of Tests/LedgerFormatTests/Golden.

Every structure is built here from the format document alone, with PyPI's cbor2,
lz4 and cryptography and Python's hashlib, so that no expected value comes from the code
under test. Golden files of a released version are added, never edited.

usage: make_golden.py FOLDER      writes the files
       make_golden.py --check FOLDER   exits 1 if a file differs
"""
import base64
import hashlib
import hmac
import struct
import sys
from pathlib import Path

import cbor2
import lz4.block
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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


# The index


def tree_root(leaves):
    """MTH of RFC 6962 over leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha(b"\x01" + tree_root(leaves[:middle]) + tree_root(leaves[middle:]))


def beside(leaves, start, end, low=0, high=None):
    """The largest subtrees that hold none of leaves start..<end, from left to right."""
    high = len(leaves) if high is None else high
    if high <= start or end <= low:
        return [tree_root(leaves[low:high])]
    if start <= low and high <= end:
        return []
    middle = 1
    while middle * 2 < high - low:
        middle *= 2
    return beside(leaves, start, end, low, low + middle) + beside(
        leaves, start, end, low + middle, high
    )


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def gaps(records, base):
    out, least = b"", base
    for record in records:
        out += varint(record - least)
        least = record + 1
    return out


def chunk_leaves(records):
    return [
        leaf(b"LSTCHUNK" + b"".join(u64(r) for r in records[i : i + 256]))
        for i in range(0, len(records), 256)
    ]


def entry_leaf(key_hash, records):
    return leaf(b"LSTENTRY" + key_hash + u64(len(records)) + tree_root(chunk_leaves(records)))


def entity_key(kind, namespace, name):
    return cbor2.dumps([kind, namespace, name], canonical=True)


RUN_FIRST = 131_072  # run 2 of level 0, a tail of 3,000 records
RUN_COUNT = 3_000
ORDERS = entity_key(1, "s3://lake", "clean/orders")
DAILY = entity_key(2, "airflow", "daily")
RUN = entity_key(3, "", "0176a8c2-fe01-7439-87e6-56a1a1b4029f")
SHORT = {
    ORDERS: [RUN_FIRST, RUN_FIRST + 1, RUN_FIRST + 300],
    DAILY: [RUN_FIRST + 2_999],
    RUN: [RUN_FIRST + 1],
}
LONG = {ORDERS: [RUN_FIRST + 5 * i for i in range(257)]}


def entries(index):
    return sorted((sha(key), records) for key, records in index.items())


def run_root(index):
    return tree_root([entry_leaf(*entry) for entry in entries(index)])


def run_header(magic):
    return (
        Structure()
        .add("magic", magic)
        .add("format version", u32(VERSION))
        .add("ledger id", LEDGER_ID)
        .add("level", u32(0))
        .add("first record", u64(RUN_FIRST))
        .add("record count", u64(RUN_COUNT))
        .digest("digest")
    )


def run_block(name, kind, level, count, content):
    structure = Structure().add(f"{name}: kind", bytes([kind])).add(f"{name}: level", bytes([level]))
    structure.add(f"{name}: count", u16(count))
    for field, data in content:
        structure.add(f"{name}: {field}", data)
    return structure.digest(f"{name}: digest")


def run_footer(index, offset, size):
    return (
        Structure()
        .add("footer: magic", b"LSTINFTR")
        .add("footer: entry count", u64(len(index)))
        .add("footer: pair count", u64(sum(len(records) for records in index.values())))
        .add("footer: offset of the topmost block", u64(offset))
        .add("footer: its byte count", u32(size))
        .add("footer: its level", u32(0))
        .add("footer: root", run_root(index))
        .digest("footer: digest")
    )


def joined(*parts):
    structure = Structure()
    for part in parts:
        structure.fields += part.fields
    return structure


def run_page(index, lists=()):
    content = [(f"key hash {n}", key_hash) for n, (key_hash, _) in enumerate(entries(index))]
    for n, (key_hash, records) in enumerate(entries(index)):
        content.append((f"record count {n}", varint(len(records))))
        if key_hash in lists:
            offset, size = lists[key_hash]
            content.append((f"list root {n}", tree_root(chunk_leaves(records))))
            content.append((f"offset of list {n}", u64(offset)))
            content.append((f"byte count of list {n}", u32(size)))
        else:
            content.append((f"records {n}", gaps(records, RUN_FIRST)))
    return run_block("page", 1, 0, len(index), content)


def run_file():
    header_part, page = run_header(b"LSTINRUN"), run_page(SHORT)
    return joined(header_part, page, run_footer(SHORT, 64, len(page.bytes())))


def run_file_long():
    header_part, records = run_header(b"LSTINRUN"), LONG[ORDERS]
    offset, chunks, children = 64, [], []
    for n, leaf_hash in enumerate(chunk_leaves(records)):
        part = records[256 * n : 256 * n + 256]
        chunk = run_block(
            f"chunk {n}", 2, 0, len(part), [("records", gaps(part, RUN_FIRST))]
        )
        size = len(chunk.bytes())
        children += [
            (f"first record {n}", u64(part[0])),
            (f"offset {n}", u64(offset)),
            (f"byte count {n}", u32(size)),
            (f"hash {n}", leaf_hash),
        ]
        chunks.append(chunk)
        offset += size
    directory = run_block("directory", 4, 0, len(chunks), children)
    page = run_page(LONG, {sha(ORDERS): (offset, len(directory.bytes()))})
    offset += len(directory.bytes())
    return joined(
        header_part, *chunks, directory, page, run_footer(LONG, offset, len(page.bytes()))
    )


def run_directory():
    children = []
    for n, (key_byte, offset, size) in enumerate([(0x11, 64, 2_400), (0x99, 2_464, 100)]):
        children += [
            (f"least key hash {n}", filled(key_byte)),
            (f"offset {n}", u64(offset)),
            (f"byte count {n}", u32(size)),
            (f"hash {n}", filled(key_byte + 1)),
        ]
    return run_block("directory", 3, 1, 2, children)


def name_dictionary():
    parts = sorted(
        (bytes([kind]), namespace.encode(), name.encode())
        for kind, namespace, name in (cbor2.loads(key) for key in SHORT)
    )
    parts.insert(1, (b"\x01", b"s3://lake", b"clean/orders-old"))
    block_part = Structure().add("block: count", u16(len(parts)))
    before = b""
    for n, (kind, namespace, name) in enumerate(parts):
        whole = kind + namespace + name
        shared = next(
            (i for i, (a, b) in enumerate(zip(before, whole)) if a != b),
            min(len(before), len(whole)),
        )
        block_part.add(f"block: shared bytes {n}", varint(shared))
        block_part.add(f"block: own bytes {n}", varint(len(whole) - shared))
        block_part.add(f"block: namespace bytes {n}", varint(len(namespace)))
        block_part.add(f"block: own {n}", whole[shared:])
        before = whole
    block_part.digest("block: digest")
    size = len(block_part.bytes())
    table = Structure().add("table: offset", u64(64)).add("table: byte count", u32(size))
    table.digest("table: digest")
    end = (
        Structure()
        .add("footer: magic", b"LSTINNFT")
        .add("footer: name count", u64(len(parts)))
        .add("footer: offset of the table", u64(64 + size))
        .digest("footer: digest")
    )
    return joined(run_header(b"LSTINNAM"), block_part, table, end)


def hashes(structure, name, values):
    for n, value in enumerate(values):
        structure.add(f"{name} {n}", value)
    return structure


def answer_listed(key=ORDERS):
    """About SHORT."""
    leaves = [entry_leaf(*entry) for entry in entries(SHORT)]
    position = [key_hash for key_hash, _ in entries(SHORT)].index(sha(key))
    structure = (
        Structure()
        .add("kind: listed", b"\x01")
        .add("position", varint(position))
        .add("record count", varint(len(SHORT[key])))
        .add("first chunk", varint(0))
        .add("end chunk", varint(1))
        .add("records", gaps(SHORT[key], RUN_FIRST))
    )
    return hashes(structure, "entry hash", beside(leaves, position, position + 1))


def answer_part():
    """About LONG, only its last chunk."""
    leaves = chunk_leaves(LONG[ORDERS])
    structure = (
        Structure()
        .add("kind: listed", b"\x01")
        .add("position", varint(0))
        .add("record count", varint(257))
        .add("first chunk", varint(1))
        .add("end chunk", varint(2))
        .add("records", gaps(LONG[ORDERS][256:], RUN_FIRST))
    )
    return hashes(structure, "list hash", beside(leaves, 1, 2))


def answer_absent(key=None, index=None):
    """About SHORT: an entity that is not there."""
    key = key or entity_key(1, "s3://lake", "raw/orders")
    run = entries(index or SHORT)
    leaves = [entry_leaf(*entry) for entry in run]
    position = sum(key_hash < sha(key) for key_hash, _ in run)
    structure = Structure().add("kind: absent", b"\x02").add("position", varint(position))
    for name, place in (("left", position - 1), ("right", position)):
        if 0 <= place < len(run):
            key_hash, records = run[place]
            structure.add(f"{name}: key hash", key_hash)
            structure.add(f"{name}: record count", varint(len(records)))
            structure.add(f"{name}: list root", tree_root(chunk_leaves(records)))
    low, high = max(position - 1, 0), min(position + 1, len(run))
    return hashes(structure, "hash", beside(leaves, low, high))


def b64(data):
    return base64.b64encode(data)


class Text(Structure):
    """Lines of a text file; each is one field."""

    def line(self, name, data):
        return self.add(name, data + b"\n")


def index_log(omitting=None):
    """Three records and the index record over them: headers, and the run it commits to."""
    named = [[ORDERS], [ORDERS, DAILY], [DAILY]]
    headers, index = [], {}
    for number, keys in enumerate(named):
        previous = leaf(headers[-1]) if headers else filled(0)
        fields = {0: previous, 1: number, 2: 1_795_469_341_000_000, 3: "access", 6: "etl"}
        fields[11] = [[3, *cbor2.loads(key)] for key in keys]
        headers.append(header(fields).bytes())
        for key in keys:
            if (key, number) != omitting:
                index.setdefault(key, []).append(number)
    run = [0, 0, 3, len(index), run_root(index)]
    fields = {0: leaf(headers[-1]), 1: 3, 2: 1_795_469_341_000_000, 3: "index", 6: "local"}
    fields[18] = [run]
    headers.append(header(fields).bytes())
    return headers, index


def inclusion(headers, index):
    """The audit path, from the leaf up."""
    leaves = [leaf(h) for h in headers]
    path, low, high = [], 0, len(leaves)
    while high - low > 1:
        middle = 1
        while middle * 2 < high - low:
            middle *= 2
        if index < low + middle:
            path.append(tree_root(leaves[low + middle : high]))
            high = low + middle
        else:
            path.append(tree_root(leaves[low : low + middle]))
            low += middle
    return path[::-1]


def index_note(headers):
    """A checkpoint whose signature is made up: bytes are shown here, not keys."""
    root = tree_root([leaf(h) for h in headers])
    text = f"{ORIGIN}\n{len(headers)}\n".encode() + b64(root) + b"\n"
    signature = b64(bytes.fromhex("1a2b3c4d") + filled(0x55, 64))
    return text + b"\n\xe2\x80\x94 " + ORIGIN.encode() + b" " + signature + b"\n"


def listed(index, key, base=0):
    run = entries(index)
    leaves = [entry_leaf(*entry) for entry in run]
    position = [key_hash for key_hash, _ in run].index(sha(key))
    data = b"\x01" + varint(position) + varint(len(index[key])) + b"\x00\x01"
    return data + gaps(index[key], base) + b"".join(beside(leaves, position, position + 1))


def proof_end(text, headers, answer):
    text.line("index record's header", b"header " + b64(headers[3]))
    for value in inclusion(headers, 3):
        text.line("inclusion hash", b64(value))
    text.line("empty line", b"")
    text.line("answer", b"run " + b64(answer))
    text.line("empty line", b"")
    return text.add("note", index_note(headers))


def completeness_proof():
    headers, index = index_log()
    text = Text().line("format", b"ledgerstone/completeness@v1")
    text.line("entity key", b"entity " + b64(ORDERS)).line("first record asked about", b"since 0")
    return proof_end(text, headers, listed(index, ORDERS))


def omission_proof():
    headers, index = index_log(omitting=(ORDERS, 1))
    text = Text().line("format", b"ledgerstone/omission@v1")
    text.line("entity key", b"entity " + b64(ORDERS)).line("record", b"record 1")
    text.line("the record's header", b"header " + b64(headers[1]))
    for value in inclusion(headers, 1):
        text.line("inclusion hash", b64(value))
    text.line("empty line", b"")
    return proof_end(text, headers, listed(index, ORDERS))


def certificate():
    """A certificate of nobody: the form alone. The history is the completeness proof's."""
    headers, _ = index_log()
    text = Text().line("format", b"ledgerstone/certificate@v1")
    text.line("statement", b'statement {"certificate":"example"}')
    text.line("record", b"record " + b64(headers[1]))
    text.line("empty line", b"")
    leaves = [leaf(h) for h in headers]
    for value in beside(leaves, 1, 2):
        text.line("hash beside the record", b64(value))
    text.line("empty line", b"")
    history = completeness_proof().bytes()
    text.line("history", b"history %d" % history.count(b"\n")).add("its lines", history)
    text.line("empty line", b"")
    digest = b64(sha(text.bytes()))
    text.line("note: format", b"ledgerstone/certificate@v1").line("note: hash", digest)
    text.line("note: origin", ORIGIN.encode()).line("note: empty line", b"")
    signature = b64(bytes.fromhex("1a2b3c4d") + filled(0x66, 64))
    return text.line("note: signature", b"\xe2\x80\x94 " + ORIGIN.encode() + b" " + signature)


def index_structures():
    yield "entity-key", "An entity key", Structure().add("[type, namespace, name]", ORDERS)
    yield "run-file", "A run of three entities", run_file()
    yield "run-file-long", "A run of one entity with 257 records", run_file_long()
    yield "run-directory", "A directory over two pages", run_directory()
    yield "name-dictionary", "A name dictionary", name_dictionary()
    yield "answer-listed", "What run-file says of an entity that it has", answer_listed()
    yield "answer-part", "The last chunk of run-file-long's list", answer_part()
    yield "answer-absent", "What run-file says of an entity that it lacks", answer_absent()
    yield "completeness-proof", "A completeness proof", completeness_proof()
    yield "omission-proof", "An omission proof", omission_proof()
    yield "certificate", "A certificate, of the least form", certificate()


# Sealed bodies


def sealed_body(content_type, body, method, stored):
    """Everything about one sealed body, from the subject's key to what the header says."""
    subject_key = bytes(range(0x60, 0x80))
    body_key = HKDF(SHA256(), 32, SALT, b"ledgerstone body").derive(subject_key)
    plaintext = bytes([method]) + u32(len(body)) + stored
    sealed = AESGCM(body_key).encrypt(
        bytes(12), plaintext, LEDGER_ID + content_type.encode()
    )
    structure = Structure().add("subject key", subject_key).add("salt", SALT)
    structure.add("K", body_key).add("content type", content_type.encode())
    structure.add("method", bytes([method])).add("original byte count", u32(len(body)))
    structure.add("the bytes, raw or as one LZ4 block", stored)
    structure.add("stored: ciphertext and GCM tag", sealed)
    structure.add("commitment", sha(SALT + sealed))
    tag = hmac.new(body_key, b"ledgerstone tag", hashlib.sha256).digest()
    return structure.add("header tag", tag)


def sealed_raw():
    body = b'{"name":"A. Lovelace"}'
    return sealed_body("application/json", body, 1, body)


def sealed_lz4():
    body = b"ab" * 40
    # Two literals, a match of 73 bytes at distance 2, and the five last bytes as literals.
    block = bytes([0x2F]) + b"ab" + u16(2) + bytes([73 - 4 - 15]) + bytes([0x50]) + b"babab"
    assert lz4.block.decompress(block, uncompressed_size=80) == body
    return sealed_body("text/plain; charset=utf-8", body, 2, block)


def structures():
    yield from core_structures()
    yield from index_structures()


def core_structures():
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
    yield "sealed-body", "A sealed body, stored raw", sealed_raw()
    yield "sealed-body-lz4", "A sealed body, compressed by hand", sealed_lz4()
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
