from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import Engine

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article, make_raw_article
from worker.listing import as_csv, jsonl, print_table
from worker.parsing.article import Author, ParsedArticle, Provenance, StatedTime
from worker.showing import detail_record, shown
from worker.storage import reading
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.record import RECORD_FIELDS
from worker.storage.store import Arrival, Store


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    return engine


def put(engine: Engine, text: str, *, title: str | None, entry_key: str = "e", **fields: object) -> None:
    raw = make_raw_article(entry_key=entry_key, body=text.encode())
    told = {"text": Provenance(origin="text", disagree={"json_ld": "900 words"})}
    parsed = ParsedArticle(text=text, title=title, provenance=told, **fields)  # type: ignore[arg-type]
    Store(engine).store([Arrival(raw_id=raw.raw_id, raw=raw, meta=b"{}", body=b"", parsed=parsed)], now=NOON)


def test_a_json_line_has_exactly_the_records_names_in_order(engine: Engine) -> None:
    put(engine, "The ferry sails.", title="Ferry")
    (line,) = jsonl(reading.articles(engine))
    assert tuple(json.loads(line)) == RECORD_FIELDS


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@x", "\tx", "＝1"])
def test_no_cell_of_a_table_for_spreadsheets_is_a_formula(engine: Engine, title: str) -> None:
    put(engine, "The ferry sails.", title=title)
    header, row = csv.reader(io.StringIO("\n".join(as_csv(reading.articles(engine)))))
    assert row[header.index("title")] == "'" + title


def test_a_text_of_paragraphs_is_one_cell(engine: Engine) -> None:
    put(engine, "One.\n\nTwo\rthree.", title="Ferry")
    header, row = csv.reader(io.StringIO("\r\n".join(as_csv(reading.articles(engine))), newline=""))
    assert row[header.index("text")] == "One.\n\nTwo\rthree."


def test_a_table_shows_the_beginning_of_what_has_no_title_and_no_control_characters(engine: Engine) -> None:
    put(engine, "The ferry\x1b[2J sails.", title=None)
    out = io.StringIO()
    print_table(reading.articles(engine), Console(file=out, width=120, highlight=False))
    assert "The ferry [2J sails." in out.getvalue()
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_a_table_of_any_width_keeps_id_time_with_zone_source_and_title_whole(engine: Engine, width: int) -> None:
    title = "Night train returns to Harrowmere after nineteen years of buses and of promises"
    published = StatedTime(local=datetime(2026, 3, 1, 9, 30, 5), offset_minutes=570, precision="second")  # noqa: DTZ001
    put(engine, "The train runs.", title=title, published=published)
    (row,) = reading.articles(engine)
    out = io.StringIO()

    print_table([replace(row, source="The Harrowmere and Lindtal Evening Courier")], Console(file=out, width=width))

    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert f"{row.public_id}  2026-03-01 09:30+09:30  " in out.getvalue()
    words = out.getvalue().split()
    assert all(word in words for word in f"{title} The Harrowmere and Lindtal Evening Courier".split())
    assert "…" not in out.getvalue()


@pytest.mark.parametrize(("precision", "shown_as"), [("day", "2026-03-01 "), ("minute", "2026-03-01 09:30 ")])
def test_a_table_shows_of_a_time_what_is_known(engine: Engine, precision: Any, shown_as: str) -> None:
    published = StatedTime(local=datetime(2026, 3, 1, 9, 30), offset_minutes=None, precision=precision)  # noqa: DTZ001
    put(engine, "The train runs.", title="Train", published=published)
    out = io.StringIO()
    print_table(reading.articles(engine), Console(file=out, width=80))

    assert shown_as in out.getvalue()


def test_an_article_is_shown_with_what_changed_and_where_its_fields_come_from(engine: Engine) -> None:
    put(engine, "One.\n\nTwo.", title="Ferry", authors=(Author(name="Ada Lind", email="ada@x.example"),))
    put(engine, "One.\n\nThree.", title="Ferry sails")
    (row,) = reading.articles(engine)
    detail = reading.article(engine, row.public_id)
    assert isinstance(detail, reading.ArticleDetail)
    lines = list(shown(detail))
    changed = ["~ title: Ferry {+sails+}", "- Two.", "+ Three."]
    assert {f"  {line}" for line in changed} <= set(lines)
    assert not [line for line in lines if line.endswith("One.") and line.startswith(("  -", "  +"))]
    record = detail_record(detail)
    assert record["revisions"][0]["diff"] == changed
    assert record["revisions"][0]["change"] == "text"
    assert record["provenance"] == {"text": {"origin": "text", "disagree": {"json_ld": "900 words"}}}


def test_a_story_is_shown_with_what_each_copy_shares(engine: Engine) -> None:
    paragraphs = make_paragraphs(1, 6)
    whole, cut = ("\n\n".join(each) for each in (paragraphs, paragraphs[:4]))
    for name, text in (("agency", whole), ("paper", cut)):
        parsed = make_parsed_article(title=f"Ferry, says {name}", text=text)
        Store(engine).store([make_arrival(parsed=parsed, source_key=f"seed:{name}", source=name)], now=NOON)
    (lead,) = reading.articles(engine)
    detail = reading.article(engine, lead.public_id)
    assert isinstance(detail, reading.ArticleDetail)

    (copy,) = detail_record(detail)["copies"]

    assert (copy["source"], copy["copy_of"], copy["reason"]) == ("paper", lead.public_id, "near_identical")
    assert copy["likeness"]["alike"]
    assert copy["likeness"]["shared_of_shorter"] == 1.0
    assert 0.5 < copy["likeness"]["shared_of_longer"] < 0.8
    assert any(
        line == f"  {copy['id']}  100%  paper  Ferry, says paper  (nearly the same text, or one contains the other)"
        for line in shown(detail)
    )


def test_every_sighting_is_shown_with_the_reason_why_it_is_this_article(engine: Engine) -> None:
    parsed = make_parsed_article(title="Ferry", text="\n\n".join(make_paragraphs(1, 6)))
    for name in ("agency", "paper", "agency"):  # the last one only says what it said
        seen_at = NOON - timedelta(hours=name == "paper")
        arrival = make_arrival(parsed=parsed, source_key=f"seed:{name}", source=name, seen_at=seen_at)
        Store(engine).store([replace(arrival, raw_id=f"{name} {seen_at}")], now=NOON)
    (row,) = reading.articles(engine)
    detail = reading.article(engine, row.public_id)
    assert isinstance(detail, reading.ArticleDetail)

    sightings = detail_record(detail)["sightings"]

    assert [(each["source"], each["reason"]) for each in sightings] == [
        ("paper", "same_text"),
        ("agency", "nothing_alike"),
    ]
    assert [line.rpartition("  ")[2] for line in shown(detail) if line.startswith("  2")] == [
        "(the same text in another entry)",
        "(nothing stored was alike)",
    ]
