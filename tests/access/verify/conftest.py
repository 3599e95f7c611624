"""Logs on paper, and the verifier run over them."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout

import pytest

from access.verify.__main__ import main
from bench.paper_log import PaperLog, public_of


class Answer:
    """What the verifier said."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def body(self):
        return json.loads(self.out)

    @property
    def kinds(self):
        return {fault["kind"] for fault in self.body["faults"]}

    @property
    def text(self):
        return " ".join(fault["sentence"] for fault in self.body["faults"])


def run(*arguments):
    """The verifier as a function: its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def log():
    """Sixty entries under six heads."""
    made = PaperLog()
    for _head in range(6):
        for _entry in range(10):
            made.add()
        made.seal()
    return made


@pytest.fixture
def verify(tmp_path):
    """Checks a log on paper; `kept` is the place of the head that the client kept."""

    def check(made, *more, kept=1, since=None, key=None, heads=None):
        first = made.keys[0]["public"] if key is None else key
        files = made.write(tmp_path)
        if heads is not None:
            files[1].write_text(json.dumps(heads))
        told = since if since is not None else ([made.heads[kept].text()] if kept is not None else [])
        arguments = [part for head in told for part in ("--since", head)]
        return run(*files, "--key", first, *arguments, "--json", *more)

    return check


@pytest.fixture
def pinned(log):
    """The key that the client pinned."""
    return public_of(log.key)
