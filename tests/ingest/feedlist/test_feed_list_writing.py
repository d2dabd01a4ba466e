from __future__ import annotations

import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feedlist.feed_list_writing import _string, add_feeds
from ingest.feedlist.sources import FeedSource, SourcesError, read_feed_list

QUAY = FeedSource(url="https://quay.example/rss", name='The "Quay"\t\\ 항구', tags=("sea",), interval_minutes=15)


def test_a_list_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "data" / "feeds.toml"
    assert add_feeds(path, [QUAY]) == (QUAY,)
    assert read_feed_list(path).feeds == (QUAY,)
    assert path.read_text(encoding="utf-8").startswith("[[feed]]\n")


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", "  # last words"])
def test_what_is_there_stays_as_it_was_written(tmp_path: Path, end: str) -> None:
    path = tmp_path / "feeds.toml"
    old = f'# my feeds\r\n[defaults]\nlanguage="en"\n\n[[feed]]\n  url = "https://a.example/"   # the first{end}'
    path.write_bytes(old.encode())
    path.chmod(0o640)
    add_feeds(path, [QUAY])
    assert path.read_bytes().startswith(old.encode())
    assert [feed.url for feed in read_feed_list(path).feeds] == ["https://a.example/", QUAY.url]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["feeds.toml"]


def test_a_feed_that_is_there_is_not_added_again(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    add_feeds(path, [QUAY])
    before = path.read_bytes()
    assert add_feeds(path, [QUAY, FeedSource(url=QUAY.url, name="another name")]) == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize("old", ['feed = [{ url = "https://a.example/" }]\n', '[[feed]]\nulr = "x"\n', "\xff"])
def test_a_list_that_cannot_be_added_to_is_left_alone(tmp_path: Path, old: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_bytes(old.encode("latin-1"))
    with pytest.raises(SourcesError, match=r"feeds\.toml"):
        add_feeds(path, [QUAY])
    assert path.read_bytes() == old.encode("latin-1")


def test_a_link_to_a_list_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "feeds.toml"
    real.write_text("")
    link.symlink_to(real)
    add_feeds(link, [QUAY])
    assert link.is_symlink()
    assert read_feed_list(real).feeds == (QUAY,)


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    feeds = [FeedSource(url=f"https://a.example/{number}") for number in range(24)]
    threads = [threading.Thread(target=add_feeds, args=(path, [feed])) for feed in feeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {feed.url for feed in read_feed_list(path).feeds} == {feed.url for feed in feeds}


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_any_string_is_written_so_that_toml_reads_it_back(value: str) -> None:
    assert tomllib.loads(f"x = {_string(value)}")["x"] == value
