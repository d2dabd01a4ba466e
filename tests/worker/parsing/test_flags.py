"""docs/records.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from ingest.feed_events import FeedEventType
from ingest.seeding import jsonlines
from worker.parsing import flags
from worker.parsing.article import ParsedArticle
from worker.record import parsed_fields
from worker.storage.events import TYPES
from worker.storage.record import RECORD_FIELDS

DOCS = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return DOCS.split(f"## {heading}\n")[1].split("\n## ")[0]


def documented(heading: str) -> list[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", section(heading), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def test_every_flag_is_documented_with_its_meaning_and_whether_it_hides() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\| (.+) \|$", section("Flags"), re.MULTILINE)
    assert {name: meaning for name, _, meaning in rows} == flags.MEANING
    assert {name for name, hidden, _ in rows if hidden} == flags.HIDDEN


def test_every_constant_is_a_flag_and_every_flag_has_a_constant() -> None:
    constants = {value for name, value in vars(flags).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(flags.MEANING)


def test_every_field_of_the_record_is_documented() -> None:
    parsing = documented("Fields that come from parsing")
    assert parsing == list(parsed_fields(ParsedArticle()))
    assert set(parsing + documented("Fields that come from the store")) == set(RECORD_FIELDS)


def test_every_key_of_a_json_line_is_documented() -> None:
    assert set(documented("What a JSON line may hold")) == set(jsonlines._Fields.model_fields)


def test_origins_are_documented_in_their_order() -> None:
    named = re.findall(r"`(\w+)`", section("Which statement counts").split("Four exceptions")[0])
    order = [name for name in named if name in ("seed", "json_ld", "microdata", "meta", "feed", "page", "url", "text")]
    assert order == ["seed", "json_ld", "microdata", "meta", "feed", "page", "url", "text"]


def test_every_event_is_documented() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \|", section("Events"), re.MULTILINE)
    assert rows == [*TYPES, *get_args(FeedEventType)]
