"""Feeds through the whole embedded stack, from real servers, good and bad."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.commands import copydesk
from tests.e2e.servers import body, hang, rss, web

pytestmark = pytest.mark.e2e


def test_one_good_feed_is_stored_and_each_bad_one_has_its_reason(data: Path, tmp_path: Path) -> None:
    page = body("<!doctype html><html><body><p>Not a feed.</p></body></html>", "text/html")
    with web({"/rss": body(rss("Ferry sinks"), "application/rss+xml"), "/hangs": hang, "/page": page}) as site:
        feeds = tmp_path / "feeds.toml"
        names = {"good": "/rss", "gone": "/404", "hangs": "/hangs", "page": "/page"}
        entries = [f'[[feed]]\nname = "{name}"\nurl = "{site}{path}"\n' for name, path in names.items()]
        feeds.write_text("\n".join([*entries, '[[feed]]\nname = "private"\nurl = "http://10.0.0.1/rss"\n']))
        began = time.monotonic()
        done = copydesk(
            "run", "--once", "--feeds", feeds, "--data", data,
            variables={
                "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
                "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
                "COPYDESK_HOST_PAUSE_SECONDS": "0",
                "COPYDESK_PAGE_PAUSE_SECONDS": "0",
            },
        )  # fmt: skip
        assert time.monotonic() - began < 60
    said = {line.split(":")[0]: line for line in done.err.splitlines()}
    assert done.code == 0, done.err
    assert "404" in said["gone"]
    assert "15 s" in said["hangs"] or "30 s" in said["hangs"]
    assert "web page" in said["page"] or "HTML" in said["page"]
    assert "COPYDESK_FETCH_ALLOW_NETWORKS" in said["private"]
    (record,) = copydesk("articles", "--format", "jsonl", "--data", data).jsonl
    assert (record["title"], record["source"], record["sightings"][0]["entry_key"]) == (
        "Ferry sinks",
        "good",
        "g-Ferry sinks",
    )


def test_what_a_feed_carries_is_taken_once_and_once_more_when_it_changes(data: Path, tmp_path: Path) -> None:
    pages = {"/rss": body(rss("Ferry sinks", "Ferry rises"), "application/rss+xml")}
    with web(pages) as site:
        variables = {
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
            "COPYDESK_HOST_PAUSE_SECONDS": "0",
            "COPYDESK_PAGE_PAUSE_SECONDS": "0",
        }
        feeds = tmp_path / "feeds.toml"
        feeds.write_text(f'[[feed]]\nurl = "{site}/rss"\n')
        run = ("run", "--once", "--feeds", feeds, "--data", data)
        assert "stored 2" in copydesk(*run, variables=variables).err
        assert "stored 0" in copydesk(*run, variables=variables).err
        pages["/rss"] = body(rss("Ferry sinks", "Ferry rises").replace("so far", "by now", 1), "application/rss+xml")
        assert "stored 0 · revised 1" in copydesk(*run, variables=variables).err
    (totals,) = [copydesk("status", "--json", "--data", data).json["totals"]]
    assert (totals["stored"], totals["revised"], totals["duplicates"]) == (2, 1, 0)


def test_a_feed_is_added_listed_checked_and_imported(data: Path, tmp_path: Path) -> None:
    with web({"/rss": body(rss("Ferry sinks"), "application/rss+xml")}) as site:
        variables = {
            "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
        }
        added = copydesk("feeds", "add", f"{site}/rss", "--data", data, variables=variables)
        assert (added.code, "Added" in added.err) == (0, True), added.err
        checked = copydesk("feeds", "check", "--json", "--data", data, variables=variables)
        assert (checked.code, [line["ok"] for line in checked.jsonl]) == (0, [True])
    listed = copydesk("feeds", "list", "--json", "--data", data)
    assert (listed.code, [line["name"] for line in listed.jsonl]) == (0, ["Courier"])
    imported = copydesk("feeds", "import", data / "feeds.toml", "--data", tmp_path / "other")
    assert (imported.code, "Added 1 feed " in imported.err) == (0, True), imported.err


def test_teasers_become_articles_with_the_text_of_their_pages(data: Path, tmp_path: Path) -> None:
    paragraphs = "".join(
        f"<p>Paragraph {n}: the ferry sailed from Varsland at dawn with forty people on board.</p>" for n in range(5)
    )
    head = "<!doctype html><html lang='en'><head><title>Ferry sails</title></head>"
    article = f"{head}<body><article><h1>Ferry sails</h1>{paragraphs}</article></body></html>"
    pages = {
        "/robots.txt": body("User-agent: Copydesk\nDisallow: /private/\n", "text/plain"),
        "/open/1": body(article, "text/html; charset=utf-8"),
        "/private/2": body(article, "text/html; charset=utf-8"),
    }
    with web(pages) as site:
        items = "".join(
            f"<item><guid>{path}</guid><title>Ferry sails</title><link>{site}{path}</link>"
            f"<description>A teaser of {path}…</description></item>"
            for path in ("/open/1", "/private/2", "/gone/3")
        )
        pages["/rss"] = body(f'<rss version="2.0"><channel><title>Courier</title>{items}</channel></rss>', "text/xml")
        feeds = tmp_path / "feeds.toml"
        feeds.write_text(f'[[feed]]\nurl = "{site}/rss"\n')
        done = copydesk(
            "run", "--once", "--feeds", feeds, "--data", data,
            variables={
                "COPYDESK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
                "COPYDESK_FETCH_ALLOW_PORTS": site.rsplit(":", 1)[1],
                "COPYDESK_HOST_PAUSE_SECONDS": "0",
                "COPYDESK_PAGE_PAUSE_SECONDS": "0",
            },
        )  # fmt: skip
    assert done.code == 0, done.err
    assert "getting 3 articles' pages" in done.err
    assert (
        "3 new of 3 entries; 1 with their page, 2 without (1 nothing is there (404), 1 not allowed by robots.txt)"
        in done.err
    )
    records = {
        record["sightings"][0]["entry_key"]: record
        for record in copydesk("articles", "--all", "--format", "jsonl", "--data", data).jsonl
    }
    assert records["/open/1"]["text"].count("\n\n") == 4
    assert records["/open/1"]["flags"] == []
    assert records["/open/1"]["summary"] == "A teaser of /open/1…"
    assert records["/private/2"]["text"] == "A teaser of /private/2…"
    assert records["/private/2"]["flags"] == ["page_robots", "page_unavailable"]
    assert records["/gone/3"]["flags"] == ["page_gone", "page_unavailable"]
