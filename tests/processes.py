"""Processes forked off a test: ready at once, with connections of their own."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
import warnings

from app.core.db import db

PATIENCE = 120
"""Seconds that a process may take on a busy machine."""

FORK = multiprocessing.get_context("fork")


class Forked:
    """A function that works in a process of its own once it is started.

    It is given what sends a word to the test, then the arguments; what it returns is the last word.
    """

    def __init__(self, app, work, *given):
        db.session.remove()
        db.engine.dispose()
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=_live, args=(app, work, given, theirs), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
            self.process.start()
        theirs.close()

    def start(self):
        """Let it work."""
        self.pipe.send("go")
        return self

    def heard(self):
        """Wait for its next word."""
        assert self.pipe.poll(PATIENCE), "nothing was heard of the process"
        word = self.pipe.recv()
        assert not isinstance(word, Failure), word.trace
        return word

    def result(self):
        """Wait for its end; return what it returned."""
        told = self.heard()
        self.process.join(PATIENCE)
        assert self.process.exitcode == 0
        return told

    def kill(self):
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.join(PATIENCE)
        assert self.process.exitcode == -signal.SIGKILL


class Failure:
    """How a function failed, as text: an exception is not always to be sent."""

    def __init__(self, trace):
        self.trace = trace


def _live(app, work, given, pipe):
    pipe.recv()
    try:
        with app.app_context():
            told = work(pipe.send, *given)
    except BaseException:  # noqa: BLE001 - whatever it is, the test says it
        told = Failure(traceback.format_exc())
    pipe.send(told)
