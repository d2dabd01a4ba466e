from __future__ import annotations

import json
from pathlib import Path

import pytest

from copydesk.parse import parse_all
from ingest.seed_command import SeedRequest
from tests.ingest.documents.test_nitf import nitf
from tests.ingest.seeding.warcs import Archive


def test_an_archive_gives_a_record_for_each_page_and_each_that_cannot_be_read_and_none_for_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Archive().respond("https://c.example/a").respond("https://c.example/b", status="404 Not Found")
    archive.respond("https://c.example/c", b"x" * 90, http={"Content-Encoding": "br"})
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(archive.data)
    said: list[str] = []
    assert parse_all(SeedRequest(paths=(str(path),)), say=said.append) == 1
    page, broken = map(json.loads, capsys.readouterr().out.splitlines())
    assert (page["input_id"], page["url"]) == (f"{path} record 1 (https://c.example/a)", "https://c.example/a")
    assert page["title"] == "Night ferry"
    assert broken["flags"] == ["parse_failed"]
    assert said == [f"refused: {path} record 3 (https://c.example/c): is encoded as 'br', which is not read here"]


def test_a_nitf_document_is_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(nitf())
    assert parse_all(SeedRequest(paths=(str(path),)), say=print) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["title"], record["published_at"]) == ("Night ferry", "2026-03-01T09:30:00+01:00")
    assert record["text"] == "The ferry sails at dawn.\n\nIt is full."
