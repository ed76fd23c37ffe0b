#!/usr/bin/env python3
"""Checks a deletion certificate and the proofs inside, sharing no code with Ledgerstone.

usage: verify_certificate.py FILE --key VKEY [--key VKEY …] [--entry FILE] [--since FILE]

FILE is a certificate (ledgerstone/certificate@v1), a completeness proof, a closure proof, a
consistency proof or a c2sp.org/tlog-proof@v1 (with --entry). Status 0: valid; 2: not valid;
64: usage. Needs cbor2 and cryptography. Written from Format.md, Certificate.md and Closure.md.

Of a closure proof, and of the closures in a certificate, everything is checked that hashes and
signatures can show: every history is complete, every record is in the tree, none is left out. Then
the states are derived anew, for estates without symlinks, renames and explicit versions; where it
cannot judge, it says so. Of what a certificate states of a closure, it compares which entities were
reached, each state and what follows from it, and whether all is closed; the reasons, paths and
numbers beside them it takes as stated.
"""
import argparse
import base64
import binascii
import hashlib
import json
import re
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIMIT = 64 << 20
CHUNK = 256
INTEGER_MAX = 2**63 - 1


class NotValid(Exception):
    """Why the file proves nothing."""


def require(condition, reason):
    if not condition:
        raise NotValid(reason)


# Hashes and trees (RFC 6962)


def sha(data):
    return hashlib.sha256(data).digest()


def leaf(data):
    return sha(b"\x00" + data)


def node(left, right):
    return sha(b"\x01" + left + right)


def split(low, high):
    """Where RFC 6962 cuts the leaves low ≤ i < high in two."""
    size = 1
    while size * 2 < high - low:
        size *= 2
    return low + size


def root_of(leaves):
    """The root over all leaves."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    middle = split(0, len(leaves))
    return node(root_of(leaves[:middle]), root_of(leaves[middle:]))


def selection_root(places, leaves, size, beside):
    """The root, given some leaves and the hashes of the largest subtrees without any of them."""
    require(len(places) == len(leaves), "as many leaves as places")
    require(all(a < b for a, b in zip(places, places[1:])), "places do not ascend")
    require(not places or places[-1] < size, "a place is beyond the tree")
    given = iter(beside)
    count = 0

    def fold(low, high, first, last):
        nonlocal count
        if first == last:
            count += 1
            try:
                return next(given)
            except StopIteration:
                raise NotValid("too few hashes") from None
        if high - low == 1:
            return leaves[first]
        middle = split(low, high)
        cut = first
        while cut < last and places[cut] < middle:
            cut += 1
        left = fold(low, middle, first, cut)
        return node(left, fold(middle, high, cut, last))

    require(size > 0, "an empty tree")
    result = fold(0, size, 0, len(places))
    require(count == len(beside), "too many hashes")
    return result


def inclusion_root(index, size, leaf_hash, path):
    """The root by an audit path, which goes from the leaf up (RFC 6962 §2.1.1)."""
    require(index < size, "the record is beyond the tree")

    def fold(low, high, rest):
        if high - low == 1:
            require(not rest, "too many hashes")
            return leaf_hash
        require(rest, "too few hashes")
        middle = split(low, high)
        if index < middle:
            return node(fold(low, middle, rest[:-1]), rest[-1])
        return node(rest[-1], fold(middle, high, rest[:-1]))

    return fold(0, size, path)


def check_consistency(old_size, old_root, new_size, new_root, path):
    """RFC 6962 §2.1.2, in its recursive wording."""
    require(old_size <= new_size, "the newer tree is smaller")
    if old_size == 0 or old_size == new_size:
        require(not path, "too many hashes")
        require(old_size == 0 or old_root == new_root, "the roots differ")
        require(old_size != 0 or old_root == sha(b""), "an empty tree has another root")
        return
    rest = list(path)

    def fold(low, high, m, is_whole):
        # Both roots of what the old tree has of low ≤ i < high, and of all of that.
        if m == high - low:
            if is_whole:
                return old_root, old_root
            require(rest, "too few hashes")
            value = rest.pop()
            return value, value
        middle = split(low, high)
        require(rest, "too few hashes")
        beside = rest.pop()
        if m <= middle - low:
            old, new = fold(low, middle, m, is_whole)
            return old, node(new, beside)
        old, new = fold(middle, high, m - (middle - low), False)
        return node(beside, old), node(beside, new)

    old, new = fold(0, new_size, old_size, True)
    require(not rest, "too many hashes")
    require(old == old_root and new == new_root, "the trees do not continue one another")


# Text


def base64_bytes(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotValid("not base64") from None
    require(base64.b64encode(data) == bytes(text), "not the one form of base64")
    return data


def hash_bytes(text):
    data = base64_bytes(text)
    require(len(data) == 32, "not a hash")
    return data


def decimal(text):
    require(re.fullmatch(rb"0|[1-9][0-9]{0,19}", bytes(text)), "not a decimal number")
    value = int(text)
    require(value < 2**64, "too large a number")
    return value


class Lines:
    def __init__(self, data):
        require(data.endswith(b"\n"), "no newline at the end")
        self.lines = data.split(b"\n")[:-1]
        self.place = 0

    def peek(self):
        require(self.place < len(self.lines), "the file ends too early")
        return self.lines[self.place]

    def next(self):
        line = self.peek()
        self.place += 1
        return line

    def value(self, field):
        line = self.next()
        prefix = field.encode() + b" "
        require(line.startswith(prefix), f"no line '{field}'")
        return line[len(prefix) :]

    def has(self, field):
        return self.peek().startswith(field.encode() + b" ")

    def hashes(self):
        found = []
        while line := self.next():
            found.append(hash_bytes(line))
        return found

    def take(self, count):
        require(count <= len(self.lines) - self.place, "the file ends too early")
        self.place += count
        return b"".join(l + b"\n" for l in self.lines[self.place - count : self.place])

    def rest(self):
        return b"".join(line + b"\n" for line in self.lines[self.place :])


# Notes (c2sp.org/signed-note) and checkpoints (c2sp.org/tlog-checkpoint)


class VerifierKey:
    def __init__(self, text):
        name, identifier, material = text.strip().split("+", 2)
        data = base64.b64decode(material, validate=True)
        if data[0] != 1 or len(data) != 33:
            raise ValueError("not an Ed25519 verifier key")
        if sha(name.encode() + b"\n" + data)[:4].hex() != identifier:
            raise ValueError("the key's id does not fit")
        self.name = name.encode()
        self.identifier = bytes.fromhex(identifier)
        self.key = Ed25519PublicKey.from_public_bytes(data[1:])


class Note:
    def __init__(self, data):
        require(len(data) <= 1 << 20, "the note is too long")
        require(data.endswith(b"\n"), "no newline at the end of the note")
        require(not any(b < 0x20 and b != 10 for b in data), "a control character in the note")
        try:
            data.decode()
        except UnicodeDecodeError:
            raise NotValid("the note is not UTF-8") from None
        blank = data.rfind(b"\n\n")
        require(blank >= 0, "the note has no signatures")
        self.text = data[: blank + 1]
        self.signatures = []
        lines = data[blank + 2 :].split(b"\n")[:-1]
        require(0 < len(lines) <= 100, "no signatures, or too many")
        for line in lines:
            require(line.startswith("— ".encode()), "not a signature line")
            parts = line[len("— ".encode()) :].split(b" ", 1)
            require(len(parts) == 2, "not a signature line")
            name, value = parts[0], base64_bytes(parts[1])
            require(len(value) > 4, "the signature is too short")
            require(name and b"+" not in name, "no key name")
            require(not re.search(r"\s", name.decode()), "no key name")
            self.signatures.append((name, value[:4], value[4:]))

    def check(self, keys):
        """The names under which trusted keys signed; each signature of a known key must hold."""
        names = set()
        for name, identifier, signature in self.signatures:
            for key in keys:
                if key.name == name and key.identifier == identifier:
                    try:
                        key.key.verify(signature, self.text)
                    except InvalidSignature:
                        raise NotValid("a signature does not verify") from None
                    names.add(name)
        require(names, "no trusted key signed the note")
        return names


class Checkpoint:
    def __init__(self, note):
        lines = note.text.split(b"\n")
        require(lines.pop() == b"" and b"" not in lines, "an empty line in the checkpoint")
        require(len(lines) >= 3, "the checkpoint has too few lines")
        self.origin, self.size, self.root = lines[0], decimal(lines[1]), hash_bytes(lines[2])
        self.text = note.text


# Headers


class Header:
    """One record; the meaning of the keys is in Format.md."""

    def __init__(self, data):
        self.data = data
        require(len(data) <= 65_535, "the header is too long")
        try:
            self.map = cbor2.loads(data)
            canonical = cbor2.dumps(self.map, canonical=True)
        except Exception:  # whatever cbor2 finds wrong
            raise NotValid("the header is no CBOR") from None
        require(isinstance(self.map, dict) and canonical == data, "the header is not canonical")
        require(
            all(isinstance(k, int) and 0 <= k <= 22 for k in self.map), "an unknown header key"
        )
        require({0, 1, 2, 3, 6} <= self.map.keys(), "the header lacks a key")
        self.index, self.time, self.kind = self.map[1], self.map[2], self.map[3]
        self.leaf = leaf(data)

    def parts(self):
        if 10 not in self.map:
            return range(self.index, self.index + 1)
        number, count = self.map[10]
        require(number <= self.index, "an impossible part")
        return range(self.index - number, self.index - number + count)


def entity_key(kind, namespace, name):
    return cbor2.dumps([kind, namespace, name], canonical=True)


# The index


def varint(data, place):
    value, shift = 0, 0
    while True:
        require(place < len(data) and shift < 63, "a number is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            require(byte or shift == 0, "a number is not in its shortest form")
            return value, place
        shift += 7


def entry_leaf(key_hash, count, list_root):
    return sha(b"\x00LSTENTRY" + key_hash + count.to_bytes(8, "little") + list_root)


def range_places(low, high):
    return list(range(low, high))


class Answer:
    """What one run says of one entity; checked against what the index record says of the run."""

    def __init__(self, data, run):
        self.data, self.place = data, 0
        _, self.first, self.count, self.entries, self.root = run
        require(data, "an empty answer")
        self.place = 1
        self.is_listed = data[0] == 1
        require(data[0] in (1, 2), "an unknown answer")

    def number(self, limit):
        value, self.place = varint(self.data, self.place)
        require(value <= limit, "a number is too large")
        return value

    def digest(self):
        value = self.data[self.place : self.place + 32]
        require(len(value) == 32, "the answer is cut off")
        self.place += 32
        return value

    def rest(self, count):
        return [self.digest() for _ in range(count)]

    def beside_count(self, places, size):
        """How many subtrees hold none of consecutive leaves."""
        count = 0
        stack = [(0, size)]
        while stack:
            low, high = stack.pop()
            if high <= places[0] or low > places[-1]:
                count += 1
            elif not (low >= places[0] and high <= places[-1] + 1):
                middle = split(low, high)
                stack += [(low, middle), (middle, high)]
        return count

    def records(self, key, since):
        """The records at or above `since`, all of them; none if the entity is absent."""
        result = self.listed(sha(key), since) if self.is_listed else self.absent(sha(key))
        require(self.place == len(self.data), "bytes behind an answer")
        return result

    def listed(self, key_hash, since):
        require(self.entries > 0, "an entry of an empty run")
        position = self.number(self.entries - 1)
        count = self.number(self.count)
        require(count > 0, "an entry without records")
        chunks = -(-count // CHUNK)
        low, high = self.number(chunks - 1), self.number(chunks)
        require(low < high, "no chunk")
        records, last = [], self.first - 1
        for _ in range(low * CHUNK, min(high * CHUNK, count)):
            last += 1 + self.number(INTEGER_MAX)
            require(last < self.first + self.count, "a record that the run does not cover")
            records.append(last)
        leaves = []
        for start in range(0, len(records), CHUNK):
            body = b"".join(r.to_bytes(8, "little") for r in records[start : start + CHUNK])
            leaves.append(sha(b"\x00LSTCHUNK" + body))
        places = range_places(low, high)
        beside = self.rest(self.beside_count(places, chunks))
        list_root = selection_root(places, leaves, chunks, beside)
        beside = self.rest(self.beside_count([position], self.entries))
        entry = entry_leaf(key_hash, count, list_root)
        root = selection_root([position], [entry], self.entries, beside)
        require(root == self.root, "the run has no such entry")
        require(high == chunks, "the last records are left out")
        require(low == 0 or records[0] <= since, "the first records are left out")
        return [r for r in records if r >= since]

    def absent(self, key_hash):
        position = self.number(self.entries)
        leaves, places = [], []
        for place in (position - 1, position):
            if not 0 <= place < self.entries:
                continue
            other = self.digest()
            count = self.number(self.count)
            require(count > 0, "an entry without records")
            leaves.append(entry_leaf(other, count, self.digest()))
            places.append(place)
            is_left = place < position
            require(other < key_hash if is_left else key_hash < other, "not between its neighbours")
        if not places:
            require(self.root == sha(b""), "an empty run with a root")
            return []
        beside = self.rest(self.beside_count(places, self.entries))
        root = selection_root(places, leaves, self.entries, beside)
        require(root == self.root, "the run has no such neighbours")
        return []


class Evidence:
    """An index record, and the signed tree of which it is the last record."""

    def __init__(self, header, path, note):
        self.header, self.path, self.note = Header(header), path, note
        self.checkpoint = Checkpoint(note)
        require(self.checkpoint.size > 0, "an empty tree")
        self.record = self.checkpoint.size - 1
        self.runs = self.header.map.get(18, [])

    def check(self, keys):
        require(self.checkpoint.origin in self.note.check(keys), "signed under another name")
        require(self.header.index == self.record, "the index record is not the last")
        root = inclusion_root(self.record, self.checkpoint.size, self.header.leaf, self.path)
        require(root == self.checkpoint.root, "the index record is not in the tree")
        require(self.header.kind == "index", "the last record is no index record")
        require(not self.header.map.get(11) and 10 not in self.header.map, "not plain")
        end = 0
        for level, first, count, _, _ in self.runs:
            require(level <= 11, "an impossible level")
            capacity = 65_536 << (4 * level)
            require(first == end and first % capacity == 0, "the runs are no tiling")
            require(0 < count <= capacity, "an impossible run")
            end = first + count
            require(count == capacity or end == self.record, "a run is cut off")
        require(end == self.record, "the runs do not cover all records")

    def runs_since(self, since):
        return [run for run in self.runs if run[1] + run[2] > since]


def records_of(key, answers, evidence, since):
    runs = evidence.runs_since(since)
    require(len(runs) == len(answers), "not one answer for each run")
    found = []
    for run, data in zip(runs, answers):
        found += Answer(data, run).records(key, since)
    return found


class Completeness:
    def __init__(self, data):
        require(len(data) <= LIMIT, "the file is too long")
        lines = Lines(data)
        require(lines.next() == b"ledgerstone/completeness@v1", "not a completeness proof")
        self.key = base64_bytes(lines.value("entity"))
        self.since = decimal(lines.value("since"))
        header = base64_bytes(lines.value("header"))
        path = lines.hashes()
        self.answers = []
        while lines.peek():
            self.answers.append(base64_bytes(lines.value("run")))
        lines.next()
        self.evidence = Evidence(header, path, Note(lines.rest()))

    def check(self, keys):
        self.evidence.check(keys)
        require(self.since < self.evidence.record, "nothing is asked about")
        return records_of(self.key, self.answers, self.evidence, self.since)


class ClosureProof:
    """Histories and records that a closure follows from, and the question."""

    def __init__(self, data):
        require(len(data) <= LIMIT, "the file is too long")
        lines = Lines(data)
        require(lines.next() == b"ledgerstone/closure@v1", "not a closure proof")
        self.root = base64_bytes(lines.value("entity"))
        self.versions, self.origin, self.erasure = [], None, None
        while lines.has("version"):
            self.versions.append(base64_bytes(lines.value("version")))
        if not self.versions:
            self.origin = decimal(lines.value("origin"))
        self.size = decimal(lines.value("size"))
        self.time = lines.value("time").decode()
        self.silence = decimal(lines.value("silence"))
        if lines.has("erasure"):
            self.erasure = decimal(lines.value("erasure"))
        header = base64_bytes(lines.value("header"))
        path = lines.hashes()
        self.asked = []
        while lines.peek():
            if lines.has("asked"):
                self.asked.append((base64_bytes(lines.value("asked")), []))
            else:
                require(self.asked, "an answer without question")
                self.asked[-1][1].append(base64_bytes(lines.value("run")))
        lines.next()
        self.records = []
        while lines.peek():
            self.records.append(Header(base64_bytes(lines.value("record"))))
        lines.next()
        self.gaps = []
        while lines.peek():
            before, _, after = lines.value("gap").partition(b" ")
            self.gaps.append((decimal(before), decimal(after)))
        lines.next()
        self.beside = lines.hashes()
        self.evidence = Evidence(header, path, Note(lines.rest()))

    def check(self, keys):
        evidence = self.evidence
        evidence.check(keys)
        require(self.size <= evidence.record, "the index does not reach so far")
        require(self.erasure is None or self.erasure < self.size, "the erasure is beyond")
        require(self.origin is None or self.origin <= self.size, "the origin is beyond")
        places = [header.index for header in self.records]
        root = selection_root(
            places, [h.leaf for h in self.records], evidence.checkpoint.size, self.beside
        )
        require(root == evidence.checkpoint.root, "the records are not in the tree")
        by_index = {header.index: header for header in self.records}
        used = set()
        self.histories = {}
        for key, answers in self.asked:
            require(key not in self.histories, "an entity is asked for twice")
            history, end = [], 0
            for index in records_of(key, answers, evidence, 0):
                if index >= self.size or index < end:
                    continue
                require(index in by_index, "a record is left out")
                parts = by_index[index].parts()
                require(all(part in by_index for part in parts), "a part is left out")
                used.update(parts)
                end = parts.stop
                history.append([by_index[part] for part in parts])
            self.histories[key] = history
        for before, after in self.gaps:
            require(before in by_index and after in by_index, "a gap without records")
            low, high = by_index[before].map, by_index[after].map
            require(before < after < self.size, "a gap that cannot be")
            require(low[6] == high[6] and low.get(7) == high.get(7), "a gap of two producers")
            require(8 in low and 8 in high and high[8] - low[8] > 1, "no gap")
            used.update((before, after))
        require(used == by_index.keys(), "a record is there without need")
        require(self.root in self.histories, "the root is not asked for")
        self.states, self.is_closed, self.unjudged = None, None, None
        try:
            rule = Rule(self)
            self.states = rule.states()
            self.is_closed = rule.is_closed(self.states)
        except NotJudged as reason:
            self.unjudged = str(reason)
        for key in self.states or ():
            require(key in self.histories, "an entity that was reached is not asked for")


# The closure's rule (Closure.md), over all records of a proof at once and with nothing clever

RUN, JOB, INPUT, OUTPUT = 1, 2, 3, 4
START, COMPLETE, ABORT, FAIL = 1, 3, 4, 5
DROP, OVERWRITE_STATE, TRUNCATE_STATE = 3, 4, 6
MODES = {1: "keep", 2: "full", 3: "keep", 4: "truncate", 5: "keep", 7: "keep"}
REMOVING = {"drop", "truncate", "full", "erased"}
CLEAN, MASKED, UNKNOWN, TAINTED = 0, 1, 2, 3


class NotJudged(Exception):
    """Records that this part of the rule does not cover."""


class Activity:
    """A run, or one removal that an execution states; None stands for what was there before."""

    def __init__(self, name, first):
        self.name, self.first, self.job = name, first, None
        self.times, self.recorded, self.lacks_time = [], [], False
        self.has_start, self.kinds = False, set()
        self.terminal, self.inputs, self.outputs = None, [], []
        self.facts, self.edges, self.producers, self.kept = {}, {}, set(), set()
        self.names_outputs = False

    @property
    def start(self):
        return min(self.times) if self.has_start and not self.lacks_time else None

    @property
    def end(self):
        return max(self.times) if self.terminal is not None and not self.lacks_time else None

    @property
    def is_completed(self):
        return self.terminal is not None and self.kinds.isdisjoint({ABORT, FAIL})


class Rule:
    def __init__(self, proof):
        if proof.versions or not proof.origin and proof.origin != 0:
            raise NotJudged("explicit versions")
        self.root, self.since, self.silence = proof.root, proof.origin, proof.silence
        self.time, self.activities, self.policies = microseconds(proof.time), {}, []
        self.executions, self.verifications, self.holds, self.retention = [], [], [], {}
        self.declared, self.writers = set(), {}
        self.others = {}
        records = {}
        for history in proof.histories.values():
            for parts in history:
                records[parts[0].index] = parts
        for index in sorted(records):
            self.read(Record(records[index]), records[index])
        for record in self.executions:
            self.execute(record)
        for activity in self.activities.values():
            for output in activity.outputs:
                self.writers.setdefault(output, []).append(activity)
        self.gaps = []
        by_index = {header.index: header for header in proof.records}
        found, last, following = {after for _, after in proof.gaps}, {}, None
        for header in sorted(proof.records, key=lambda header: header.index):
            if header.index >= proof.size:
                break
            if header.index != following:
                last = {}
            following = header.index + 1
            number, name = header.map.get(8), (header.map[6], header.map.get(7))
            if number is None or header.map.get(10, (0,))[0] > 0:
                continue
            if name in last and number > last[name] + 1:
                found.add(header.index)
            last[name] = number
        for after in sorted(found):
            if after >= self.since:
                header = by_index[after].map
                self.gaps.append((header[6], header.get(7)))
        self.levels = {(None, self.root): TAINTED}
        while self.spread():
            pass
        self.erasure = proof.erasure if proof.erasure is not None else self.first_removal()

    # Reading

    def read(self, record, parts):
        kind, content = record.kind, record.map
        if content.get(5, 0) & 16 or any(h.map.get(13) or h.map.get(14) for h in parts):
            raise NotJudged("symlinks, renames or incomplete facts")
        if kind == "run" or kind.startswith("erasure/"):
            if any(len(e) > 4 and e[4] is not None for e in record.entities):
                raise NotJudged("explicit versions")
        producer = (content[6], content.get(7))
        keys = [(e[0], entity_key(*e[1:4]), e[5] if len(e) > 5 else {}) for e in record.entities]
        if kind == "run":
            self.run(record, parts, keys, producer)
            return
        if kind == "erasure/execution" and any(found.get(2) for _, _, found in keys):
            raise NotJudged("an erasure of a part")
        for role, key, found in keys:
            if role == TARGET:
                self.others.setdefault(key, set()).add(producer)
            if kind == "policy/write-mode" and role == SCOPE and 1 in found:
                self.policies.append((key, record.index, found[1]))
            if kind == "job" and role == OUTPUT and any(r == INPUT for r, _, _ in keys):
                raise NotJudged("what a job is made to do")
            if kind == "job" and role == OUTPUT:
                jobs = [k for r, k, _ in keys if r == JOB]
                self.declared.update((key, job) for job in jobs)
            if role == SCOPE and kind == "hold/placed":
                self.holds.append((key, record.index))
            if role == SCOPE and kind == "policy/retention":
                is_exempt = record.text("value") == "exempt" and record.text("basis")
                self.retention[key] = bool(is_exempt)
        if kind == "hold/released":
            released = [index for _, index in record.references]
            scopes = {key for role, key, _ in keys if role == SCOPE}
            self.holds = [
                h for h in self.holds if h[0] not in scopes or released and h[1] not in released
            ]
        if kind == "erasure/execution":
            self.executions.append(record)
        if kind == "erasure/verification":
            self.verifications.append(record)
        if kind == "derivation" or kind.startswith("dataset/"):
            raise NotJudged("records that stand for themselves")
        if kind == "dataset" and any(found for _, _, found in keys):
            raise NotJudged("records that stand for themselves")

    def run(self, record, parts, keys, producer):
        name = next((key for role, key, _ in keys if role == RUN), None)
        if name is None:
            return
        run = self.activities.setdefault(name, Activity(name, record.index))
        kind, content = record.map.get(9), record.map
        run.kinds.add(kind)
        run.producers.add(producer)
        run.recorded.append(record.time)
        run.job = next((key for role, key, _ in keys if role == JOB), run.job)
        run.has_start |= kind == START
        if kind in (COMPLETE, ABORT, FAIL):
            run.terminal = max(run.terminal or 0, record.index)
        if 4 in content:
            run.times.append(content[4])
        else:
            run.lacks_time = True
        if any(role == TARGET for role, _, _ in keys):
            raise NotJudged("a run that is about something")
        for role, key, found in keys:
            if role == OUTPUT and kind != START and found.get(0) is None:
                run.kept.add(key)
            if role == INPUT and key not in run.inputs:
                run.inputs.append(key)
            if role == OUTPUT:
                run.names_outputs = True
                if key not in run.outputs:
                    run.outputs.append(key)
                if run.facts.get(key) and found and run.facts[key] != found:
                    raise NotJudged("events of one run that contradict each other")
                run.facts[key] = found or run.facts.get(key, {})
        for edge in [e for header in parts for e in header.map.get(12, [])]:
            target, source = keys[edge[0]][1], keys[edge[1]][1]
            is_masked = bool((edge[3] if len(edge) > 3 else 0) & 1)
            stated = run.edges.setdefault(target, {}).setdefault(edge[2], {})
            stated[source] = stated.get(source, True) and is_masked
            run.names_outputs = True

    def execute(self, record):
        outcome, method = record.text("outcome"), (record.text("method") or "").lower()
        succeeded = ("completed", "done", "erased", "succeeded", "success")
        if outcome is not None and outcome.lower() not in succeeded:
            return
        requests = [e[1:4] for e in record.entities if e[0] == 12]
        is_checked = any(
            check.index > record.index
            and (check.text("outcome") or "").lower() in ("clean", "verified")
            and check.attributes.get("residual", 0) in (0,)
            and (
                record.index in [index for _, index in check.references]
                or requests and requests[0] in [e[1:4] for e in check.entities if e[0] == 12][:1]
            )
            for check in self.verifications
        )
        removes = method in ("drop-and-purge", "truncate", "key-destruction")
        if not removes and not (
            method in ("row-erasure", "overwrite", "full-overwrite") and is_checked
        ):
            return
        for key in record.targets():
            removal = Activity((record.index, key), record.index)
            removal.terminal, removal.outputs = record.index, [key]
            removal.kinds, removal.facts = {COMPLETE}, {key: "erased"}
            removal.has_start, removal.lacks_time = True, 4 not in record.map
            removal.times = [record.map.get(4, 0)]
            self.activities[removal.name] = removal

    # Order

    def precedes(self, left, right):
        later = right.terminal if right.terminal is not None else INTEGER_MAX
        if left.terminal is None or left.end is None or right.start is None:
            return False
        return left.terminal < later and left.end <= right.start

    def all_writers(self, key):
        return self.writers.get(key, []) + ([None] if key == self.root else [])

    def is_before(self, left, right):
        if right is None:
            return False
        if left is None:
            later = right.terminal if right.terminal is not None else INTEGER_MAX
            return later >= self.since and right.start is not None
        return self.precedes(left, right)

    def is_superseded(self, version, key, reader):
        return any(
            other is not None and other.is_completed and other.start is not None
            and other.end is not None and self.is_before(version, other)
            and (reader is None or self.precedes(other, reader))
            for other in self.all_writers(key)
        )

    def seen(self, key, reader):
        found = []
        for version in self.all_writers(key):
            if version is None:
                if reader.terminal is not None and reader.terminal < self.since:
                    if reader.end is not None:
                        continue
            elif version is reader or self.precedes(reader, version):
                continue
            if not self.is_superseded(version, key, reader):
                found.append(version)
        return found

    # Taint

    def name(self, version):
        return version.name if version else None

    def level(self, version, key):
        return self.levels.get((self.name(version), key), CLEAN)

    def worst(self, key, reader):
        return max((self.level(v, key) for v in self.seen(key, reader)), default=CLEAN)

    def effect(self, activity, key):
        facts = activity.facts.get(key, {})
        if facts == "erased":
            return "erased"
        if activity.terminal is None:
            return "open"
        if not activity.is_completed:
            return "failed"
        kind = MODES.get(self.mode(activity, facts), "unknown")
        if facts.get(0) == DROP:
            if key in activity.kept and activity.inputs:
                return "unknown"
            kind = "drop"
        if facts.get(0) == TRUNCATE_STATE:
            kind = "truncate"
        return "keep" if kind in REMOVING and facts.get(2) else kind

    def mode(self, activity, facts):
        mode = facts.get(1)
        if mode in (None, 6):
            for job, index, declared in self.policies:
                if job == activity.job and index < activity.terminal:
                    mode = declared
        return mode

    def may_remove(self, activity, key):
        kind, facts = self.effect(activity, key), activity.facts.get(key, {})
        if kind != "unknown":
            return kind in REMOVING
        return facts.get(0) in (DROP, OVERWRITE_STATE) or self.mode(activity, facts) is not None

    def spread(self):
        has_risen = False
        for activity in self.activities.values():
            for key in activity.outputs:
                level = self.new_level(activity, key)
                if level > self.level(activity, key):
                    self.levels[activity.name, key] = level
                    has_risen = True
        return has_risen

    def new_level(self, activity, key):
        kind = self.effect(activity, key)
        if kind in ("drop", "erased"):
            return CLEAN
        is_progressing = activity.terminal is None and bool(activity.kinds & {2, 6, None})
        most = TAINTED if activity.is_completed or is_progressing else UNKNOWN
        facts, level = activity.facts.get(key, {}), CLEAN
        stated = activity.edges.get(key, {})
        edges = stated.get(1) or stated.get(2) or {}
        for source, is_masked in edges.items():
            read = self.worst(source, activity)
            if read >= UNKNOWN:
                level = max(level, min(read, MASKED if is_masked else most))
        if not edges and not facts.get(3):
            for source in activity.inputs:
                read = self.worst(source, activity)
                if read >= UNKNOWN:
                    level = max(level, min(read, most))
        is_known = facts.get(3) or edges or activity.inputs
        kept = {"keep": TAINTED, "truncate": CLEAN, "failed": CLEAN}.get(kind)
        if kind == "unknown":
            is_certain = key == self.root and not self.may_remove(activity, key)
            kept = TAINTED if is_certain else UNKNOWN
        if kind == "full":
            kept = CLEAN if is_known else UNKNOWN
        if kind == "open":
            kept = TAINTED if key == self.root else CLEAN
        return max(level, min(self.worst(key, activity), kept))

    # States

    def order(self, version):
        if version is None:
            return self.since - 0.5
        return version.terminal if version.terminal is not None else float("inf")

    def first_removal(self):
        is_tainted = False
        for write in sorted(self.all_writers(self.root), key=self.order):
            if self.level(write, self.root) == TAINTED:
                is_tainted = True
            elif is_tainted and write is not None and self.may_remove(write, self.root):
                return write.terminal
        return None

    def reached(self):
        return {key for (_, key), level in self.levels.items() if level > CLEAN} | {self.root}

    def open_runs(self):
        return [a for a in self.activities.values() if a.terminal is None]

    def is_silent(self, run):
        return self.time - min(run.times + run.recorded[:1]) > self.silence

    def open_runs_of(self, key):
        jobs = {a.job for a in self.writers.get(key, []) if a.job}
        jobs |= {job for output, job in self.declared if output == key}
        return [
            run for run in self.open_runs()
            if key in run.outputs or not run.names_outputs and run.job in jobs
        ]

    def has_gap(self, key):
        producers = set(self.others.get(key, ()))
        for activity in self.writers.get(key, []):
            producers |= activity.producers
        return any(gap in producers for gap in self.gaps)

    def removes(self, version, key):
        return (
            version is not None and self.level(version, key) <= MASKED
            and version.is_completed and self.effect(version, key) in REMOVING
        )

    def state(self, key):
        current = [v for v in self.all_writers(key) if not self.is_superseded(v, key, None)]
        level = max((self.level(v, key) for v in current), default=CLEAN)
        is_held = any(held == key for held, _ in self.holds) or self.retention.get(key)
        if level > MASKED and is_held:
            return "EXEMPT"
        running = self.open_runs_of(key)
        if running:
            return "UNKNOWN" if any(map(self.is_silent, running)) else "IN_FLIGHT"
        if level <= MASKED:
            if self.has_gap(key):
                return "UNKNOWN"
            done = [v for v in current if v is None or v.is_completed]
            last = max(done, key=self.order, default=None)
            if last is not None and self.effect(last, key) == "drop":
                return "DROPPED"
            return "MASKED" if level == MASKED else "CLEAN"
        worst = [v for v in current if self.level(v, key) == level]
        done = [v for v in worst if v is None or v.is_completed]
        deciding = max(done or worst, key=self.order)
        if any(self.removes(v, key) and self.order(v) > self.order(deciding) for v in current):
            return "UNKNOWN"
        if level == UNKNOWN:
            return "UNKNOWN"
        writes = self.all_writers(key)
        for removal in writes:
            if self.removes(removal, key) and self.is_before(removal, deciding) and any(
                self.level(v, key) >= UNKNOWN and self.is_before(v, removal) for v in writes
            ):
                return "REINTRODUCED"
        if deciding is None or self.erasure is None or self.order(deciding) <= self.erasure:
            return "NOT_REBUILT"
        return "APPENDED" if self.effect(deciding, key) == "keep" else "REBUILT_FROM_STALE"

    def states(self):
        return {key: self.state(key) for key in self.reached()}

    def is_closed(self, states):
        is_silent = any(map(self.is_silent, self.open_runs())) or any(map(self.has_gap, states))
        return not is_silent and set(states.values()) <= CLOSING


# JSON, in the one form that a statement has


def no_duplicates(pairs):
    require(len({name for name, _ in pairs}) == len(pairs), "a member is there twice")
    return dict(pairs)


def parse_json(data):
    try:
        return json.loads(data.decode(), object_pairs_hook=no_duplicates)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise NotValid("the statement is no JSON") from None


def quoted(text):
    result = ['"']
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    for character in text:
        if character in short:
            result.append(short[character])
        elif ord(character) < 0x20 or 0x7F <= ord(character) <= 0x9F:
            result.append(f"\\u{ord(character):04x}")
        else:
            result.append(character)
    return "".join(result) + '"'


def dump(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    require(isinstance(value, dict), "a number that is not whole")
    return "{" + ",".join(f"{quoted(k)}:{dump(v)}" for k, v in value.items()) + "}"


# Entities as text


TYPES = {1: "dataset", 2: "job", 3: "run", 4: "model", 5: "request", 6: "service"}
TARGET, ACTOR, SCOPE = 5, 8, 10


def is_hidden(code):
    """Controls, separators of lines, formats, and what may be left out where it is not drawn."""
    return any(first <= code <= last for first, last in (
        (0, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C),
        (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E),
        (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ))


def percent(text):
    return "".join(
        "".join(f"%{byte:02X}" for byte in c.encode()) if c in "%:@" or is_hidden(ord(c)) else c
        for c in text
    )


def entity_text(kind, namespace, name, version=None):
    text = f"{TYPES[kind]}:{percent(namespace)}:{percent(name)}"
    return text + ("@" + percent(version) if version is not None else "")


def key_text(key):
    return entity_text(*cbor2.loads(key))


def key_of_text(text):
    """The key of an entity in its one text form; None if the text is none."""
    parts = text.split(":")
    if len(parts) != 3 or "@" in text or parts[0] not in TYPES.values():
        return None
    kind = next(k for k, name in TYPES.items() if name == parts[0])
    if re.search("%(?![0-9A-F]{2})", text):
        return None

    def decoded(part):
        data = re.sub(
            rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), part.encode("utf-8")
        )
        return data.decode("utf-8", "replace")

    namespace, name = decoded(parts[1]), decoded(parts[2])
    if not name or (kind == 3 and namespace) or entity_text(kind, namespace, name) != text:
        return None
    if max(len(namespace.encode()), len(name.encode())) > 4_096:
        return None
    return entity_key(kind, namespace, name)


def rfc3339(microseconds):
    import datetime

    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def microseconds(text):
    """Of a time in the form that statements have."""
    import datetime

    require(isinstance(text, str), "not a time")
    require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text), "not a time")
    try:
        moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise NotValid("not a time") from None
    return (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


# Facts: the fields that people answer for (Certificate.md)

TEXT, DATE, TEXTS, ENTITY, RECORD = "text", "date", "texts", "entity", "record"
PARTY = [("name", TEXT), ("position", TEXT), ("location", TEXT), ("contact", TEXT)]
COPY = [("what", TEXT), ("location", TEXT), ("agesOut", DATE)]
ISSUERS = ["controller", "joint-controller", "processor", "service-provider", "data-broker"]
REQUESTERS = ["subject", "agent", "drop-work-item", "controller", "authority"]
ROLES = [
    "source", "derived", "feature", "index", "cache", "model", "backup", "recipient-copy",
]
FACTS = [
    ("issuer", [
        ("legalEntity", TEXT), ("role", set(ISSUERS)), ("contact", TEXT),
        ("dataProtectionOfficer", TEXT),
    ]),
    ("request", [
        ("regulation", TEXT), ("received", DATE), ("nature", TEXT), ("manner", TEXT),
        ("response", [("date", DATE), ("nature", TEXT)]), ("denialBasis?", TEXT),
        ("expectedCompletion", DATE), ("due", DATE),
        ("extension?", [("until", DATE), ("reason", TEXT)]), ("requesterRole", set(REQUESTERS)),
        ("identityVerification", [("level", TEXT), ("result", TEXT)]), ("ground", TEXT),
        ("dropStatus?", {"2", "3", "4", "5"}),
    ]),
    ("subject", [
        ("identityTypes", TEXTS), ("reference?", TEXT),
        ("relink?", [("how", TEXT), ("until", DATE)]),
    ]),
    ("data", [("categories", TEXTS), ("subjects", TEXTS), ("from", DATE), ("to", DATE)]),
    ("scope", ([
        ("entity", ENTITY), ("location", TEXT), ("role?", set(ROLES)), ("since?", RECORD),
    ],)),
    ("outOfScope", ([
        ("what", TEXT), ("reason", TEXT), ("entity?", ENTITY), ("agesOut?", DATE),
    ],)),
    ("backups", (COPY,)),
    ("performedBy", PARTY),
    ("verifiedBy", PARTY),
    ("verification", [
        ("level", {"logical", "physical", "semantic", "model"}), ("method", TEXT), ("date", DATE),
        ("validUntil", DATE),
    ]),
    ("recipients", ([
        ("who", TEXT), ("entity?", ENTITY), ("told?", DATE), ("acknowledgement?", TEXT),
        ("whyNot?", TEXT),
    ],)),
    ("keyCopies?", (COPY,)),
    ("signer", [("name", TEXT), ("title", TEXT), ("place", TEXT), ("date", DATE)]),
]


def is_text(value):
    return isinstance(value, str) and 1 <= len(value.encode("utf-8", "replace")) <= 4_096


def is_date(value):
    import datetime

    if not isinstance(value, str):
        return False
    match = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)([Tt ](\d\d):(\d\d):(\d\d)([.,]\d+)?([Zz]|[+-]\d\d:?\d\d)?)?", value
    )
    if not match:
        return False
    year, month, day = (int(match[n]) for n in (1, 2, 3))
    try:
        datetime.date(year or 4, month, day)
    except ValueError:
        return False
    if match[4] is None:
        return True
    if int(match[5]) > 23 or int(match[6]) > 59 or int(match[7]) > 60:
        return False
    zone = re.fullmatch(r"[+-](\d\d):?(\d\d)", match[9] or "")
    return zone is None or (int(zone[1]) < 24 and int(zone[2]) < 60)


def check_fact(value, shape, place):
    """Raises unless the value has the shape; returns it with its members in order."""
    if isinstance(shape, list):
        require(isinstance(value, dict), f"{place} is no object")
        names = [name.rstrip("?") for name, _ in shape]
        require(set(value) <= set(names), f"{place} has an unknown field")
        result = {}
        for name, inner in shape:
            plain = name.rstrip("?")
            if value.get(plain) is None:
                require(name.endswith("?"), f"{place}.{plain} is missing")
            else:
                result[plain] = check_fact(value[plain], inner, f"{place}.{plain}")
        return result
    if isinstance(shape, tuple):
        require(isinstance(value, list) and len(value) <= 10_000, f"{place} is no array")
        return [check_fact(v, shape[0], f"{place}[{n}]") for n, v in enumerate(value)]
    if isinstance(shape, set):
        holds = isinstance(value, str) and value in shape
    elif shape == TEXTS:
        holds = isinstance(value, list) and 0 < len(value) <= 10_000 and all(map(is_text, value))
    elif shape == RECORD:
        holds = type(value) is int and 0 <= value <= INTEGER_MAX
    elif shape == ENTITY:
        holds = isinstance(value, str) and key_of_text(value) is not None
    else:
        holds = is_date(value) if shape == DATE else is_text(value)
    require(holds, f"{place} is not as it must be")
    return value


def check_facts(facts):
    ordered = check_fact(facts, FACTS, "facts")
    scope = [one["entity"] for one in facts["scope"]]
    require(scope, "nothing is in scope")
    require(len(set(scope)) == len(scope), "the scope names an entity twice")
    require(facts["outOfScope"], "nothing is out of scope")
    outside = {one.get("entity") for one in facts["outOfScope"]}
    require(not outside & set(scope), "in scope and out of it")
    require(
        facts["performedBy"]["name"] != facts["verifiedBy"]["name"], "verified by who did it"
    )
    for one in facts["recipients"]:
        require(one.get("told") or one.get("whyNot"), "a recipient neither told nor why not")
    is_broker = facts["issuer"]["role"] == "data-broker"
    require(not is_broker or facts["request"].get("dropStatus"), "no status of a data broker")
    return ordered


# Certificates


def parts_of(header):
    """The numbers of all parts; of itself where the part says what cannot be."""
    if 10 in header.map and header.map[10][0] <= header.index:
        return header.parts()
    return range(header.index, header.index + 1)


class Record:
    """One record, the parts of it joined."""

    def __init__(self, headers):
        first = headers[0]
        self.index, self.leaf, self.kind = first.index, first.leaf, first.kind
        self.time, self.map = first.time, first.map
        for number, header in enumerate(headers):
            stated = header.map.get(10)
            require(stated == ([number, len(headers)] if len(headers) > 1 else None), "a part")
        gathered = lambda key: [item for h in headers for item in h.map.get(key, [])]
        self.entities, self.references = gathered(11), gathered(16)
        self.slots = gathered(19)
        self.attributes = first.map.get(15, {})

    def text(self, name):
        value = self.attributes.get(name)
        return value if isinstance(value, str) else None

    def targets(self):
        return [entity_key(*e[1:4]) for e in self.entities if e[0] == TARGET]

    def indexes(self, relation):
        return [index for kind, index in self.references if kind == relation]

    def json(self):
        result = {
            "record": self.index, "leafHash": self.leaf.hex(), "kind": self.kind,
            "recordedTime": rfc3339(self.time),
            "eventTime": rfc3339(self.map[4]) if 4 in self.map else None,
            "source": self.map[6],
        }
        for name, role in (("targets", TARGET), ("actors", ACTOR), ("scope", SCOPE)):
            named = [e for e in self.entities if e[0] == role]
            if named:
                result[name] = [entity_text(*e[1:4], *e[4:5]) for e in named]
        attributes = {}
        for name in sorted(self.attributes, key=str.encode):
            value = self.attributes[name]
            attributes[name] = {"hexadecimal": value.hex()} if isinstance(value, bytes) else value
        result["attributes"] = attributes
        return result


SUPERSEDES, ANSWERS, RESIDUAL, CITES = 1, 2, 3, 4
OUTCOMES = {
    "CLEAN": "VERIFIED", "DROPPED": "UNVERIFIED", "REBUILT_FROM_STALE": "RESIDUAL",
    "APPENDED": "RESIDUAL", "NOT_REBUILT": "RESIDUAL", "REINTRODUCED": "RESIDUAL",
    "IN_FLIGHT": "DEFERRED", "MASKED": "NEEDS_HUMAN", "EXEMPT": "EXEMPT",
    "UNKNOWN": "OUT_OF_SCOPE",
}
ACTIONS = {
    "CLEAN": "dpv:Erase", "DROPPED": "dpv:Delete", "MASKED": "dpv:Anonymise",
    "EXEMPT": "refused", "IN_FLIGHT": "deferred",
}
CLOSING = {"CLEAN", "DROPPED", "MASKED", "EXEMPT"}


class Certificate:
    def __init__(self, data):
        require(len(data) <= LIMIT + (1 << 20), "the file is too long")
        lines = Lines(data)
        require(lines.next() == b"ledgerstone/certificate@v1", "not a certificate")
        self.statement = lines.value("statement")
        self.records = []
        while lines.peek():
            self.records.append(Header(base64_bytes(lines.value("record"))))
        lines.next()
        self.beside = lines.hashes()
        self.history = Completeness(lines.take(decimal(lines.value("history"))))
        self.closures = []
        while lines.has("closure"):
            self.closures.append(ClosureProof(lines.take(decimal(lines.value("closure")))))
        self.attestation = None
        if lines.has("attestation"):
            self.attestation = Consistency(lines.take(decimal(lines.value("attestation"))))
        require(lines.next() == b"", "no empty line before the signature")
        self.signed = b"".join(line + b"\n" for line in lines.lines[: lines.place])
        self.note = Note(lines.rest())

    def check(self, keys):
        evidence = self.history.evidence
        checkpoint = evidence.checkpoint
        require(checkpoint.origin in self.note.check(keys), "signed under another name")
        text = b"ledgerstone/certificate@v1\n" + base64.b64encode(sha(self.signed)) + b"\n"
        require(self.note.text == text + checkpoint.origin + b"\n", "the signature is over others")
        require(self.history.since == 0, "the history is cut")
        listed = self.history.check(keys)
        for closure in self.closures:
            require(closure.evidence.checkpoint.text == checkpoint.text, "another checkpoint")
            closure.check(keys)
        places = [header.index for header in self.records]
        leaves = [header.leaf for header in self.records]
        root = selection_root(places, leaves, checkpoint.size, self.beside)
        require(root == checkpoint.root, "the records cited are not in the tree")
        if self.attestation:
            require(self.attestation.new.text == checkpoint.text, "the attestation ends elsewhere")
            self.attestation.check_trees()
        return self.check_statement(listed)

    def check_statement(self, listed):
        stated = parse_json(self.statement)
        require(isinstance(stated, dict), "the statement is no object")
        for name in ("certificate", "request", "tool", "verifierKey"):
            require(isinstance(stated.get(name), str) and stated[name], f"no {name}")
        facts = check_facts(stated.get("facts"))
        request = stated["request"]
        require(self.history.key == entity_key(5, "", request), "the history is another's")
        records, holds = self.collect(listed)
        exported = [r for r in records if r.kind == "ledger/exported"]
        if exported and isinstance(exported[-1].attributes.get("sha256"), bytes):
            last = exported[-1].attributes["sha256"].hex()
            require(stated.get("previous") == last, "another certificate is the one before")
        previous = stated.get("previous")
        require(
            previous is None or re.fullmatch("[0-9a-f]{64}", str(previous)), "no hash before"
        )
        require(type(stated.get("silenceSeconds")) is int, "no silence")
        self.check_questions(stated, records)
        evidence = self.evidence_json(stated, records, holds)
        self.check_problems(facts, records, evidence)
        result = self.result(evidence)
        expected = {
            "certificate": stated["certificate"], "previous": previous, "request": request,
            "type": "erasure", "issuedAt": stated["issuedAt"], "tool": stated["tool"],
            "verifierKey": stated["verifierKey"], "silenceSeconds": stated["silenceSeconds"],
            "result": result, "statement": STATEMENTS[result] + OWN_WORD, "facts": facts,
            "evidence": evidence, "notClaimed": NOT_CLAIMED, "verification": VERIFICATION,
        }
        require(dump(expected).encode() == self.statement, "the statement says something else")
        return result

    def collect(self, listed):
        """All records that the certificate needs, and none besides."""
        shelf = {header.index: header for header in self.records}

        def get(index):
            require(index in shelf, f"record {index} is left out")
            return shelf[index]

        needed, records, end = {0}, [], 0
        for index in listed:
            needed.update(parts_of(get(index)))
            if index >= end:
                parts = parts_of(get(index))
                records.append(Record([get(part) for part in parts]))
                end = parts.stop
        holds = []
        for record in records:
            if record.kind == "erasure/plan":
                needed.update(slot[0] for slot in record.slots)
            if record.kind == "erasure/outcome":
                for index in record.indexes(CITES):
                    needed.update(parts_of(get(index)))
        for index in needed:
            get(index)
        require(needed == shelf.keys(), "a record is cited without need")
        outcomes = [r for r in records if r.kind == "erasure/outcome"]
        if outcomes:
            for index in outcomes[-1].indexes(CITES):
                holds.append(Record([get(part) for part in parts_of(get(index))]))
        self.outcome = outcomes[-1] if outcomes else None
        require(20 in get(0).map, "record 0 does not say which ledger this is")
        self.identity = get(0).map[20]
        self.shelf = shelf
        return records, holds

    def check_questions(self, stated, records):
        scope = stated["facts"]["scope"]
        require(len(self.closures) == len(scope), "not one closure for each entity in scope")
        for one, closure in zip(scope, self.closures):
            history = closure.histories.get(closure.root, [])
            require(history, "no record names an entity in scope")
            first = history[0][0].index
            require(closure.root == key_of_text(one["entity"]), "a closure of something else")
            require(not closure.versions, "a closure of versions")
            require(closure.origin == one.get("since", first), "a closure since another record")
            require(closure.size == self.history.evidence.record, "a closure of another size")
            require(microseconds(closure.time) == microseconds(stated["issuedAt"]), "another time")
            require(closure.silence == stated["silenceSeconds"] * 1_000_000, "another silence")
            erasures = [
                r.index
                for r in records
                if r.kind == "erasure/execution" and closure.root in r.targets()
            ]
            require(closure.erasure == (erasures[-1] if erasures else None), "another erasure")

    def attesters(self):
        if not self.attestation:
            return []
        names = []
        for name, _, signature in self.attestation.old_note.signatures:
            if name.endswith(b"/index") and len(signature) == 72 and signature[0] < 128:
                if name not in names:
                    names.append(name)
        return [
            {"name": name.decode(), "size": self.attestation.old.size} for name in names
        ]

    def evidence_json(self, stated, records, holds):
        checkpoint = self.history.evidence.checkpoint
        attesters = self.attesters()
        index = "index attested by the operator only"
        if attesters:
            names = ", ".join(f"{a['name']} up to size {a['size']}" for a in attesters)
            index = f"index derived anew by {names}; by the operator only from there on"
        outcome = self.outcome
        files = outcome.attributes.get("residualFiles", 0) if outcome else 0
        bodies = self.bodies(records)
        keys = None
        if any(body["tag"] for body in bodies):
            count = outcome.attributes.get("keysDestroyed") if outcome else None
            count = count if type(count) is int else None
            keys = dict(KEY_DESTRUCTION)
            if count is not None and count > 0:
                keys["destruction"] += SALTS_TOO
            elif count is not None:
                keys["destruction"] = SALTS_ONLY
            if count is not None:
                keys["subjectKeys"] = count
            keys["destructionRecord"] = outcome.index if outcome else None
        given = stated.get("evidence")
        require(isinstance(given, dict), "no evidence")
        return {
            "origin": self.identity[0], "ledgerId": self.identity[1].hex(),
            "size": checkpoint.size, "root": checkpoint.root.hex(),
            "indexRecord": checkpoint.size - 1, "index": index, "attesters": attesters,
            "records": [record.json() for record in records],
            "outcome": outcome
            and {
                "code": outcome.text("outcome") or "?", "record": outcome.index,
                "basis": outcome.text("basis"), "residualRecords": outcome.indexes(RESIDUAL),
                "residualFiles": files if type(files) is int else 0,
                "holds": outcome.indexes(CITES),
            },
            "bodies": {
                "count": len(bodies), "byteCount": sum(b["byteCount"] for b in bodies),
                "keys": keys, "erased": bodies,
            },
            "holds": [hold.json() for hold in holds],
            "closures": self.closures_json(given), "targets": self.targets_json(given, records),
        }

    def bodies(self, records):
        slots = {tuple(s) for r in records if r.kind == "erasure/plan" for s in r.slots}
        found = []
        for record, body in sorted(slots):
            listed = self.shelf[record].map.get(17, [])
            require(body < len(listed), "a plan lists a body that is not there")
            description = listed[body]
            found.append({
                "record": record, "body": body, "byteCount": description[1],
                "commitment": description[2].hex(),
                "tag": description[3].hex() if len(description) > 3 else None,
                "leafHash": self.shelf[record].leaf.hex(),
            })
        return found

    def closures_json(self, given):
        """What hashes and the question show; the rest is the rule's, and taken as stated."""
        stated = given.get("closures")
        require(isinstance(stated, list) and len(stated) == len(self.closures), "the closures")
        result = []
        for one, closure in zip(stated, self.closures):
            require(isinstance(one, dict), "a closure is no object")
            fixed = {
                "entity": key_text(closure.root), "rule": "ledgerstone-closure/1",
                "origin": {"record": closure.origin}, "size": closure.size,
            }
            result.append({**one, **fixed})
            if closure.erasure is not None:
                result[-1]["erasure"] = closure.erasure
            if closure.states is not None:
                result[-1] |= {"closed": closure.is_closed, "nodes": len(closure.states)}
        return result

    def targets_json(self, given, records):
        """What follows from a target's state; the state itself is the rule's."""
        stated, stated_facts = given.get("targets"), parse_json(self.statement)["facts"]
        require(isinstance(stated, list), "no targets")
        methods = {}
        for record in records:
            if record.kind == "erasure/execution" and record.text("method") is not None:
                for key in record.targets():
                    methods[key_text(key)] = record.text("method")
        result = []
        for one in stated:
            require(isinstance(one, dict) and one.get("state") in OUTCOMES, "no such state")
            state, method = one["state"], methods.get(one.get("entity"))
            action = ACTIONS.get(state) or ("none" if method is None else "dpv:Delete")
            number, depth = one.get("closure"), one.get("depth")
            require(type(number) is int and type(depth) is int, "a target without place")
            require(0 <= number < len(self.closures), "a target of no closure")
            role = "model" if str(one.get("entity")).startswith("model:") else "derived"
            if depth == 0:
                role = stated_facts["scope"][number].get("role", "source")
            fixed = {"outcome": OUTCOMES[state], "action": action, "role": role}
            fixed["method"] = one.get("reason") if method is None else method
            result.append({**one, **fixed})
        asked = [{key for key, _ in closure.asked} for closure in self.closures]
        for one in result:
            number = one.get("closure")
            require(type(number) is int and 0 <= number < len(asked), "a target of no closure")
            key = key_of_text(str(one.get("entity")))
            require(key in asked[number], "a target whose history is not there")
        for number, closure in enumerate(self.closures):
            found = {
                key_of_text(one["entity"]): one["state"]
                for one in result
                if one["closure"] == number
            }
            count = sum(one["closure"] == number for one in result)
            require(count == len(found), "a target is there twice")
            require(closure.states is None or found == closure.states, "the states are others")
        roots = [one.get("entity") for one in result if one.get("depth") == 0]
        require(roots == [key_text(c.root) for c in self.closures], "the roots are others")
        return result

    def check_problems(self, facts, records, evidence):
        kinds = {}
        for record in records:
            kinds.setdefault(record.kind, []).append(record)
        require("erasure/request" in kinds, "no request")
        for record in kinds["erasure/request"]:
            stated = record.text("regulation")
            require(stated in (None, facts["request"]["regulation"]), "another regulation")
        done = self.outcome.index if self.outcome else 0
        if "erasure/plan" in kinds:
            require(kinds["erasure/plan"][-1].index <= done, "the erasure has no outcome")
        require(self.outcome or "erasure/execution" in kinds, "nothing was done")
        outcomes = {target["outcome"] for target in evidence["targets"]}
        is_refused = evidence["outcome"] and evidence["outcome"]["code"] == "REFUSED"
        if is_refused or "EXEMPT" in outcomes:
            require(facts["request"].get("denialBasis"), "no basis of the denial")
        keys = evidence["bodies"]["keys"]
        if keys:
            is_destroyed = keys.get("subjectKeys", 1) > 0
            require(not is_destroyed or "keyCopies" in facts, "no copies of the key store")
        else:
            require(facts["subject"].get("reference"), "no reference to the person")
        outside = {one.get("entity") for one in facts["outOfScope"]}
        for target in evidence["targets"]:
            if target["outcome"] == "OUT_OF_SCOPE":
                require(target["entity"] in outside, "an UNKNOWN branch is not declared")
        told = {one.get("entity") for one in facts["recipients"]}
        for closure in evidence["closures"]:
            for disclosure in closure.get("disclosures", []):
                require(disclosure["recipients"] or facts["recipients"], "no recipient is named")
                require(set(disclosure["recipients"]) <= told, "a recipient is not named")

    def result(self, evidence):
        outcomes = [target["outcome"] for target in evidence["targets"]]
        code = evidence["outcome"]["code"] if evidence["outcome"] else None
        if code == "RESIDUAL" or "RESIDUAL" in outcomes:
            return "RESIDUAL"
        if code == "REFUSED":
            return "REFUSED"
        is_closed = all(closure.get("closed") is True for closure in evidence["closures"])
        return "ERASED_WITHIN_SCOPE" if is_closed and set(outcomes) == {"VERIFIED"} else "PARTIAL"


class Consistency:
    def __init__(self, data):
        lines = Lines(data)
        require(lines.next() == b"ledgerstone/consistency@v1", "not a consistency proof")
        self.path = lines.hashes()
        old = []
        for _ in range(2):
            while line := lines.next():
                old.append(line)
            old.append(b"")
        self.old_note = Note(b"\n".join(old[:-1]) + b"\n")
        self.new_note = Note(lines.rest())
        self.old, self.new = Checkpoint(self.old_note), Checkpoint(self.new_note)
        require(self.old.origin == self.new.origin, "the checkpoints are of two ledgers")

    def check_trees(self):
        check_consistency(
            self.old.size, self.old.root, self.new.size, self.new.root, self.path
        )


class Inclusion:
    def __init__(self, data):
        lines = Lines(data)
        require(lines.next() == b"c2sp.org/tlog-proof@v1", "not a tlog-proof")
        self.index = decimal(lines.value("index"))
        self.path = lines.hashes()
        self.note = Note(lines.rest())
        self.checkpoint = Checkpoint(self.note)

    def check(self, keys, entry):
        self.note.check(keys)
        root = inclusion_root(self.index, self.checkpoint.size, leaf(entry), self.path)
        require(root == self.checkpoint.root, "the record is not in the tree")
        require(Header(entry).index == self.index, "the entry is another record")


def check_later(certificate, data, keys):
    """That a later checkpoint continues the certificate's."""
    checkpoint = certificate.history.evidence.checkpoint
    if data.startswith(b"ledgerstone/consistency@v1\n"):
        proof = Consistency(data)
        proof.new_note.check(keys)
        require(proof.old.text == checkpoint.text, "the proof begins at another checkpoint")
        proof.check_trees()
    else:
        note = Note(data)
        note.check(keys)
        later = Checkpoint(note)
        require(later.text == checkpoint.text, "not the certificate's checkpoint")


# Fixed texts of Certificate.md

STATEMENTS = {
    "ERASED_WITHIN_SCOPE": "Within the scope declared here, the records of the ledger show that "
    "the data asked to be erased was erased, and that everything recorded as made from it was "
    "rewritten from clean sources or emptied.",
    "PARTIAL": "The data asked to be erased was erased in part. What is not shown to be erased, "
    "is kept on a ground or waits, is listed with its reason.",
    "RESIDUAL": "The erasure is NOT complete: the records show that data asked to be erased is "
    "still there, in the places listed. This certificate does not attest an erasure.",
    "REFUSED": "The request was refused, and nothing was erased; the basis is listed.",
}
OWN_WORD = (
    " The lists of records are complete up to the index record named here. The facts about "
    "people, systems outside the ledger, backups and recipients are the issuer's own word."
)
NOT_CLAIMED = [
    "That data which was never recorded in the ledger did not exist, or was deleted.",
    "That no copy exists elsewhere: read replicas, caches, backups, exports, and copies that "
    "others made.",
    "That a model forgot what it was trained with. A model is judged by what it was made from.",
    "That a row is gone. The records speak of datasets and versions.",
    "That what producers recorded is true.",
    "That media were purged or destroyed. Erasure in the ledger is Clear in the words of NIST SP "
    "800-88.",
    "That this complies with any law. It is evidence and not a legal opinion.",
    "That the ledger's keeper did not rewrite records of which nobody else has a checkpoint; "
    "saved checkpoints and witnesses are against that.",
]
VERIFICATION = [
    "Hashes: RFC 6962 leaf and node hashes with SHA-256; headers: deterministic CBOR, RFC 8949 "
    "4.2.1.",
    "Command: ledgerstone verify FILE --key VERIFIER-KEY",
    "Against a later checkpoint: ledgerstone prove LEDGER --since FILE -o PROOF, then ledgerstone "
    "verify FILE --key VERIFIER-KEY --since PROOF",
    "Without Ledgerstone: Tests/Interop/verify_certificate.py of its source, one file.",
    "The verifier key must come from elsewhere than this file.",
]
KEY_DESTRUCTION = [
    ("algorithm", "AES-256-GCM, a key per body derived by HKDF-SHA256 from the subject's key"),
    ("keyStore", "the operator's vault, wrapped by AES-256-GCM; never in the ledger"),
    ("creation", "in the vault, before the first sealed body; no record names a subject's key"),
    ("destruction", "row and wrapped key deleted with freed content overwritten, file rewritten"),
    ("sanitization", "Clear (NIST SP 800-88): the medium below the file system is not overwritten"),
]
SALTS_TOO = "; the salt of every body removed"
SALTS_ONLY = (
    "the salt of every body removed, without which its key cannot be derived; the subjects' keys "
    "were not destroyed, as the request named single bodies"
)


def verify(data, keys, entry=None, later=None):
    """What a valid file comes to, in a few words."""
    try:
        return verdict(data, keys, entry, later)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        # A statement or header without what every one has, or of another kind.
        raise NotValid(f"malformed: {error!r}") from None


def verdict(data, keys, entry, later):
    first = data.split(b"\n", 1)[0]
    if first == b"ledgerstone/certificate@v1":
        certificate = Certificate(data)
        result = certificate.check(keys)
        if later is not None:
            check_later(certificate, later, keys)
        unjudged = {c.unjudged for c in certificate.closures if c.unjudged}
        note = f"; states taken as stated: {', '.join(sorted(unjudged))}" if unjudged else ""
        return f"certificate: {result}{note}"
    if first == b"ledgerstone/completeness@v1":
        return f"{len(Completeness(data).check(keys))} records and no other"
    if first == b"ledgerstone/closure@v1":
        proof = ClosureProof(data)
        proof.check(keys)
        text = f"{len(proof.asked)} complete histories, {len(proof.records)} records"
        if proof.unjudged:
            return f"{text}; states not judged: {proof.unjudged}"
        states = sorted((key_text(key), state) for key, state in proof.states.items())
        return "\n  ".join([text] + [f"{state}  {name}" for name, state in states])
    if first == b"ledgerstone/consistency@v1":
        proof = Consistency(data)
        proof.old_note.check(keys)
        proof.new_note.check(keys)
        proof.check_trees()
        return f"{proof.new.size} records continue {proof.old.size}"
    if first == b"c2sp.org/tlog-proof@v1":
        require(entry is not None, "--entry is missing")
        Inclusion(data).check(keys, entry)
        return "the entry is in the tree"
    raise NotValid("a file of no known kind")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--entry")
    parser.add_argument("--since")
    arguments = parser.parse_args()
    try:
        keys = [VerifierKey(key) for key in arguments.key]
    except (ValueError, IndexError, binascii.Error) as error:
        print(f"--key: {error}", file=sys.stderr)
        sys.exit(64)
    try:
        print(
            "valid: "
            + verify(
                read(arguments.file),
                keys,
                arguments.entry and read(arguments.entry),
                arguments.since and read(arguments.since),
            )
        )
    except NotValid as reason:
        print(f"NOT VALID: {reason}")
        sys.exit(2)


if __name__ == "__main__":
    main()
