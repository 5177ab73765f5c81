"""A mail server and a web server that keep what they are sent, and a sender that can be killed.

Run as a program it is such a sender: `python -m tests.notices.post NOW` delivers once, with the
settings of its environment, and prints how many messages it sent.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.core import scope
from app.core.db import db
from app.factory import create_app
from app.notices.delivery import deliver

ROOT = Path(__file__).parent.parent.parent


class Web(ThreadingHTTPServer):
    """A web server on the loopback: keeps each JSON it is sent, answers what it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Page)
        self.got, self.status, self.said = [], 200, {}
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    @property
    def url(self):
        return f"json://127.0.0.1:{self.server_address[1]}/notices"


class Page(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.arrived.set()
        self.server.go_on.wait(30)
        said = json.dumps(self.server.said).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_words):
        pass


class Mail(socketserver.ThreadingTCPServer):
    """A mail server on the loopback: keeps each letter, refuses whom it is told to."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.got, self.refuses, self.falls_silent = [], set(), False

    @property
    def url(self):
        return f"mailto://127.0.0.1:{self.server_address[1]}?from=window@linqing.gov.cn"

    @property
    def read(self):
        """Recipient, subject and text of each letter."""
        return [
            (to, str(letter["Subject"]), "\n".join(letter.get_content().splitlines()))
            for to, letter in self.got
        ]


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        self.say("220 here")
        to = ""
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            if word == b"RCPT" and to in self.server.refuses:
                self.say("550 no such person")
            elif word == b"DATA":
                self.take(to)
                if self.server.falls_silent:
                    return
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, to):
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.got.append((to, letter))
        if not self.server.falls_silent:
            self.say("250 taken")


@contextmanager
def serving(server):
    """Serve in the background."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Sender:
    """A process that delivers, as a node of several would."""

    def __init__(self, app, now):
        known = {name: value for name, value in os.environ.items() if "BANCHENG" not in name}
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, now.isoformat()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **known,
                "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
                "BANCHENG_SECRET_KEY": "s" * 40,
                "BANCHENG_DATA_KEY": app.config["DATA_KEY"],
                "BANCHENG_NOTICES": ",".join(app.config["NOTICES"]),
            },
        )

    def sent(self):
        """Wait for its end; return how many messages it sent."""
        told, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0
        return int(told)

    def kill(self):
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.communicate(timeout=120)
        assert self.process.returncode == -signal.SIGKILL


def main(now):
    """Be a sender's process."""
    with create_app().app_context(), scope.everything():
        sys.stdout.write(f"{deliver(datetime.fromisoformat(now)).sent}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
