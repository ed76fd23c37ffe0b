"""Appends to a served ledger with the clients that pipelines have, kills the server under them, and
reads everything back: nothing acknowledged is lost and nothing is stored twice.

    server_clients.py LEDGERSTONE LEDGERSTONED

Works in the current folder; needs openlineage-python.
"""

import datetime
import gzip
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import uuid

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.transport.async_http import AsyncHttpConfig, AsyncHttpTransport
from openlineage.client.transport.http import HttpCompression, HttpConfig, HttpTransport

from serving import Server, ask, fail

ledgerstone, ledgerstoned = sys.argv[1:3]
PRODUCER = "https://interop.example/server_clients"


def event(state=RunState.START, run=None):
    return RunEvent(
        eventType=state, eventTime=datetime.datetime.now(datetime.timezone.utc).isoformat(),
        run=Run(runId=run or str(uuid.uuid4())), job=Job(namespace="interop", name="job"),
        producer=PRODUCER)


def stored_runs(server):
    """(runId, eventType) of every event, in pages as readers ask for them."""
    found, offset = [], 0
    while True:
        status, body, _ = ask(
            f"{server.url}/api/v1/events/lineage?limit=100&offset={offset}&sortDirection=asc")
        if status != 200:
            fail(f"reading events: {status} {body!r}")
        page = json.loads(body)
        found += [(e["run"]["runId"], e["eventType"]) for e in page["events"]]
        offset += len(page["events"])
        if not page["events"]:
            if page["totalCount"] != len(found):
                fail(f"{page['totalCount']} events in all, {len(found)} read")
            return found


def check_exactly_once(server, sent, what):
    found = stored_runs(server)
    ours = [pair for pair in found if pair in sent]
    if len(ours) != len(set(ours)):
        fail(f"{what}: {len(ours) - len(set(ours))} events are there twice")
    if set(ours) != sent:
        fail(f"{what}: {len(sent - set(ours))} of {len(sent)} events are missing")
    print(f"interop: {what}: {len(sent)} events, each there once")


def through_clients(server):
    for name, compression in [("sync", None), ("gzip", HttpCompression.GZIP)]:
        client = OpenLineageClient(
            transport=HttpTransport(HttpConfig(url=server.url, compression=compression)))
        sent = set()
        for _ in range(50):
            made = event()
            client.emit(made)
            sent.add((made.run.runId, "START"))
        check_exactly_once(server, sent, f"openlineage-python, {name}")
    transport = AsyncHttpTransport(AsyncHttpConfig(url=server.url))
    sent = set()
    for _ in range(100):
        run = str(uuid.uuid4())
        for state in [RunState.START, RunState.COMPLETE]:
            transport.emit(event(state, run))
            sent.add((run, state.value))
    transport.wait_for_completion(timeout=60)
    stats = transport.get_stats()
    transport.close(timeout=60)
    if stats["failed"]:
        fail(f"the async client counts {stats}")
    check_exactly_once(server, sent, "openlineage-python, async")


def across_kills(server, kill_count=5):
    """Clients that try again while the server is killed and started under them."""
    acknowledged, lock, isDone = set(), threading.Lock(), threading.Event()
    retry = {
        "total": 60, "connect": 60, "read": 60, "backoff_factor": 0.05, "backoff_max": 0.5,
        "status_forcelist": [500, 502, 503, 504], "allowed_methods": ["HEAD", "POST"]}

    def emit(compression):
        client = OpenLineageClient(
            transport=HttpTransport(
                HttpConfig(url=server.url, timeout=5.0, retry=retry, compression=compression)))
        while not isDone.is_set():
            made = event()
            client.emit(made)
            with lock:
                acknowledged.add((made.run.runId, "START"))

    handed_over = set()

    def emit_async():
        transport = AsyncHttpTransport(AsyncHttpConfig(url=server.url, timeout=5.0, retry=retry))
        while not isDone.is_set():
            run = str(uuid.uuid4())
            for state in [RunState.START, RunState.COMPLETE]:
                transport.emit(event(state, run))
                handed_over.add((run, state.value))
            time.sleep(0.005)
        transport.wait_for_completion(timeout=60)
        stats = transport.get_stats()
        transport.close(timeout=60)
        if stats["failed"]:
            fail(f"across kills the async client counts {stats}")

    kinds = [None, None, HttpCompression.GZIP, HttpCompression.GZIP]
    threads = [threading.Thread(target=emit, args=(kind,)) for kind in kinds]
    threads.append(threading.Thread(target=emit_async))
    for thread in threads:
        thread.start()
    for number in range(kill_count):
        time.sleep(0.4 + 0.1 * number)
        server.kill()
        server.start()
    time.sleep(0.5)
    isDone.set()
    for thread in threads:
        thread.join(timeout=120)
        if thread.is_alive():
            fail("a client does not end")
    check_exactly_once(
        server, acknowledged, f"openlineage-python, plain and gzip, across {kill_count} kills")
    check_exactly_once(server, handed_over, f"openlineage-python, async, across {kill_count} kills")


def across_one_shutdown(server):
    """At SIGTERM what is under way is answered, and the rest is refused and comes again."""
    sent, isDone = set(), threading.Event()

    def emit():
        client = OpenLineageClient(transport=HttpTransport(HttpConfig(
            url=server.url, retry={"total": 60, "connect": 60, "read": 60, "backoff_factor": 0.05,
                                   "status_forcelist": [503], "allowed_methods": ["POST"]})))
        while not isDone.is_set():
            made = event()
            client.emit(made)
            sent.add((made.run.runId, "START"))

    thread = threading.Thread(target=emit)
    thread.start()
    time.sleep(0.5)
    server.stop()
    server.start()
    time.sleep(0.3)
    isDone.set()
    thread.join(timeout=120)
    check_exactly_once(server, sent, "openlineage-python across a shutdown")


def many_connections(server, count=2000):
    """Two thousand clients at once, most of them silent: the others are served."""
    silent = []
    try:
        for _ in range(count):
            silent.append(socket.create_connection(("127.0.0.1", server.port), timeout=30))
    except OSError as error:
        if len(silent) < 500:
            fail(f"only {len(silent)} connections: {error}")
        print(f"interop: NOT RUN with {count} connections, only {len(silent)}: {error}",
              file=sys.stderr)
    made = json.dumps({
        "eventTime": "2026-01-02T03:04:05Z", "producer": PRODUCER, "eventType": "START",
        "run": {"runId": str(uuid.uuid4())}, "job": {"namespace": "n", "name": "j"}}).encode()
    status, body, _ = ask(
        server.url + "/api/v1/lineage", made, {"Content-Type": "application/json"})
    if status != 201:
        fail(f"beside {len(silent)} connections: {status} {body!r}")
    for connection in silent:
        connection.close()
    print(f"interop: served beside {len(silent)} silent connections")


def a_bomb(server):
    bomb = gzip.compress(bytes(1 << 30), 9)
    status, body, _ = ask(
        server.url + "/api/v1/lineage", bomb,
        {"Content-Type": "application/json", "Content-Encoding": "gzip"})
    if status != 413:
        fail(f"a gibibyte of zeros: {status} {body!r}")
    peak = int(next(
        line for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")).split()[1])
    if peak > 1 << 20:
        fail(f"a bomb of {len(bomb)} bytes made the server hold {peak} KiB")
    print(f"interop: a bomb is refused, {peak >> 10} MiB held at most")


def main():
    key = subprocess.run(
        [ledgerstone, "init", "S", "--origin", "interop.example/served"], check=True,
        capture_output=True, text=True).stdout.strip()
    server = Server(ledgerstoned, os.path.abspath("S"), {"LEDGERSTONE_CHECKPOINT_SECONDS": "0.2"})
    server.start()
    through_clients(server)
    across_kills(server)
    across_one_shutdown(server)
    many_connections(server)
    a_bomb(server)
    # Not a second writer, and told where the first one is.
    locked = subprocess.run([ledgerstone, "checkpoint", "S"], capture_output=True, text=True)
    if locked.returncode != 11 or server.url not in locked.stderr:
        fail(f"a second writer: {locked.returncode} {locked.stderr}")
    server.stop()
    size = json.loads(subprocess.run(
        [ledgerstone, "inspect", "S", "--json"], check=True, capture_output=True,
        text=True).stdout)
    subprocess.run([ledgerstone, "verify", "S", "--key", key], check=True)
    print(f"interop: the served ledger verifies: {size.get('recordCount')} records")
    pathlib.Path("served.vkey").write_text(key)


main()
