from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.web import politeness


@dataclass
class Starts:
    """By the gate's own clock, when each turn began: of all of them, and of pages. A server's clock would also measure
    how long a request was under way, which a busy machine stretches at will."""

    turns: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    """Filled as domains are asked."""
    noted = Starts()
    kinds = {"last_start": noted.turns, "last_page_start": noted.pages}

    class Noted(politeness._Domain):
        def __setattr__(self, name: str, value: Any) -> None:
            if name in kinds and value > 0:
                kinds[name].append(value)
            super().__setattr__(name, value)

    monkeypatch.setattr(politeness, "_Domain", Noted)
    return noted
