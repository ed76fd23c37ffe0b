"""Fills the disk under a served ledger: appends are refused, reading goes on, nothing that was
acknowledged is lost, and after a restart with room the ledger goes on.

    full_disk.py LEDGERSTONE LEDGERSTONED

Works in the current folder, where it mounts a small file system in memory for as long as it runs;
says so where that is not allowed.
"""

import json
import os
import pathlib
import subprocess
import sys

from serving import Server, ask, fail

ledgerstone, ledgerstoned = sys.argv[1:3]
SIZE = 24 << 20


def append(server, number):
    """A record with a body that does not compress; the status, the answer and the body."""
    body = os.urandom(512 << 10).hex()
    record = json.dumps({
        "kind": "access", "id": str(number), "bodies": [{"contentType": "text/plain", "text": body}],
        "entities": [
            {"role": "target", "type": "dataset", "namespace": "w", "name": "t"},
            {"role": "actor", "type": "service", "namespace": "w", "name": "s"}],
        "attributes": {"action": "read", "purpose": "test", "outcome": "ok"}}).encode()
    status, answer, headers = ask(
        server.url + "/v1/records", record, {"Content-Type": "application/json"})
    return status, json.loads(answer), headers, body


def expect(server, path, wanted):
    status, body, _ = ask(server.url + path)
    if status != wanted:
        fail(f"on a full disk {path} is {status} instead of {wanted}: {body[:200]!r}")
    return body


def fill(server):
    """Appends until the disk is full; what was acknowledged."""
    acknowledged = {}
    for number in range(1_000):
        status, answer, headers, body = append(server, number)
        if status == 503:
            if "Retry-After" not in headers:
                fail("a refusal without Retry-After: producers would give up")
            return acknowledged
        if status != 201:
            fail(f"append {number}: {status} {answer}")
        acknowledged[answer["index"]] = body
    fail("the disk does not get full")


def main():
    key = subprocess.run(
        [ledgerstone, "init", "small/L", "--vault", "F.vault", "--origin", "interop.example/full"],
        check=True, capture_output=True, text=True).stdout.strip()
    environment = {
        "LEDGERSTONE_VAULT": os.path.abspath("F.vault"), "LEDGERSTONE_CHECKPOINT_SECONDS": "0.2"}
    server = Server(ledgerstoned, os.path.abspath("small/L"), environment, log="full.log")
    server.start()
    # Room that is given back later: recovery copies the file that was being written.
    pathlib.Path("small/filler").write_bytes(bytes(SIZE // 5 * 3))
    acknowledged = fill(server)
    status, answer, _, _ = append(server, "again")
    if status != 503 or answer["error"]["code"] != "poisoned":
        fail(f"behind a failed write: {status} {answer}")
    if b"no space" not in expect(server, "/health", 503):
        fail("/health does not say why")
    expect(server, "/ready", 503)
    expect(server, "/metrics", 200)
    expect(server, "/checkpoint", 200)
    expect(server, "/v1/records/1", 200)
    expect(server, "/v1/ledger", 200)
    server.process.terminate()
    server.process.wait(timeout=60)
    os.remove("small/filler")
    server.start()
    for index, body in acknowledged.items():
        if expect(server, f"/v1/records/{index}/bodies/0", 200).decode() != body:
            fail(f"record {index} was acknowledged and is another")
    if append(server, "more")[0] != 201:
        fail("with room again nothing is appended")
    server.stop()
    subprocess.run(
        [ledgerstone, "verify", "small/L", "--vault", "F.vault", "--key", key], check=True)
    print(f"interop: on a full disk {len(acknowledged)} acknowledged records stay, readers go on")


os.mkdir("small")
mounted = subprocess.run(
    ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", "small"], capture_output=True)
if mounted.returncode != 0:
    print("interop: NOT RUN on a full disk: no file system may be mounted", file=sys.stderr)
    sys.exit(0)
try:
    main()
finally:
    subprocess.run(["umount", "--lazy", "small"], check=True)
