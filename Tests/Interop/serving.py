"""A served ledger for the interoperation tests: started, killed, asked."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def fail(message):
    sys.exit(f"interop: {message}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One ledger, served by one process after another at the same place."""

    def __init__(self, ledgerstoned, folder, more=None, log=None):
        self.ledgerstoned = ledgerstoned
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(log or f"{folder}.log", "ab")
        self.environment = dict(os.environ, LEDGERSTONE_HTTP_PORT=str(self.port), **(more or {}))
        self.process = None

    def begin(self):
        """Starts it, and does not wait until it serves."""
        self.process = subprocess.Popen(
            [self.ledgerstoned, self.folder], env=self.environment, stderr=self.log)

    def start(self):
        self.begin()
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/ready", timeout=5).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    fail(f"the server ended: see {self.folder}.log")
                time.sleep(0.05)
        fail("the server does not get ready")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            fail(f"the server ended with {self.process.returncode}")


def ask(url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers
