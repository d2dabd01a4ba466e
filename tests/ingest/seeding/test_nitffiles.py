from __future__ import annotations

from pathlib import Path

from ingest.seeding.items import Refused, SeedItem, SeedSource
from ingest.seeding.nitffiles import nitf_articles
from ingest.seeding.seedfiles import SeedFile
from tests.ingest.documents.test_nitf import nitf

GIVEN = SeedFile(name="in/a.xml", entry_key="a.xml", path=Path("in/a.xml"), form="feed")
SOURCE = SeedSource(name="wire", timezone="Asia/Seoul")


def test_a_document_is_named_by_its_own_id_else_by_its_file() -> None:
    (item,) = nitf_articles(nitf(), given=GIVEN, source=SOURCE)
    (nameless,) = nitf_articles(nitf(head="<head/>"), given=GIVEN, source=SOURCE)
    assert isinstance(item, SeedItem)
    assert isinstance(nameless, SeedItem)
    assert (item.raw.source_key, item.raw.entry_key, item.raw.kind) == ("seed:wire", "n-1", "fragment")
    assert (item.input_id, item.raw.timezone) == ("in/a.xml", "Asia/Seoul")
    assert nameless.raw.entry_key == "a.xml"


def test_each_article_of_a_package_stands_for_itself() -> None:
    inner = [nitf(text, head="<head/>").decode().partition("?>")[2] for text in ("<p>One.</p>", "<p>Two.</p>", "")]
    inner[2] = inner[2].replace("Night ferry", "")
    package = f"<newsMessage>{''.join(inner)}</newsMessage>".encode()
    one, two, none = nitf_articles(package, given=GIVEN, source=SOURCE)
    assert isinstance(one, SeedItem)
    assert isinstance(two, SeedItem)
    assert one.raw.entry_key != two.raw.entry_key
    assert none == Refused(input_id="in/a.xml article 3", reason="has neither a headline nor any text")


def test_what_was_not_well_formed_is_flagged() -> None:
    (item,) = nitf_articles(nitf("<p>One.<p>Two & three."), given=GIVEN, source=SOURCE)
    assert isinstance(item, SeedItem)
    assert item.raw.flags == ("partial",)
