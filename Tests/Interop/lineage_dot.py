"""Renders lineage with Graphviz and reads the picture back: names that could break out of a quoted
string, be taken for markup or for an escape must stand in it as they are.

    lineage_dot.py LEDGERSTONE

Needs `dot`. Works in the current folder.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree

ledgerstone = sys.argv[1]
NAMES = [
    "plain", 'a"b', "a\\b", "a\\", '\\"', "\\N\\G\\L\\l", "a\nb", "a\tb", "<b>bold</b>", "a&lt;b",
    "&amp;", "&#65;", "a;b{c}|d", "-> x", "é日本", "\U0001F680", "\u2028", "\u202Eabc", "%41", "a@v",
    "]; node [shape=none", "/* */", "//", "#", " both ", "'", "--", "digraph",
]


def run(*arguments, text=None):
    done = subprocess.run(arguments, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"interop: status {done.returncode}: {' '.join(arguments)}\n{done.stderr}")
    return done.stdout


def dataset(name):
    return {"namespace": "n", "name": name}


def event(number, name):
    return json.dumps({
        "eventType": "COMPLETE", "eventTime": f"2026-01-01T00:00:{number:02}Z",
        "run": {"runId": f"run {name}"}, "job": {"namespace": "n", "name": f"job {name}"},
        "inputs": [dataset("root")], "outputs": [dataset(name)],
    })


def titles(svg):
    """The lines of text of each node."""
    space = "{http://www.w3.org/2000/svg}"
    root = xml.etree.ElementTree.fromstring(svg)
    return [
        ["".join(text.itertext()) for text in group.findall(f"{space}text")]
        for group in root.iter(f"{space}g")
        if group.get("class") == "node"
    ]


def plain(text):
    # Graphviz writes a space at the ends of a line, and each of several, as one that does not break.
    return text.replace("\u00A0", " ")


def main():
    run(ledgerstone, "init", "dot", "--origin", "interop.example/dot")
    lines = "".join(event(number, name) + "\n" for number, name in enumerate(NAMES))
    run(ledgerstone, "import", "dot", "--format", "openlineage", "-", text=lines)
    listed = run(ledgerstone, "entities", "dot", "dataset").split("\n")[:-1]
    if len(listed) != len(NAMES) + 1:
        sys.exit(f"interop: {len(listed)} datasets instead of {len(NAMES) + 1}")
    for more in [[], ["--collapsed"]]:
        asked = [ledgerstone, "lineage", "dot", "dataset:n:root", "--downstream", *more, "--format"]
        graph = json.loads(run(*asked, "json"))
        found = titles(run("dot", "-Tsvg", text=run(*asked, "dot")))
        if len(found) != len(graph["nodes"]):
            sys.exit(f"interop: {len(found)} nodes drawn instead of {len(graph['nodes'])}")
        drawn = {plain(lines[0]) for lines in found}
        missing = sorted(set(listed) - drawn)
        if missing:
            sys.exit(f"interop: not drawn as they are: {missing}\n{sorted(drawn)}")
        print(f"interop: Graphviz draws {len(found)} nodes, every name as it is")


main()
