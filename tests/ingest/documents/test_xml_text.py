from __future__ import annotations

import pytest

from ingest.documents.xml_text import Unreadable, cut_entries, harmless_xml, root_of


def harmless(document: str) -> str:
    found = harmless_xml(document)
    assert isinstance(found, str), found
    return found.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("reference", "repaired"),
    [
        ("&#228;", "&#228;"),
        ("&#x1F6A2;", "&#x1F6A2;"),
        ("&#9;", "&#9;"),
        ("&#0;", "\ufffd"),
        ("&#x0000000041;", "&#x0000000041;"),
        ("&#xD800;", "\ufffd"),
        ("&#xFFFF;", "\ufffd"),
        ("&#x110000;", "\ufffd"),
        (f"&#{'9' * 10_000};", "\ufffd"),
    ],
)
def test_a_reference_to_no_character_is_the_replacement_character(reference: str, repaired: str) -> None:
    assert harmless(f"<rss>{reference}</rss>") == f"<rss>{repaired}</rss>"


def test_the_document_is_declared_as_what_it_now_is() -> None:
    found = harmless_xml('junk <?xml version="1.0" encoding="utf-7"?><rss/>')
    assert found == '<?xml version="1.0" encoding="utf-8"?>\n<rss/>'


def test_markup_within_an_entry_is_not_taken_for_a_definition_or_a_tag() -> None:
    text = "<rss><![CDATA[" + "<!ENTITY a SYSTEM 'x'>" + "<p " + "a = b, " * 2000 + "]]></rss>"
    assert harmless(text) == text


def test_an_open_internal_subset_is_searched_to_its_end() -> None:
    found = harmless_xml('<!DOCTYPE rss [ <!ENTITY a SYSTEM "file:///x"> <rss/>')
    assert isinstance(found, Unreadable)


def test_cutting_keeps_what_stands_around_the_entries() -> None:
    document = "<feed><a/><entry>1</entry><entry>2</entry> <entry>3</entry><title/></feed>"
    assert cut_entries(document, 2) == ("<feed><a/><entry>1</entry><entry>2</entry><title/></feed>", 3)
    assert cut_entries(document, 3) == (document, 3)


@pytest.mark.parametrize(
    ("document", "root"),
    [
        ("<rss/>", "rss"),
        ("<?xml version='1.0'?><!-- <a> --><!DOCTYPE b><rdf:RDF x='1'>", "RDF"),
        ("words", None),
        ("", None),
    ],
)
def test_the_root_element_is_found_behind_what_may_stand_before_it(document: str, root: str | None) -> None:
    assert root_of(document) == root
