from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete

from tests.factories import NOON, make_arrival, make_parsed_article
from worker.parsing.article import Author, ParsedArticle, Provenance
from worker.parsing_pool import Unparsed
from worker.reparse import ArticleChange, FieldChange, ReparseReport, Watch, difference, reparse
from worker.storage import archive
from worker.storage.archive import Selection, archived
from worker.storage.engine import make_engine
from worker.storage.migrations import migrate
from worker.storage.store import Store
from worker.storage.tables import raw_articles

Reading = Callable[[ParsedArticle], ParsedArticle | Unparsed]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE_ROWS", 2)


def stored(engine: Engine, count: int = 5) -> list[ParsedArticle]:
    texts = [make_parsed_article(title=f"Ferry {number}", text=f"The ferry {number} sails.") for number in range(count)]
    Store(engine).store([make_arrival(entry_key=each.text, parsed=each) for each in texts], now=NOON)
    return texts


class Run:
    """Reparses with a reader that sees what the stored parser saw; ``said`` is what the watcher was told."""

    def __init__(self, engine: Engine, read: Reading) -> None:
        self._engine, self._read = engine, read
        self._before = {each.meta: each.stored for page in archived(engine, Selection()) for each in page}
        self.changes: list[ArticleChange] = []
        self.failures: list[str] = []
        self.moved: list[int] = []

    def __call__(self, *, dry_run: bool = False, **selection: object) -> ReparseReport:
        watch = Watch(
            changed=self.changes.append, failed=lambda _, why: self.failures.append(why), moved=self.moved.append
        )
        chosen = Selection(**selection)  # type: ignore[arg-type]
        return reparse(self._engine, chosen, parse_all=self._parse_all, watch=watch, dry_run=dry_run)

    def _parse_all(self, packed: Sequence[tuple[bytes, bytes]]) -> list[ParsedArticle | Unparsed]:
        return [self._read(self._before[meta]) for meta, _ in packed]


def titles(engine: Engine) -> list[str | None]:
    return [each.stored.title for page in archived(engine, Selection()) for each in page]


def shouted(article: ParsedArticle) -> ParsedArticle:
    return replace(article, title=(article.title or "").upper(), tags=(), section="Sea")


def test_a_dry_run_counts_field_by_field_and_writes_nothing(engine: Engine) -> None:
    stored(engine)
    run = Run(engine, shouted)
    report = run(dry_run=True)
    assert (report.articles, report.changed, report.unchanged) == (5, 5, 0)
    assert {name: dict(ways) for name, ways in report.fields.items()} == {
        "title": {"changed": 5},
        "tags": {"vanished": 5},
        "section": {"appeared": 5},
    }
    assert titles(engine)[0] == "Ferry 0"
    assert run.moved == [2, 2, 1]


def test_the_change_is_made_once(engine: Engine) -> None:
    stored(engine)
    assert Run(engine, shouted)().changed == 5
    assert titles(engine) == [f"FERRY {number}" for number in range(5)]
    assert Run(engine, lambda article: article)().unchanged == 5


def test_what_is_killed_in_the_middle_is_done_as_far_as_it_got_and_the_rest_at_the_next_run(engine: Engine) -> None:
    stored(engine)

    def read_three(article: ParsedArticle) -> ParsedArticle:
        if article.title == "Ferry 3":
            raise KeyboardInterrupt
        return shouted(article)

    with pytest.raises(KeyboardInterrupt):
        Run(engine, read_three)()
    assert titles(engine) == ["FERRY 0", "FERRY 1", "Ferry 2", "Ferry 3", "Ferry 4"]
    report = Run(engine, shouted)()
    assert titles(engine) == [f"FERRY {number}" for number in range(5)]
    assert (report.changed, report.unchanged) == (3, 2)


def test_what_has_no_raw_article_or_cannot_be_read_is_counted_and_left(engine: Engine) -> None:
    stored(engine)
    first = next(archived(engine, Selection()))[0]
    with engine.begin() as connection:
        connection.execute(delete(raw_articles).where(raw_articles.c.raw_id == first.raw_id))
    run = Run(engine, lambda article: Unparsed(reason="no") if article.title == "Ferry 1" else shouted(article))
    report = run()
    assert (report.without_raw, report.failed, report.changed, report.exit_code) == (1, 1, 3, 1)
    assert run.failures == ["no"]
    assert titles(engine)[:2] == ["Ferry 0", "Ferry 1"]


def test_a_selection_is_kept_to(engine: Engine) -> None:
    stored(engine)
    ids = [each.public_id for each in next(archived(engine, Selection()))]
    assert Run(engine, shouted)(public_ids=ids[:1]).changed == 1
    assert titles(engine)[:2] == ["FERRY 0", "Ferry 1"]


def test_the_same_reading_is_no_difference_and_values_are_those_of_the_record() -> None:
    article = make_parsed_article()
    assert difference("a", article, make_parsed_article()) is None
    other = replace(article, authors=(Author(name="Bo Dahl"),), text="Two words", section="Sea")
    assert difference("a", article, other) == ArticleChange(
        public_id="a",
        fields=(
            FieldChange(
                field="authors",
                before=[{"name": "Ragna Lind", "email": "lind@example.org", "url": None}],
                after=[{"name": "Bo Dahl", "email": None, "url": None}],
            ),
            FieldChange(field="text", before=article.text, after="Two words"),
            FieldChange(field="section", before=None, after="Sea"),
        ),
        provenance=False,
    )


def test_provenance_alone_is_a_difference_without_fields() -> None:
    article = make_parsed_article()
    change = difference("a", article, replace(article, provenance={"title": Provenance(origin="meta")}))
    assert change == ArticleChange(public_id="a", fields=(), provenance=True)
    report = ReparseReport()
    report.count(change)
    assert {name: dict(ways) for name, ways in report.fields.items()} == {"provenance": {"changed": 1}}
