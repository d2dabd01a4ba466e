from __future__ import annotations

from pathlib import Path

import pytest

from ingest.feed_list_file import FeedListFile
from ingest.sources import SourcesError


def urls(feeds: FeedListFile) -> list[str]:
    return [feed.url for feed in feeds()]


def test_a_changed_list_is_read_again_and_a_broken_one_leaves_the_last(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[[feed]]\nurl = "https://a.example/"\n')
    feeds = FeedListFile(path)
    assert urls(feeds) == ["https://a.example/"]
    path.write_text('[[feed]]\nurl = "https://a.example/"\n[[feed]]\nurl = "https://b.example/"\n')
    assert urls(feeds) == ["https://a.example/", "https://b.example/"]
    path.write_text("[[feed\n")
    assert len(urls(feeds)) == 2
    path.unlink()
    assert len(urls(feeds)) == 2
    path.write_text('[[feed]]\nurl = "https://c.example/"\n')
    assert urls(feeds) == ["https://c.example/"]


def test_an_unchanged_list_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[[feed]]\nurl = "https://a.example/"\n')
    feeds = FeedListFile(path)
    assert feeds() is feeds()


def test_a_list_that_was_never_readable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourcesError):
        FeedListFile(tmp_path / "feeds.toml")
