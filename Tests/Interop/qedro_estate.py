"""Compares closure states with those of qedro, an independent reader of OpenLineage, on its demo
estate: where they agree, and where the other tool is known to be wrong.

    qedro_estate.py LEDGERSTONE QEDRO

The estate has one erasure, of crm_raw.contacts, from which customers, from which invoices, from which
dunning cases are made. Its own runs after the erasure are left out and others put in their place, so
that each scenario differs in one thing. Works in the current folder.
"""

import copy
import json
import pathlib
import subprocess
import sys
import uuid

ledgerstone, qedro = sys.argv[1:3]
ROOT = "crm_raw.contacts"
CUSTOMERS = "crm_curated.customers"
INVOICES = "billing_curated.invoices"
DUNNING = "billing_curated.dunning_cases"
JOBS = {CUSTOMERS: "customers-curated", INVOICES: "invoices-nightly", DUNNING: "dunning-weekly"}
# Behind every claimed time, and behind every clock that may record them.
MOMENT = "2100-01-01T00:00:00Z"


def run(*arguments, status=0):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"interop: status {done.returncode}: {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def lines(folder):
    events = []
    for path in sorted(pathlib.Path(folder).glob("*.ndjson")):
        events += [json.loads(line) for line in path.read_text().splitlines()]
    return sorted(events, key=lambda event: event["eventTime"])


def write(path, values):
    pathlib.Path(path).write_text("".join(json.dumps(value) + "\n" for value in values))


def names(event, side):
    return [dataset["name"] for dataset in event.get(side, [])]


def erasure_of(events):
    found = [event for event in events if ROOT in names(event, "outputs")]
    if len(found) != 1:
        sys.exit("interop: the demo estate has another erasure than expected")
    return found[0]


def rebuild(events, target, hour, number=0):
    """START and COMPLETE of one more run of the job that makes `target`."""
    last = [
        event
        for event in events
        if event["job"]["name"] == JOBS[target] and event["eventType"] == "COMPLETE"
    ][-1]
    identifier = last["run"]["runId"]
    start = next(
        event
        for event in events
        if event["run"]["runId"] == identifier and event["eventType"] == "START"
    )
    pair = copy.deepcopy([start, last])
    for minute, event in enumerate(pair):
        event["run"]["runId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{target} {hour} {number}"))
        event["eventTime"] = f"2026-07-27T{hour:02}:{minute:02}:00+00:00"
    return pair


def in_order(events):
    return [
        event
        for hour, target in enumerate([CUSTOMERS, INVOICES, DUNNING], start=1)
        for event in rebuild(events, target, hour)
    ]


def policies(targets, namespaces):
    """What nothing in the events says: that these jobs overwrite all that was there."""
    return [
        {
            "kind": "policy/write-mode",
            "entities": [
                {
                    "role": "scope", "type": "job", "namespace": namespaces[JOBS[target]],
                    "name": JOBS[target], "writeMode": "overwrite",
                },
                {"role": "actor", "type": "service", "namespace": "acme", "name": "platform"},
            ],
        }
        for target in targets
    ]


def theirs(folder):
    text = run(
        qedro, "erasure", folder, "--dataset", ROOT, "--config", "demo/qedro.yaml",
        "--format", "json",
    )
    report = json.loads(text)
    reached = {item["dataset"].split("/")[-1]: item["reached"] for item in report["descendants"]}
    return reached, report["complete"]


def ours(name, events, declared):
    """The closure of the root, by proof file and key alone."""
    write(f"{name}.policies", declared)
    vkey = run(ledgerstone, "init", name, "--origin", f"interop.example/{name}").strip()
    if declared:
        run(ledgerstone, "import", name, "--format", "record", f"{name}.policies")
    run(ledgerstone, "import", name, "--format", "openlineage", f"{name}.events/all.ndjson")
    run(ledgerstone, "index", name)
    asked = [
        ledgerstone, "closure", name, f"dataset:warehouse:{ROOT}", "--since", "1", "--at", MOMENT,
        "--proof", f"{name}.proof", "--json",
    ]
    closure = json.loads(run(*asked))
    report = json.loads(run(ledgerstone, "verify", f"{name}.proof", "--key", vkey, "--json"))
    if report["closure"] != closure:
        sys.exit(f"interop: {name}: the proof gives another closure than the ledger")
    states = {item["entity"].split(":")[-1]: item["state"] for item in closure["descendants"]}
    states[ROOT] = closure["root"]["state"]
    return states, closure["closed"]


def compare(name, events, declared, wanted, closed, reached, complete):
    folder = pathlib.Path(f"{name}.events")
    folder.mkdir()
    write(folder / "all.ndjson", sorted(events, key=lambda event: event["eventTime"]))
    their_reached, their_complete = theirs(str(folder))
    states, is_closed = ours(name, events, declared)
    found = {target: states.get(target) for target in wanted}
    if (found, is_closed) != (wanted, closed):
        sys.exit(f"interop: {name}: {found}, closed {is_closed}, and not {wanted}, {closed}")
    if (their_reached, their_complete) != (reached, complete):
        sys.exit(f"interop: {name}: qedro has changed: {their_reached}, {their_complete}")
    print(f"interop: qedro, {name}: {' '.join(states[target] for target in wanted)}"
          f" where it says {'complete' if complete else 'incomplete'}")


def main():
    run(qedro, "demo", "demo")
    total = 0
    run(ledgerstone, "init", "both", "--origin", "interop.example/both")
    for estate in ["lineage", "lineage-declared"]:
        events = lines(f"demo/{estate}")
        total += len(events)
        write(f"{estate}.ndjson", events)
        receipts = run(
            ledgerstone, "import", "both", "--format", "openlineage", "--receipts",
            f"{estate}.ndjson",
        ).splitlines()
        if len(receipts) != 218 or len(events) != 218:
            sys.exit(f"interop: {estate} has {len(events)} events, {len(receipts)} receipts")

    events = lines("demo/lineage")
    namespaces = {event["job"]["name"]: event["job"]["namespace"] for event in events}
    erasure = erasure_of(events)
    before = [event for event in events if event["eventTime"] <= erasure["eventTime"]]
    emptied = copy.deepcopy(before)
    # The estate's own erasure is a bare OVERWRITE, of which nothing says what it wrote.
    for dataset in erasure_of(emptied)["outputs"]:
        dataset["facets"]["lifecycleStateChange"]["lifecycleStateChange"] = "TRUNCATE"
    every = policies(JOBS, namespaces)
    all_reached = dict.fromkeys(JOBS, True)

    compare(
        "as-it-comes", events, [],
        {ROOT: "UNKNOWN", CUSTOMERS: "UNKNOWN", INVOICES: "UNKNOWN", DUNNING: "NOT_REBUILT"},
        False, {CUSTOMERS: True, INVOICES: True, DUNNING: False}, False)
    compare(
        "in-order", emptied + in_order(before), every,
        {ROOT: "CLEAN", CUSTOMERS: "CLEAN", INVOICES: "CLEAN", DUNNING: "CLEAN"},
        True, all_reached, True)
    compare(
        "stale-parent",
        emptied + rebuild(before, INVOICES, 1) + rebuild(before, DUNNING, 2)
        + rebuild(before, CUSTOMERS, 3), every,
        {CUSTOMERS: "CLEAN", INVOICES: "REBUILT_FROM_STALE", DUNNING: "REBUILT_FROM_STALE"},
        False, all_reached, True)

    appended = in_order(before)
    for event in appended:
        for dataset in event.get("outputs", []):
            if dataset["name"] == CUSTOMERS:
                dataset["outputFacets"] = {"icebergCommitReport": {
                    "_producer": event["producer"], "_schemaURL": event["schemaURL"],
                    "operation": "append",
                }}
    compare(
        "append", emptied + appended, every,
        {ROOT: "CLEAN", CUSTOMERS: "APPENDED", INVOICES: "REBUILT_FROM_STALE",
         DUNNING: "REBUILT_FROM_STALE"},
        False, all_reached, True)

    # A further run of the job began; the event of its end was omitted.
    omitted = rebuild(before, CUSTOMERS, 9, number=1)[:1]
    compare(
        "omitted-event", emptied + in_order(before) + omitted, every,
        {ROOT: "CLEAN", CUSTOMERS: "UNKNOWN"}, False, all_reached, True)


main()
