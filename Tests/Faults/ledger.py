"""A ledger as its client sees it: what was sent, what was acknowledged, which notes were given.

Every expectation comes from outside the program: receipts that were printed, bodies that follow
from a number, and RFC 6962's leaf hash over the exported entries.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess

ORIGIN = "faults.example/ledger"
SOURCE = "--entity target=dataset:w:t --entity actor=service:w:a --attribute action=read " \
    "--attribute purpose=test --attribute outcome=ok"
APPEND = ["--kind", "access", *SOURCE.split()]


class Lost(Exception):
    """The promise is broken."""


def require(condition, text):
    if not condition:
        raise Lost(text)


def session_body(number):
    """The body of `FaultSession`'s record of that number."""
    noise = "".join(hashlib.sha256(b"%d:%d" % (number, part)).hexdigest() for part in range(16))
    return b'{"number":%d,"noise":"%s"}' % (number, noise.encode())


class Ledger:
    def __init__(self, program, session, folder, name, creates=True):
        self.program = program
        self.session = session
        self.folder = folder
        self.path = os.path.join(folder, name)
        self.leaves = {}  # index → leaf hash, of every receipt ever printed in full
        self.unchecked = []  # indexes acknowledged since the last check
        self.bodies = {}  # index → a function that gives the body's bytes
        self.notes = {}  # size → note
        self.keys = []  # every verifier key, oldest first
        self.erasing = {}  # index → request, of every body that was asked to be erased
        self.erased = set()  # indexes whose erasure was acknowledged
        if creates:
            key = self.run(0, "init", self.path, "--origin", ORIGIN)
            self.verifier_key = key.decode().strip()
            self.keys.append(self.verifier_key)

    def copy(self, name):
        """The same ledger, vault and memory under another name."""
        other = Ledger(self.program, self.session, self.folder, name, creates=False)
        for suffix in ["", ".vault"]:
            shutil.copytree(self.path + suffix, other.path + suffix)
        other.leaves, other.bodies, other.notes = map(
            dict, (self.leaves, self.bodies, self.notes))
        other.verifier_key = self.verifier_key
        other.keys = list(self.keys)
        return other

    def remove(self):
        for suffix in ["", ".vault", ".tiles"]:
            shutil.rmtree(self.path + suffix, ignore_errors=True)

    def run(self, expected, *arguments, input=None):
        """Runs the program; `expected` is a status, or several, of which none is a signal."""
        process = subprocess.run(
            [self.program, *arguments], input=input, capture_output=True, timeout=120)
        allowed = expected if isinstance(expected, tuple) else (expected,)
        require(
            process.returncode in allowed,
            f"{' '.join(arguments)}: status {process.returncode}, not {allowed}\n"
            f"{process.stdout.decode(errors='replace')}{process.stderr.decode(errors='replace')}")
        return process.stdout

    # What was said.

    def acknowledge(self, output, body_of):
        """Takes note of the lines printed in full; the n-th receipt is of `body_of(n)`.

        Returns how many receipts there were.
        """
        count = 0
        for line in output[:output.rfind(b"\n") + 1].splitlines():
            said = json.loads(line)
            if "checkpoint" in said:
                self.note(said["checkpoint"])
                continue
            index, leaf = said["index"], bytes.fromhex(said["leafHash"])
            require(index not in self.leaves, f"record {index} was acknowledged twice")
            require(not said.get("duplicate"), f"record {index} was called a duplicate")
            self.leaves[index] = leaf
            self.unchecked.append(index)
            if body_of:
                self.bodies[index] = lambda count=count: body_of(count)
            count += 1
        return count

    def note(self, text):
        size = int(text.split("\n")[1])
        require(self.notes.get(size, text) == text, f"two notes of size {size}")
        self.notes[size] = text
        return size

    def learn_key(self):
        """The key in force, which a rotation may have changed that was killed before it said so."""
        said = json.loads(self.run(0, "inspect", self.path, "--json"))
        if said["verifierKey"] not in self.keys:
            self.keys.append(said["verifierKey"])

    def note_published(self):
        """The note that anybody can read now, whether the writer came to say it or not."""
        with open(os.path.join(self.path, "checkpoint"), newline="") as file:
            self.note(file.read())

    # The oracle.

    def read_only_check(self):
        """As a reader finds it before any writer has recovered it."""
        self.run((0, 1), "verify", self.path, "--key", self.verifier_key)
        if self.leaves:
            self.check_records([max(self.leaves)])

    def check(self, generator=random, sample=3):
        """Appends, signs, and requires that all that was ever acknowledged is there."""
        self.finish_erasures()
        self.acknowledge(self.run(0, "append", self.path, *APPEND), None)
        size = self.note(self.run(0, "checkpoint", self.path).decode())
        self.check_signed(size, generator)
        # Earlier ones lie under notes that this one was just found to continue; the end of the
        # ledger's life hashes all of them again.
        tree = self.tree(size)
        for index in self.unchecked:
            leaf = tree[32 * index:32 * index + 32]
            require(leaf == self.leaves[index], f"record {index} is another")
        self.unchecked = []
        with_body = sorted(self.bodies)
        self.check_records(
            {*with_body[-1:], *generator.sample(with_body, min(sample, len(with_body)))})

    def check_signed(self, size, generator):
        """The newest note, of that size, covers all that was acknowledged, and `verify` agrees."""
        require(size > max(self.leaves), f"{max(self.leaves)} is not under the new note of {size}")
        since = self.saved(generator.choice(sorted(self.notes)))
        self.run(0, "verify", self.path, "--key", self.verifier_key, "--since", since)

    def finish_erasures(self):
        """Repeats what a kill may have cut off: the same request ends with the body gone."""
        for index, request in self.erasing.items():
            if index not in self.erased:
                self.run(0, *self.erasure(index, request))
                self.erased.add(index)

    def erasure(self, index, request):
        return ["erase", self.path, "--request", request, "--record", str(index), "--body", "0"]

    def check_records(self, indexes=()):
        """Entries and bodies of the records given, or of all that were acknowledged."""
        chosen = [str(index) for index in sorted(indexes)]
        process = subprocess.run(
            [self.session, "read", self.path, *chosen], capture_output=True, timeout=120)
        require(process.returncode == 0, f"reading failed: {process.stderr.decode()}")
        found = {record["index"]: record for record in map(json.loads, process.stdout.splitlines())}
        for index in sorted(indexes) or self.leaves:
            require(index in found, f"record {index} is not there")
            self.check_record(index, found[index])

    def check_record(self, index, found):
        entry = bytes.fromhex(found["entry"])
        require(
            hashlib.sha256(b"\0" + entry).digest() == self.leaves[index],
            f"the entry of record {index} does not have its leaf hash")
        if index in self.erased:
            require(found["bodies"] == [None], f"the body of record {index} was erased")
        elif index in self.bodies and index not in self.erasing:
            body = self.bodies[index]().hex()
            require(found["bodies"] == [body], f"record {index} has another body")

    def check_consistency(self, generator=random):
        """A proof from an older note to the newest, checked as a file of its own."""
        since = self.saved(generator.choice(sorted(self.notes)))
        proof = self.run(0, "prove", self.path, "--since", since)
        path = self.path + ".consistency"
        with open(path, "wb") as file:
            file.write(proof)
        self.learn_key()
        self.run(0, "verify", path, *(word for key in self.keys for word in ("--key", key)))

    def check_entries(self):
        """Hashes every exported entry again, in Python, and compares with every receipt."""
        tiles = self.path + ".tiles"
        self.run(0, "export", self.path, "--tiles", tiles)
        leaves = list(leaves_of(tiles))
        for index, leaf in self.leaves.items():
            require(leaves[index] == leaf, f"the exported entry {index} is another")
        return len(leaves)

    def saved(self, size):
        path = f"{self.path}.note-{size}"
        with open(path, "w", newline="") as file:
            file.write(self.notes[size])
        return path

    def tree(self, size):
        """The stored leaf hashes, which `verify` has just compared with the records."""
        with open(os.path.join(self.path, "tree", "0"), "rb") as file:
            return file.read(32 * size)


def leaves_of(tiles):
    """Leaf hashes of the entry bundles of a C2SP tlog-tiles folder, in order."""
    folder = os.path.join(tiles, "tile", "entries")
    files = []
    for parent, _, names in os.walk(folder):
        for name in names:
            parts = os.path.relpath(os.path.join(parent, name), folder).split(os.sep)
            width = 256
            if parts[-2:-1] and parts[-2].endswith(".p"):
                width = int(parts.pop())
                parts[-1] = parts[-1][:-2]
            number = int("".join(part.removeprefix("x") for part in parts))
            files.append((number, width, os.path.join(parent, name)))
    for _, width, path in sorted(files):
        with open(path, "rb") as file:
            data = file.read()
        offset = 0
        for _ in range(width):
            length = int.from_bytes(data[offset:offset + 2], "big")
            entry = data[offset + 2:offset + 2 + length]
            yield hashlib.sha256(b"\0" + entry).digest()
            offset += 2 + length
        require(offset == len(data), f"{path} has bytes beyond its entries")
