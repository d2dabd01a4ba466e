from __future__ import annotations

from pathlib import Path

import pytest

from ingest.feedlist.sources import FeedSource, SourcesError, new_feed, read_feed_list


def feeds_toml(folder: Path, text: str) -> Path:
    path = folder / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read_and_defaults_fill_the_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOUR_TOKEN", "s3cret")
    path = feeds_toml(
        tmp_path,
        """
[defaults]
interval_minutes = 45
language = "en"

[[feed]]
url = "https://news.example/rss"
name = "Harbour News"
timezone = "Europe/Helsinki"
language = "fi"
tags = ["sea", "ports"]
full_text = "never"
headers = { Authorization = "Bearer ${HARBOUR_TOKEN}" }
identity = "link"

[[feed]]
url = "https://other.example/rss"
enabled = false
""",
    )
    first, second = read_feed_list(path).feeds
    assert first == FeedSource(
        url="https://news.example/rss",
        name="Harbour News",
        interval_minutes=45,
        timezone="Europe/Helsinki",
        language="fi",
        tags=("sea", "ports"),
        full_text="never",
        headers={"Authorization": "Bearer s3cret"},
        identity="link",
    )
    assert (second.interval_minutes, second.language, second.enabled) == (45, "en", False)
    assert "s3cret" not in repr(first)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[feed]]\nurl = "https://a.example/"\nurls = 1\n', "line 3: urls is not a key that is known here"),
        ('[[feed]]\nurl = "https://a.example/"\n[[feed]]\nname = "x"\n', "line 3: a feed has no url"),
        ('[feeds]\nurl = "x"\n', "line 1: feeds is not a key that is known here"),
        ('[defaults]\nurl = "https://a.example/"\n', "line 2: url belongs to one feed"),
        ('[defaults]\n\ntimezon = "UTC"\n', "line 3: timezon is not a key"),
        (
            '[[feed]]\nurl = "ftp://a.example/"\n',
            "line 2: url = 'ftp://a.example/' cannot be used: only http and https",
        ),
        (
            '[[feed]]\nurl = "https://a.example/"\ntimezone = "Mars"\n',
            "line 3: timezone = 'Mars' cannot be used: no such",
        ),
        ('[[feed]]\nurl = "https://a.example/"\nlanguage = "?"\n', "line 3: language = '?' cannot be used"),
        ('[[feed]]\nurl = "https://a.example/"\ninterval_minutes = 0\n', "line 3: interval_minutes = 0 cannot be used"),
        ('[[feed]]\nurl = "https://a.example/"\ninterval_minutes = "1"\n', "line 3: interval_minutes = '1' cannot"),
        (
            '[[feed]]\nurl = "https://a.example/"\n[feed.headers]\nHost = "b"\n',
            "line 3: headers cannot be used: the header",
        ),
        ('[[feed]]\nurl = "https://a.example/"\nheaders = { A = "$NO_SUCH" }\n', "NO_SUCH is not set"),
        ('[[feed]]\nurl = "https://a.example/"\nheaders = { A = "b\\nc" }\n', "not a header that can be sent"),
        ("[[feed]\n", "at line 1"),
        ('feed = "x"\n', "written as [[feed]] tables"),
        ("feed = [1]\n", "written as [[feed]] tables"),
        ("just some words\n", "feeds.toml"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file_and_the_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = feeds_toml(tmp_path, text)
    with pytest.raises(SourcesError) as caught:
        read_feed_list(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("name = 3", "name = 3 cannot be used: it has to be a text"),
        ("tags = 'world'", "it has to be a list of texts like"),
        ("tags = [1]", "it has to be a list of texts like"),
        ("interval_minutes = 1.5", "it has to be a whole number of minutes from 1 to 10080"),
        ("interval_minutes = 0", "it has to be a whole number of minutes from 1 to 10080"),
        ("timezone = 3", 'it has to be a name like "Europe/Helsinki"'),
        ("language = []", 'it has to be a tag like "en" or "pt-BR"'),
        ("full_text = 'maybe'", 'it has to be "auto", "always" or "never"'),
        ("headers = 'X-Key: 1'", "headers cannot be used: it has to be a table of texts"),
        ("identity = 'url'", 'it has to be "auto", "guid" or "link"'),
        ("enabled = 'yes'", "enabled = 'yes' cannot be used: it has to be true or false"),
        ("url = 3", "it has to be an http:// or https:// address"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_our_words(tmp_path: Path, line: str, wanted: str) -> None:
    address = "" if line.startswith("url") else 'url = "https://a.example/"\n'
    with pytest.raises(SourcesError) as caught:
        read_feed_list(feeds_toml(tmp_path, f"[[feed]]\n{address}{line}\n"))
    assert wanted in str(caught.value)
    assert "nput should" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("FEED:HTTP://a.example/rss", "HTTP://a.example/rss"),
        ("feed:a.example/rss", "http://a.example/rss"),
        ("https://a.example/feed:x", "https://a.example/feed:x"),
    ],
)
def test_an_address_that_browsers_hand_to_feed_readers_is_the_web_address_meant(
    tmp_path: Path, given: str, meant: str
) -> None:
    path = tmp_path / "list.opml"
    path.write_text(f'<opml><body><outline text="A" xmlUrl="{given}"/></body></opml>')
    assert [feed.url for feed in read_feed_list(path).feeds] == [meant]
    assert new_feed(url=given).url == meant


@pytest.mark.parametrize(("text", "why"), [("", "is empty"), ("\n", "is empty"), ("hello", "is no OPML file")])
def test_what_is_called_opml_and_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "list.opml"
    path.write_text(text)
    with pytest.raises(SourcesError, match=rf"list\.opml {why}\.$"):
        read_feed_list(path)


def test_a_secret_header_is_not_shown_in_its_error(tmp_path: Path) -> None:
    path = feeds_toml(tmp_path, '[[feed]]\nurl = "https://a.example/"\nheaders = { Host = "hush" }\n')
    with pytest.raises(SourcesError) as caught:
        read_feed_list(path)
    assert "hush" not in str(caught.value)


def test_a_missing_list_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match=r"feeds\.toml cannot be read: No such file"):
        read_feed_list(tmp_path / "feeds.toml")


def test_user_info_is_no_part_of_a_feed(tmp_path: Path) -> None:
    path = feeds_toml(tmp_path, '[[feed]]\nurl = "https://reader:pass@News.example/rss"\n')
    (feed,) = read_feed_list(path).feeds
    assert feed.url == "https://News.example/rss"
    assert feed.source_key == "feed:https://News.example/rss"


def test_a_feed_in_ones_own_network_may_be_listed(tmp_path: Path) -> None:
    path = feeds_toml(tmp_path, '[[feed]]\nurl = "http://10.0.0.7:8080/rss"\n')
    assert read_feed_list(path).feeds[0].url == "http://10.0.0.7:8080/rss"


def test_the_feed_id_is_that_of_the_url_alone() -> None:
    assert FeedSource(url="https://a.example/", name="x").feed_id == FeedSource(url="https://a.example/").feed_id
    assert FeedSource(url="https://a.example/").feed_id != FeedSource(url="https://b.example/").feed_id


OPML = """<?xml version="1.0" encoding="{encoding}"?>
<opml version="2.0"><head><title>Lists</title></head><body>
<outline text="뉴스"><outline text="항구" type="rss" xmlUrl="https://a.example/rss?x=1&amp;y=2"/>
<outline text="Ports"><outline title="Quay" xmlUrl="https://b.example/rss"/></outline></outline>
<outline text="bad" xmlUrl="javascript:alert(1)"/><outline text="worse" xmlUrl="not an address"/>
<outline text="again" xmlUrl="https://b.example/rss#top"/>
</body></opml>"""


@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr", "utf-16"])
def test_opml_is_read_in_any_encoding_with_folders_as_tags_and_bad_outlines_noted(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "list.xml"
    path.write_bytes(OPML.format(encoding=encoding).encode(encoding))
    found = read_feed_list(path)
    assert [(feed.url, feed.name, feed.tags) for feed in found.feeds[:2]] == [
        ("https://a.example/rss?x=1&y=2", "항구", ("뉴스",)),
        ("https://b.example/rss", "Quay", ("뉴스", "Ports")),
    ]
    assert found.unusable == 2
    assert "javascript" in found.notes[0]
    assert "only http and https" in found.notes[0]


def test_an_opml_bomb_costs_neither_time_nor_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bomb.opml"
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;">]>'
    deep = '<outline text="x">' * 10_000
    path.write_text(f'{entity}<opml><body><outline text="&b;" xmlUrl="https://a.example/"/>{deep}</body></opml>')
    (feed,) = read_feed_list(path).feeds
    assert feed.name == "&b;"


def test_any_other_xml_is_said_to_be_no_list(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><body>Hello</body></html>")
    with pytest.raises(SourcesError, match="neither a feeds"):
        read_feed_list(path)


def test_thousands_of_feeds_are_read_and_doubles_are_noted(tmp_path: Path) -> None:
    blocks = "".join(f'[[feed]]\nurl = "https://a.example/{number % 3000}"\n' for number in range(3001))
    found = read_feed_list(feeds_toml(tmp_path, blocks))
    assert len(found.feeds) == 3000
    assert found.notes == ("left out 'https://a.example/0': it is listed twice",)


def test_a_single_feed_is_checked_as_those_of_a_file_are() -> None:
    assert new_feed(url=" https://a.example/ ", name=None).url == "https://a.example/"
    with pytest.raises(SourcesError, match="timezone = 'Nowhere' cannot be used"):
        new_feed(url="https://a.example/", timezone="Nowhere")


def test_thousands_of_nested_outlines_are_read_with_all_their_folders(tmp_path: Path) -> None:
    rows = "".join(
        f'<outline text="f{folder}"><outline text="g"><outline text="h">'
        + "".join(f'<outline text="{n}" xmlUrl="https://a{folder}.example/{n}"/>' for n in range(100))
        + "</outline></outline></outline>"
        for folder in range(50)
    )
    path = tmp_path / "list.opml"
    path.write_text(f"<opml><body>{rows}</body></opml>")
    found = read_feed_list(path)
    assert (len(found.feeds), found.notes, found.whole) == (5_000, (), True)
    assert found.feeds[-1].tags == ("f49", "g", "h")


@pytest.mark.parametrize("end", ["", "</body>"])
def test_an_opml_file_that_ends_in_the_middle_is_noted(tmp_path: Path, end: str) -> None:
    path = tmp_path / "list.opml"
    path.write_text(f'<opml><body><outline text="A" xmlUrl="https://a.example/"/>{end}')
    found = read_feed_list(path)
    assert (len(found.feeds), found.whole, found.unusable) == (1, False, 0)
    assert "ends in the middle" in found.notes[0]


def test_feeds_for_feed_is_understood(tmp_path: Path) -> None:
    path = feeds_toml(tmp_path, '[[feeds]]\nurl = "https://a.example/"\n')
    with pytest.raises(
        SourcesError, match=r"line 1: feeds is not a key that is known here .* did you mean \[\[feed\]\]\?"
    ):
        read_feed_list(path)
