from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from tests.factories import NOON, make_arrival, make_paragraphs, make_parsed_article
from worker.cli import add_commands
from worker.explain_command import NotFoundError, explanation_of
from worker.explaining import conclusion, explained, explanation_record
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.reading import articles
from worker.storage.store import Store

RECORDS = Path(__file__).parents[2] / "docs" / "records.md"
WHOLE = make_paragraphs("story", 9)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    return engine


def put(engine: Engine, name: str, paragraphs: list[str]) -> str:
    parsed = make_parsed_article(title=f"Ferry, says {name}", text="\n\n".join(paragraphs))
    Store(engine).store([make_arrival(parsed=parsed, source_key=f"feed:{name}", source=name)], now=NOON)
    return next(row.public_id for row in articles(engine, all_=True) if row.source == name)


def test_two_copies_are_explained_with_the_numbers_that_decided(engine: Engine) -> None:
    agency, paper = put(engine, "agency", WHOLE), put(engine, "paper", WHOLE[:6])

    record = json.loads(json.dumps(explanation_record(explanation_of(engine, agency, paper[:8]))))

    assert record["one_story"]
    assert record["conclusion"] == "They are one story: the shorter text shares 100% of its windows with the longer."
    assert record["likeness"]["alike"]
    assert record["likeness"]["shared_of_shorter"] == 1.0
    assert record["sampled_windows_shared"] >= 10
    assert (record["a"]["settled"], record["b"]["settled"]) == ("stored (nothing_alike)", "copied (near_identical)")
    assert record["a"]["in_index"] == record["a"]["sampled"]
    assert (record["same_source"], record["same_title"], record["same_text"], record["update_chain"]) == (False,) * 4


def test_two_articles_without_anything_in_common_are_two_stories(engine: Engine) -> None:
    one, other = put(engine, "one", WHOLE), put(engine, "other", make_paragraphs("other", 9))

    explanation = explanation_of(engine, one, other)

    assert not explanation.one_story
    assert conclusion(explanation).startswith("They are two stories: the shorter text shares 0% of its windows")


def test_what_a_third_article_joins_is_explained_by_the_way_over_it(engine: Engine) -> None:
    head, tail = put(engine, "head", WHOLE[:4]), put(engine, "tail", WHOLE[5:])
    bridge = put(engine, "bridge", WHOLE)

    explanation = explanation_of(engine, head, tail)

    assert explanation.one_story
    assert explanation.way == (head, bridge, tail)
    record = explanation_record(explanation)
    assert record["a"]["merged_stories"] == [tail]
    assert f"joined by {head} - {bridge} - {tail}" in record["conclusion"]


def test_one_article_is_one_article(engine: Engine) -> None:
    agency = put(engine, "agency", WHOLE)

    assert conclusion(explanation_of(engine, agency, agency)) == "They are one article."


def test_two_files_are_compared_without_a_store(tmp_path: Path) -> None:
    text, page = tmp_path / "a.txt", tmp_path / "b.html"
    text.write_text("\n\n".join(WHOLE))
    page.write_text(f"<html><body><article>{''.join(f'<p>{each}</p>' for each in WHOLE[:6])}</article></body></html>")

    explanation = explanation_of(None, str(text), str(page))

    assert explanation.one_story
    assert explanation.likeness.alike


def test_the_command_asks_no_store_about_two_files(tmp_path: Path) -> None:
    def database_url(data: Path | None) -> str:
        raise AssertionError(f"asked for the store in {data}")

    app = typer.Typer()
    add_commands(app, database_url, replay=lambda: None)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n\n".join(WHOLE))

    explain = ["dedupe", "--json", "--explain", str(tmp_path / "a.txt")]
    done = CliRunner().invoke(app, [*explain, str(tmp_path / "b.txt")])

    assert json.loads(done.stdout)["one_story"], done.output
    assert isinstance(CliRunner().invoke(app, [*explain, "abc"]).exception, AssertionError)


def test_nothing_that_a_stranger_wrote_steers_the_terminal(engine: Engine) -> None:
    parsed = make_parsed_article(title="Ferry \x1b[2J", text="\n\n".join(WHOLE))
    Store(engine).store([make_arrival(parsed=parsed)], now=NOON)
    (row,) = articles(engine)

    lines = list(explained(explanation_of(engine, row.public_id, row.public_id)))

    assert any("Ferry  [2J" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_what_is_not_there_is_said(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no article has the id 'abc' and no file is called so"):
        explanation_of(engine, "abc", "abc")
    with pytest.raises(NotFoundError, match="cannot be read: No such file"):
        explanation_of(None, str(tmp_path / "no.txt"), "abc")


def test_every_word_of_an_explanation_is_documented(engine: Engine) -> None:
    agency, paper = put(engine, "agency", WHOLE), put(engine, "paper", WHOLE[:6])
    record = explanation_record(explanation_of(engine, agency, paper))
    own = {
        "one_story",
        "conclusion",
        "a",
        "b",
        "likeness",
        "same_source",
        "same_title",
        "same_text",
    }
    words = {*record, *record["likeness"], "windows", "sampled", "in_index", "settled", "merged_stories"} - own

    documented = set(re.findall(r"`(\w+)`", RECORDS.read_text(encoding="utf-8")))

    assert words <= documented
