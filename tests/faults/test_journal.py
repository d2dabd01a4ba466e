"""The list of the driver: each article once, under the id of what was handed in, and lines to be read afterwards."""

from __future__ import annotations

import json
import random
from pathlib import Path

from ingest.seeding.items import SeedSource
from ingest.seeding.jsonlines import Line, read_line
from tests.faults.handing_in import line
from tests.faults.journal import Handed, Journal, of_a_seed
from tests.faults.texts import Writer

ARTICLE = Writer(random.Random(1)).article()


def test_an_article_is_in_the_list_by_its_raw_id_however_often_it_is_handed_in(tmp_path: Path) -> None:
    raw = of_a_seed(ARTICLE)
    with Journal(tmp_path / "journal.jsonl") as journal:
        for _ in range(2):
            journal.hand_in([raw])
        assert journal.handed_in == {raw.raw_id: Handed(key=("seed", ARTICLE.key), title=ARTICLE.title)}


def test_what_was_done_is_written_as_it_is_done(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.hand_in([of_a_seed(ARTICLE)])
        journal.say("kill broker", took=1.5)
        lines = [json.loads(each) for each in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [each["what"] for each in lines] == ["handed in", "kill broker"]
    assert lines[0]["raw_id"] == of_a_seed(ARTICLE).raw_id
    assert lines[1]["took"] == 1.5


def test_a_line_is_accepted_under_the_raw_id_that_the_driver_derives() -> None:
    read = read_line(line(ARTICLE).encode())
    assert isinstance(read, Line)
    assert read.id is not None
    raw = SeedSource().raw_article(entry_key=read.id, kind=read.kind, body=read.body, stated=read.stated)
    assert raw.raw_id == of_a_seed(ARTICLE).raw_id
