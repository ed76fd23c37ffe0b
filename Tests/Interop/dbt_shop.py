"""Runs dbt-ol over dbt-duckdb on a small project, against a served ledger, and looks at what was
recorded: every event that dbt-ol says it sent, once, and the graph that follows from them.

    dbt_shop.py LEDGERSTONE LEDGERSTONED

Works in the current folder, which is empty; dbt and dbt-ol are on the path.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

from serving import Server, ask, fail

ledgerstone, ledgerstoned = sys.argv[1:3]

FILES = {
    "dbt_project.yml": """\
name: shop
version: "1.0"
profile: shop
model-paths: [models]
seed-paths: [seeds]
""",
    "profiles.yml": """\
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb, threads: 1}
""",
    "seeds/raw_orders.csv": "id,customer,amount\n1,a,10\n2,b,20\n",
    "models/orders.sql": "select id, customer, amount from {{ ref('raw_orders') }}\n",
    "models/customers.sql":
        "select customer, sum(amount) as total from {{ ref('orders') }} group by customer\n",
    "models/schema.yml": """\
version: 2
models:
  - name: customers
    columns:
      - name: customer
        data_tests: [not_null, unique]
""",
}

ORDERS, CUSTOMERS = "shop.main.orders", "shop.main.customers"
# No event has the seed as an input: the column lineage of the orders names it.
SEED = "shop.main.raw_orders"
# Job, inputs, outputs; each starts and completes. The names are those that dbt-ol gives.
WANTED = {
    ("dbt-run-shop", (), ()),
    ("shop.main.shop.orders.build.run", (), (ORDERS,)),
    ("shop.main.shop.customers.build.run", (ORDERS,), (CUSTOMERS,)),
    ("shop.main.shop.customers.build.test", (CUSTOMERS,), ()),
}


def names(datasets):
    return tuple(sorted(dataset["name"] for dataset in datasets))


def build(url):
    """Runs dbt-ol; gives how many events it says it sent."""
    environment = dict(
        os.environ, OPENLINEAGE_URL=url, DBT_PROFILES_DIR=".",
        DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")
    done = subprocess.run(
        ["dbt-ol", "build"], env=environment, capture_output=True, text=True, timeout=600)
    text = done.stdout + done.stderr
    sent = re.search(r"Emitted (\d+) OpenLineage events", text)
    if done.returncode != 0 or not sent:
        fail(f"dbt-ol: {done.returncode}\n{text}")
    return int(sent.group(1))


def recorded(server):
    status, body, _ = ask(server.url + "/api/v1/events/lineage?limit=1000&sortDirection=asc")
    if status != 200:
        fail(f"reading events: {status} {body!r}")
    page = json.loads(body)
    if page["totalCount"] != len(page["events"]):
        fail(f"{page['totalCount']} events in all, {len(page['events'])} read")
    return page["events"]


def check_events(events, sent):
    if len(events) != sent:
        fail(f"dbt-ol sent {sent} events, {len(events)} are recorded")
    found = sorted(
        (event["eventType"], event["job"]["name"], names(event["inputs"]), names(event["outputs"]))
        for event in events)
    wanted = sorted(
        (state, *job) for state in ["START", "COMPLETE"] for job in WANTED)
    if found != wanted:
        fail(f"recorded:\n{found}\nwanted:\n{wanted}")
    runs = {event["run"]["runId"] for event in events}
    if len(runs) != len(WANTED):
        fail(f"{len(runs)} runs for {len(WANTED)} jobs")


def check_graph(server, events):
    namespace = next(
        dataset["namespace"] for event in events for dataset in event["outputs"])
    node = urllib.parse.quote(f"dataset:{namespace}:{CUSTOMERS}", safe="")
    status, body, _ = ask(f"{server.url}/api/v1/lineage?nodeId={node}&depth=5")
    if status != 200:
        fail(f"the graph: {status} {body!r}")
    graph = {entry["id"]: entry for entry in json.loads(body)["graph"]}
    wanted = {f"dataset:{namespace}:{name}" for name in [SEED, ORDERS, CUSTOMERS]} | {
        f"job:dbt:{job}" for job, inputs, outputs in WANTED if inputs or outputs}
    if set(graph) != wanted:
        fail(f"the graph has {sorted(graph)}, not {sorted(wanted)}")
    for name, reader in [(SEED, "orders"), (ORDERS, "customers")]:
        edges = graph[f"dataset:{namespace}:{name}"]["outEdges"]
        readers = {edge["destination"] for edge in edges}
        if readers != {f"job:dbt:shop.main.shop.{reader}.build.run"}:
            fail(f"{name} is read by {readers}")


def main():
    for name, text in FILES.items():
        path = pathlib.Path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    key = subprocess.run(
        [ledgerstone, "init", "D", "--origin", "interop.example/dbt"], check=True,
        capture_output=True, text=True).stdout.strip()
    server = Server(ledgerstoned, os.path.abspath("D"))
    server.start()
    try:
        sent = build(server.url)
        events = recorded(server)
        check_events(events, sent)
        check_graph(server, events)
    finally:
        server.stop()
    subprocess.run([ledgerstone, "verify", "D", "--key", key], check=True, capture_output=True)
    print(f"interop: dbt-ol on dbt-duckdb: {sent} events, each recorded once, and their graph")


main()
