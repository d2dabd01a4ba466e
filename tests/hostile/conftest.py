from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.connects import Connects, watched_connects


@pytest.fixture
def connects() -> Iterator[Connects]:
    """Every address that this process tries to connect to, seen below all libraries."""
    with watched_connects() as seen:
        yield seen
