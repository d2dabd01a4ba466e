from __future__ import annotations

import contextlib
import gzip
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ingest.seeding import seeds as seeds_module
from ingest.seeding.seedfiles import spooled
from ingest.seeding.seeds import PassedOver, Refused, Seed, SeedItem, SeedReader, SeedSource, content_key
from tests.factories import make_raw_article
from tests.ingest.documents.test_nitf import nitf
from tests.ingest.seeding.warcs import Archive


async def feed_file(document: bytes, *, name: str, source: SeedSource) -> AsyncIterator[Seed]:
    yield SeedItem(input_id=f"{name} feed", raw=make_raw_article(entry_key="guid", body=document))


def reader(*paths: Path | str, stdin: BinaryIO | None = None, **source: Any) -> SeedReader:
    return SeedReader(
        map(str, paths), source=SeedSource(**source), read_feed=feed_file, spools={"-": stdin} if stdin else {}
    )


@pytest.fixture
def standard_input(tmp_path: Path) -> Iterator[Callable[[bytes], BinaryIO]]:
    with contextlib.ExitStack() as opened:
        yield lambda given: opened.enter_context(spooled(io.BytesIO(given)))


async def read(*paths: Path | str, **options: Any) -> list[Seed]:
    return [seed async for seed in reader(*paths, **options)]


async def items(*paths: Path | str, **options: Any) -> list[SeedItem]:
    found = await read(*paths, **options)
    assert not [seed for seed in found if isinstance(seed, Refused)]
    return [seed for seed in found if isinstance(seed, SeedItem)]


async def reasons(*paths: Path | str, **options: Any) -> list[str]:
    return [f"{seed.input_id}: {seed.reason}" for seed in await read(*paths, **options) if isinstance(seed, Refused)]


async def test_a_text_file_is_one_raw_article_named_by_its_base_name(tmp_path: Path) -> None:
    path = tmp_path / "ferry.txt"
    path.write_text("The ferry sails.")
    (item,) = await items(path, name="Courier", timezone="Asia/Seoul", language="en")
    assert item.input_id == str(path)
    raw = item.raw
    assert (raw.source_key, raw.source, raw.entry_key, raw.kind) == ("seed:Courier", "Courier", "ferry.txt", "text")
    assert (raw.body, raw.timezone, raw.language, raw.lane) == (b"The ferry sails.", "Asia/Seoul", "en", "backfill")


async def test_a_folder_names_its_files_by_their_path_below_it(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.txt").write_text("x")
    (tmp_path / "a" / "y.html").write_text("<p>y")
    (tmp_path / "a" / "z.png").write_bytes(b"\x89PNG")
    (tmp_path / "a" / ".hidden.txt").write_text("no")
    assert [item.raw.entry_key for item in await items(tmp_path / "a")] == ["b/x.txt", "y.html"]


async def test_gzipped_files_are_read_like_plain_ones(tmp_path: Path) -> None:
    (tmp_path / "x.txt.gz").write_bytes(gzip.compress(b"The ferry sails."))
    (tmp_path / "y.jsonl.gz").write_bytes(gzip.compress(b'{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n'))
    assert [item.raw.body for item in await items(tmp_path)] == [b"The ferry sails.", b"a", b"b"]


async def test_a_json_line_is_named_by_its_id_else_its_url_else_its_content(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [
        {"id": "1", "url": "https://c.example/1", "text": "a"},
        {"url": "https://c.example/2", "text": "b"},
        {"text": "c"},
    ]
    path.write_text("\n\n".join(json.dumps(line) for line in lines))
    keys = [item.raw.entry_key for item in await items(path)]
    assert keys == ["1", "https://c.example/2", content_key(b"c")]


async def test_a_lines_own_source_and_zone_win(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "a", "source": "Post", "timezone": "Asia/Seoul"}\n{"text": "b"}\n')
    first, second = await items(path, name="Courier", timezone="Europe/Oslo")
    assert (first.raw.source_key, first.raw.timezone) == ("seed:Post", "Asia/Seoul")
    assert (second.raw.source_key, second.raw.timezone) == ("seed:Courier", "Europe/Oslo")


async def test_broken_json_on_one_line_loses_that_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "1"}\n{"text": "2"}\n{"text": "3"\n{"text": "4"}\n{"text": "5"}\n')
    found = await read(path)
    assert [type(seed) for seed in found] == [SeedItem, SeedItem, Refused, SeedItem, SeedItem]
    assert isinstance(found[2], Refused)
    assert found[2].input_id == f"{path} line 3"
    assert found[2].reason.startswith("is not JSON")


@pytest.mark.parametrize(
    "document",
    [
        '{\n "id": "1",\n "text": "a"\n}',
        '[{"id": "1", "text": "a"}]',
        '[\n{"id": "1",\n"text": "a"}\n]',
        '{"id": "1", "text": "a"}',
    ],
)
async def test_a_json_document_may_be_printed_over_several_lines(tmp_path: Path, document: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(document)
    assert [(item.raw.entry_key, item.raw.body) for item in await items(path)] == [("1", b"a")]


async def test_feeds_and_json_feeds_go_to_the_feed_reader(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<rss/>")
    (tmp_path / "b.json").write_text('{"version": "https://jsonfeed.org/version/1.1", "items": []}')
    assert [item.raw.entry_key for item in await items(tmp_path)] == ["guid", "guid"]


@pytest.mark.parametrize(
    ("given", "kind", "count"),
    [
        (b'{"text": "a"}\n{"text": "b"}', "text", 2),
        (b'\xef\xbb\xbf  {"text": "a"}', "text", 1),
        (b"<!doctype html><p>a", "page", 1),
        (b"The ferry\nsails.", "text", 1),
    ],
)
async def test_standard_input_is_read_as_what_it_looks_like(
    given: bytes, kind: str, count: int, standard_input: Callable[[bytes], BinaryIO]
) -> None:
    found = await items("-", stdin=standard_input(given))
    assert ([item.raw.kind for item in found], len(found)) == ([kind] * count, count)


async def test_standard_input_can_be_told_what_it_is(standard_input: Callable[[bytes], BinaryIO]) -> None:
    (item,) = await items("-", stdin=standard_input(b"{curly} is a text"), form="text")
    assert (item.raw.body, item.raw.entry_key) == (b"{curly} is a text", content_key(b"{curly} is a text"))


async def test_what_was_read_once_can_be_read_again(standard_input: Callable[[bytes], BinaryIO]) -> None:
    seeds = reader("-", stdin=standard_input(gzip.compress(b'{"text": "a"}\n{"text": "b"}')))
    first = [seed async for seed in seeds]
    second = [seed async for seed in seeds]
    assert [s.raw.raw_id for s in first if isinstance(s, SeedItem)] == [
        s.raw.raw_id for s in second if isinstance(s, SeedItem)
    ]
    assert len(first) == 2


async def test_whatever_cannot_be_read_is_one_sentence_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "noise.html").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"x" * 9999)[:-9])
    (tmp_path / "good.txt").write_text("good")
    (tmp_path / "none").mkdir()
    found = await read(tmp_path, tmp_path / "missing.txt", tmp_path / "none")
    assert [seed.raw.body for seed in found if isinstance(seed, SeedItem)] == [b"good"]
    said = {Path(seed.input_id).name: seed.reason for seed in found if isinstance(seed, Refused)}
    assert said["empty.txt"] == said["empty.jsonl"] == "is empty"
    assert "binary" in said["noise.txt"]
    assert "no HTML" in said["noise.html"]
    assert "gzip" in said["cut.txt.gz"]
    assert said["missing.txt"] == "there is no such file or folder"
    assert "holds no file that can be an article" in said["none"]


async def test_a_body_that_is_too_long_is_refused_at_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.inbox.BODY_BYTES_MAX", 10)
    monkeypatch.setattr(seeds_module, "BODY_BYTES_MAX", 10)
    (tmp_path / "long.txt").write_text("x" * 99)
    assert ["at most 10 are taken" in reason for reason in await reasons(tmp_path / "long.txt")] == [True]


async def test_archives_and_nitf_are_told_by_ending_and_by_look(
    tmp_path: Path, standard_input: Callable[[bytes], BinaryIO]
) -> None:
    archive = Archive().respond("https://c.example/a").respond("https://c.example/b").data
    (tmp_path / "a.warc.gz").write_bytes(archive)
    (tmp_path / "b.xml").write_bytes(nitf())
    (tmp_path / "c.nitf.gz").write_bytes(gzip.compress(nitf().replace(b"n-1", b"n-2")))
    found = await items(tmp_path)
    assert [item.raw.entry_key for item in found] == ["https://c.example/a", "https://c.example/b", "n-1", "n-2"]
    for given, keys in ((archive, ["https://c.example/a", "https://c.example/b"]), (nitf(), ["n-1"])):
        assert [item.raw.entry_key for item in await items("-", stdin=standard_input(given))] == keys


async def test_what_an_archive_holds_besides_pages_is_no_refusal(tmp_path: Path) -> None:
    archive = Archive().add("warcinfo", None, b"x").respond("https://c.example/a", status="404 Not Found")
    (tmp_path / "a.warc").write_bytes(archive.data)
    assert [seed.reason for seed in await read(tmp_path) if isinstance(seed, PassedOver)] == [
        "warcinfo record",
        "HTTP status 404",
    ]
