"""Serves with TLS and tokens: who may do what, over which connection.

    server_tls.py LEDGERSTONE LEDGERSTONED

Works in the current folder; needs the openssl command.
"""

import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings

from serving import Server, fail

ledgerstone, ledgerstoned = sys.argv[1:3]
EVENT = json.dumps({
    "eventTime": "2026-01-02T03:04:05Z", "producer": "tls", "eventType": "START",
    "run": {"runId": "01890a5d-ac96-774b-bcce-b302099a8057"},
    "job": {"namespace": "n", "name": "j"}}).encode()


def certificate(name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", f"{name}.key", "-out",
         f"{name}.pem"], check=True, capture_output=True)


def ask(server, path, token=None, body=None, authority="own.pem", newest=None):
    """The status; None where no connection comes about."""
    context = ssl.create_default_context(cafile=authority)
    if newest:
        context.minimum_version = newest
        context.maximum_version = newest
    request = urllib.request.Request(
        f"https://localhost:{server.port}{path}", data=body,
        headers={"Content-Type": "application/json"})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def token(*arguments):
    return subprocess.run(
        [ledgerstoned, "token", "--file", "tls.tokens", *arguments], check=True,
        capture_output=True, text=True).stdout.strip()


def expect(what, found, wanted):
    if found != wanted:
        fail(f"over TLS, {what}: {found} instead of {wanted}")


certificate("own")
certificate("other")
subprocess.run(
    [ledgerstone, "init", "T", "--origin", "interop.example/tls"], check=True, capture_output=True)
appender = token("--source", "etl", "--role", "appender")
auditor = token("--source", "jane", "--role", "auditor", "--person")
expired = token("--source", "old", "--role", "appender", "--expires", "2020-01-01T00:00:00Z")
server = Server(ledgerstoned, os.path.abspath("T"), {
    "LEDGERSTONE_HTTP_HOST": "0.0.0.0", "LEDGERSTONE_LOG_LEVEL": "trace",
    "LEDGERSTONE_TLS_CERTIFICATE_CHAIN": os.path.abspath("own.pem"),
    "LEDGERSTONE_TLS_PRIVATE_KEY": os.path.abspath("own.key"),
    "LEDGERSTONE_IDENTITY_TOKENS": os.path.abspath("tls.tokens")})
server.begin()
for _ in range(600):
    if ask(server, "/ready") == 200:
        break
    time.sleep(0.05)
post = "/api/v1/lineage"
expect("an appender's event", ask(server, post, appender, EVENT), 201)
expect("the same again", ask(server, post, appender, EVENT), 200)
expect("nobody's event", ask(server, post, None, EVENT), 401)
expect("an expired token", ask(server, post, expired, EVENT), 401)
expect("an auditor's event", ask(server, post, auditor, EVENT), 403)
expect("an auditor's question", ask(server, "/v1/records/1/bodies/0", auditor), 200)
expect("a token in the query", ask(server, f"/v1/records/1?access_token={auditor}"), 401)
expect("another's certificate", ask(server, "/ready", authority="other.pem"), None)
warnings.simplefilter("ignore", DeprecationWarning)
expect("TLS 1.1", ask(server, "/ready", newest=ssl.TLSVersion.TLSv1_1), None)
expect("TLS 1.2", ask(server, "/ready", newest=ssl.TLSVersion.TLSv1_2), 200)
try:
    urllib.request.urlopen(f"http://localhost:{server.port}/ready", timeout=30)
    fail("the TLS port answers without TLS")
except OSError:
    pass
# A revoked token is none once the file is read again.
tokens = pathlib.Path("tls.tokens")
tokens.write_text("".join(
    line for line in tokens.read_text().splitlines(True) if '"etl"' not in line))
server.process.send_signal(signal.SIGHUP)
for _ in range(600):
    status = ask(server, post, appender, EVENT)
    if status == 401:
        break
    time.sleep(0.05)
expect("a revoked token", status, 401)
expect("the others' tokens", ask(server, "/v1/records/1", auditor), 200)
server.stop()
log = pathlib.Path("T.log").read_text()
for secret in [appender, auditor, expired]:
    if secret in log or secret.split("_")[2] in log:
        fail("a token is in the log")
if "own.key" in log or "PRIVATE" in log:
    fail("the key is in the log")
for line in log.splitlines():
    json.loads(line)
print(f"interop: over TLS with tokens, and {len(log.splitlines())} log lines without a secret")
