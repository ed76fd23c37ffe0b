#!/usr/bin/env python3
"""Compares the verdicts of ledgerstone and of verify_certificate.py, which share no code.

usage: certificate_damage.py LEDGERSTONE      in an empty folder

Makes a ledger with erasures, certificates of every result and the proofs beside them; changes them
in every line and in many bytes; then changes what certificates state and what they cite, and signs
them anew with the ledger's own key. Both programs must accept the same files and refuse the same.
"""
import base64
import json
import os
import subprocess
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import verify_certificate as second

LEDGERSTONE = sys.argv[1]
REQUESTS = [f"6f1b0e6e-1d5c-4d2a-9a53-8f2d1f0f6a{n}" for n in range(10, 20)]


def run(*arguments, status=0, stdin=None):
    result = subprocess.run([LEDGERSTONE, *arguments], capture_output=True, input=stdin)
    if result.returncode != status:
        sys.exit(f"{arguments}: {result.returncode}\n{result.stdout}\n{result.stderr.decode()}")
    return result.stdout


def events(prefix, steps):
    """START and COMPLETE of runs (job, inputs, output, write mode known?, time)."""
    lines = []
    for number, (job, inputs, output, is_full, time) in enumerate(steps):
        for second_, kind in enumerate(("START", "COMPLETE")):
            facets = {"lifecycleStateChange": {"lifecycleStateChange": "TRUNCATE"}}
            out = {"namespace": "n", "name": output}
            if is_full:
                out["facets"] = facets
            lines.append(json.dumps({
                "eventType": kind, "eventTime": f"2026-03-{time}:{second_:02}Z",
                "run": {"runId": f"{prefix}{number:03}-0000-4000-8000-000000000000"},
                "job": {"namespace": "n", "name": job},
                "inputs": [{"namespace": "n", "name": name} for name in inputs],
                "outputs": [out], "producer": "p", "schemaURL": "s",
            }))
    return "\n".join(lines).encode() + b"\n"


def append(kind, *entities, **attributes):
    arguments = ["append", "L", "--kind", kind]
    time = attributes.pop("time", None)
    for entity in entities:
        arguments += ["--entity", entity]
    for name, value in attributes.items():
        arguments += ["--attribute", f"{name}={value}"]
    run(*arguments, *(["--event-time", time] if time else []))


def seal(subject):
    with open("note", "w") as file:
        file.write(f"a note on {subject[::-1]}")
    run(
        "append", "L", "--kind", "access", "--entity", "target=dataset:n:clean", "--entity",
        "actor=service:n:s", "--attribute", "action=read", "--attribute", "purpose=p",
        "--attribute", "outcome=ok", "--subject", subject, "--sealed", "note",
    )


def facts(scope, outside=(), **changes):
    party = {"name": "desk", "position": "p", "location": "l", "contact": "c"}
    value = {
        "issuer": {
            "legalEntity": "Größe & Söhne", "role": "controller", "contact": "c",
            "dataProtectionOfficer": "d",
        },
        "request": {
            "regulation": "eu-gdpr:A17", "received": "2026-03-04", "nature": "n", "manner": "m",
            "response": {"date": "2026-03-06", "nature": "n"}, "expectedCompletion": "2026-03-20",
            "due": "2026-04-04", "requesterRole": "subject",
            "identityVerification": {"level": "l", "result": "r"}, "ground": "g",
            "denialBasis": "b",
            "extension": {"until": "2026-05-04", "reason": "a\u0001\"\\\nb\u0085"},
        },
        "subject": {
            "identityTypes": ["number"], "reference": "hmac:1",
            "relink": {"how": "h", "until": "2027-01-01T00:00:00Z"},
        },
        "data": {"categories": ["a", "b"], "subjects": ["s"], "from": "2026-01-01",
                 "to": "2026-02-01"},
        "scope": [{"entity": name, "location": "DE"} for name in scope],
        "outOfScope": [{"what": "paper", "reason": "r"}]
        + [{"what": "w", "reason": "r", "entity": name} for name in outside],
        "backups": [{"what": "w", "location": "l", "agesOut": "2026-06-01"}],
        "performedBy": party, "verifiedBy": {**party, "name": "audit"},
        "verification": {
            "level": "logical", "method": "m", "date": "2026-03-05", "validUntil": "2027-01-01",
        },
        "recipients": [{"who": "the lab", "entity": "service:partner:lab", "told": "2026-03-06"}],
        "keyCopies": [{"what": "w", "location": "l", "agesOut": "2026-06-01"}],
        "signer": {"name": "s", "title": "t", "place": "p", "date": "2026-03-06"},
    }
    value.update(changes)
    with open("facts.json", "w") as file:
        json.dump(value, file)


def request(number):
    return f"request=request::{REQUESTS[number]}"


def execute(number, dataset, day, is_checked=True, method="row-erasure"):
    append("erasure/request", request(number), regulation="eu-gdpr:A17", received="2026-03-04")
    append(
        "erasure/execution", request(number), f"target=dataset:n:{dataset}", "actor=service:n:d",
        method=method, rows=3, time=f"2026-03-{day}T02:00:00Z",
    )
    if is_checked:
        append(
            "erasure/verification", request(number), f"target=dataset:n:{dataset}",
            "actor=service:n:a", method="count", outcome="verified", residual=0,
            time=f"2026-03-{day}T03:00:00Z",
        )


def certificate(number, name):
    run("certificate", "L", "--request", REQUESTS[number], "--facts", "facts.json", "-o", name)


def make():
    """All files to compare, by name; of a tlog-proof with its entry."""
    with open("vkey", "wb") as file:
        file.write(run("init", "L", "--origin", "interop.example/erasure"))
    run("import", "L", "--format", "openlineage", "-", stdin=events("1f0c6a5", [
        ("ingest", [], "raw", False, "02T05:00"), ("clean", ["raw"], "clean", True, "02T06:00"),
        ("build", ["clean"], "features", True, "02T07:00"),
        ("train", ["features"], "model", True, "02T08:00"),
    ]))
    append(
        "disclosure", "target=dataset:n:clean", "recipient=service:partner:lab", purpose="study",
        legalBasis="consent", time="2026-03-02T09:00:00Z",
    )
    for subject in ("person-one", "person-two", "person-three"):
        seal(subject)
    # Erased outside and inside; nothing was rebuilt yet.
    execute(0, "raw", "05")
    run("erase", "L", "--request", REQUESTS[0], "--subject", "person-one")
    facts(["dataset:n:raw"])
    certificate(0, "residual")
    # Rebuilt in part without saying how it was written.
    run("import", "L", "--format", "openlineage", "-", stdin=events("2f0c6a5", [
        ("clean", ["raw"], "clean", True, "05T06:00"),
        ("build", ["clean"], "features", True, "05T07:00"),
        ("train", ["features"], "model", False, "05T08:00"),
    ]))
    facts(["dataset:n:raw"], outside=["dataset:n:model"])
    certificate(0, "partial")
    run("import", "L", "--format", "openlineage", "-", stdin=events("3f0c6a5", [
        ("train", ["features"], "model", True, "05T09:00"),
    ]))
    facts(["dataset:n:raw", "dataset:n:features"])
    certificate(0, "complete")
    os.rename("facts.json", "complete.json")
    # A single sealed body: its person's key stays.
    slot = json.loads(run(
        "append", "L", "--kind", "access", "--entity", "target=dataset:n:clean", "--entity",
        "actor=service:n:s", "--attribute", "action=read", "--attribute", "purpose=p",
        "--attribute", "outcome=ok", "--subject", "person-five", "--sealed", "note"))
    run("erase", "L", "--request", REQUESTS[2], "--record", str(slot["index"]), "--body", "0")
    facts(["dataset:n:features"])
    certificate(2, "single")
    # Held, and refused.
    run("hold", "place", "L", "--everything", "--basis", "case-7", "--decided-by", "counsel")
    run("erase", "L", "--request", REQUESTS[1], "--subject", "person-two", status=1)
    facts(["dataset:n:features"])
    certificate(1, "refused")
    run("closure", "L", "dataset:n:raw", "--since", "0", "--proof", "closure")
    run("history", "L", "dataset:n:clean", "--proof", "completeness")
    run("history", "L", "dataset:n:nowhere", "--proof", "absence")
    with open("old", "wb") as file:
        file.write(run("checkpoint", "L"))
    seal("person-four")
    run("checkpoint", "L")
    run("prove", "L", "--since", "old", "-o", "consistency")
    run("prove", "L", "7", "-o", "inclusion")
    with open("entry", "wb") as file:
        file.write(run("show", "L", "7", "--entry"))
    run("prove", "L", "--since", "complete", "-o", "later")


def read(name):
    with open(name, "rb") as file:
        return file.read()


class Comparison:
    def __init__(self, keys, vkey):
        self.keys, self.vkey = keys, vkey
        self.counts = {}

    def ours(self, data, extra):
        with open("candidate", "wb") as file:
            file.write(data)
        result = subprocess.run(
            [LEDGERSTONE, "verify", "candidate", "--key", self.vkey, *extra], capture_output=True
        )
        if result.returncode not in (0, 1, 2, 64):
            sys.exit(f"ledgerstone ended with {result.returncode}: {result.stderr}")
        return result.returncode == 0

    def theirs(self, data, entry, later):
        try:
            second.verify(data, self.keys, entry, later)
            return True, ""
        except second.NotValid as reason:
            return False, str(reason)

    def check(self, kind, what, data, entry=None, later=None, is_rule=False):
        extra = ["--entry", "entry"] if entry else []
        if later is not None:
            with open("candidate-later", "wb") as file:
                file.write(later)
            extra += ["--since", "candidate-later"]
        ours = self.ours(data, extra)
        theirs, reason = self.theirs(data, entry, later)
        counts = self.counts.setdefault(kind, [0, 0, 0])
        if is_rule and theirs and not ours:
            # A state of a closure, which the second verifier does not compute.
            counts[2] += 1
            return
        if ours != theirs:
            sys.exit(f"{kind}: {what}: ledgerstone says {ours}, the other {theirs} {reason}")
        counts[0 if ours else 1] += 1


def damages(data, step, is_brief=False):
    """Every line left out, doubled and swapped; a bit flipped in every `step`th byte; many cuts.

    Briefly: lines are only left out, since a signature is over all of them.
    """
    lines = data.split(b"\n")
    for number in range(len(lines) - 1):
        yield f"without line {number}", b"\n".join(lines[:number] + lines[number + 1 :])
        if is_brief:
            continue
        if number < len(lines) - 2:
            yield f"line {number} twice", b"\n".join(lines[: number + 1] + lines[number:])
        if number and lines[number] != lines[number - 1]:
            swapped = list(lines)
            swapped[number - 1 : number + 1] = swapped[number], swapped[number - 1]
            yield f"line {number} swapped", b"\n".join(swapped)
    for place in range(0, len(data), step):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        yield f"byte {place}", bytes(changed)
    for count in range(0, len(data), 40 * step):
        yield f"cut at {count}", data[:count]


def edits(value, path=""):
    """Each leaf of a JSON value changed in turn, each member left out: (path, whole value)."""
    if isinstance(value, dict):
        for name in value:
            yield f"{path}.{name} left out", {k: v for k, v in value.items() if k != name}
            for where, inner in edits(value[name], f"{path}.{name}"):
                yield where, {**value, name: inner}
    elif isinstance(value, list):
        for number in range(len(value)):
            yield f"{path}[{number}] left out", value[:number] + value[number + 1 :]
            for where, inner in edits(value[number], f"{path}[{number}]"):
                yield where, value[:number] + [inner] + value[number + 1 :]
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int):
        yield path, value + 1
    elif value is None:
        yield path, "x"
    else:
        yield path, "x" + value
        if path.startswith(".facts"):
            yield f"{path} empty", ""


class Signer:
    """Signs a changed certificate anew with the ledger's key: what its keeper could do."""

    def __init__(self):
        text = read("L.vault/signing.key").decode().strip()
        _, _, name, _, material = text.split("+", 4)
        seed = base64.b64decode(material)
        self.name = name.encode()
        self.key = Ed25519PrivateKey.from_private_bytes(seed[1:])
        self.identifier = second.VerifierKey(read("vkey").decode()).identifier

    def sign(self, content):
        digest = base64.b64encode(second.sha(content))
        text = b"ledgerstone/certificate@v1\n" + digest + b"\n" + self.name + b"\n"
        signature = base64.b64encode(self.identifier + self.key.sign(text))
        return content + text + b"\n" + "— ".encode() + self.name + b" " + signature + b"\n"

    def content(self, data):
        """Everything before the note."""
        return data[: data.rindex(b"ledgerstone/certificate@v1\n")]


def is_rule(path):
    """Whether a place is one that the second verifier takes as stated."""
    member = path.split(".")[3].split("[")[0].split(" ")[0] if path.count(".") > 2 else ""
    if path.startswith(".evidence.targets"):
        return member in {"reason", "method", "path", "records", "versions", "parent", "inferred",
                          "depth"}
    return path.startswith(".evidence.closures") and member in {
        "erasure", "depth", "inferredVersions", "silentProducers", "disclosures", "rootSources",
    }


def main():
    make()
    vkey = read("vkey").decode().strip()
    compare = Comparison([second.VerifierKey(vkey)], vkey)
    entry, later = read("entry"), read("later")
    for name in ("closure", "completeness", "absence", "consistency", "inclusion"):
        extra = entry if name == "inclusion" else None
        data = read(name)
        compare.check(name, "as made", data, extra)
        for what, changed in damages(data, 5 if len(data) < 4_000 else 41):
            compare.check(name, what, changed, extra)
    signer = Signer()
    for name in ("residual", "partial", "complete", "single", "refused"):
        data = read(name)
        compare.check(name, "as made", data)
        if compare.counts[name] != [1, 0, 0]:
            sys.exit(f"{name}: refused by both as it was made")
        for what, changed in damages(data, 701, is_brief=True):
            compare.check(name, what, changed)
        content = signer.content(data)
        compare.check(name, "signed anew", signer.sign(content))
        head, line, rest = content.split(b"\n", 2)
        statement = json.loads(line.removeprefix(b"statement "))
        for number, (path, changed) in enumerate(edits(statement)):
            # All of them once; of the other certificates a part, each time another one.
            if name != "complete" and number % 4 != 1:
                continue
            text = second.dump(changed).encode()
            file = signer.sign(head + b"\nstatement " + text + b"\n" + rest)
            compare.check(name + " re-signed", path, file, is_rule=is_rule(path))
        for what, text in (("white space", line + b" "), ("an escape", line.replace(b"a", b"\\u0061"))):
            file = signer.sign(head + b"\n" + text + b"\n" + rest)
            compare.check(name + " re-signed", what, file)
        lines = content.split(b"\n")
        for number in range(0, len(lines) - 1, 1 if name == "complete" else 5):
            file = signer.sign(b"\n".join(lines[:number] + lines[number + 1 :]))
            compare.check(name + " re-signed", f"without line {number}", file)
    for what, changed in [("as made", later), *damages(later, 5), ("old", read("old"))]:
        compare.check("complete, later", what, read("complete"), later=changed)
    for kind, (good, bad, rule) in compare.counts.items():
        print(f"{kind}: {good} accepted and {bad} refused by both"
              + (f", {rule} refused by ledgerstone for the closure's rule" if rule else ""))


if __name__ == "__main__":
    main()
