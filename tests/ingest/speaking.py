"""A speaker whose words the tests of commands read."""

from __future__ import annotations

import io

from ingest.speaker import Speaker


def speaker() -> Speaker:
    return Speaker(out=io.StringIO(), err=io.StringIO())


def said(one: Speaker) -> str:
    assert isinstance(one.err, io.StringIO)
    return one.err.getvalue()


def result(one: Speaker) -> str:
    assert isinstance(one.out, io.StringIO)
    return one.out.getvalue()
