from __future__ import annotations

import time

import pytest

from ingest.documents.nitf import NitfArticle, NotNitf, is_nitf, read_nitf
from shared.schema import StatedAuthor

HEAD = '<head><docdata><doc-id id-string="n-1"/><date.issue norm="20260301T093000+0100"/></docdata></head>'
TEXT = "<p>The ferry sails at dawn.</p><p>It is full.</p>"


def nitf(body: str = TEXT, *, head: str = HEAD, above: str = "<hedline><hl1>Night ferry</hl1></hedline>") -> bytes:
    return (
        f'<?xml version="1.0"?><nitf xml:lang="en">{head}<body><body.head>{above}</body.head>'
        f"<body.content>{body}</body.content></body></nitf>"
    ).encode()


def article(document: bytes) -> NitfArticle:
    (found,) = read_nitf(document)
    assert isinstance(found, NitfArticle), found
    return found


def reason(document: bytes) -> str:
    (found,) = read_nitf(document)
    assert isinstance(found, NotNitf), found
    return found.reason


def test_fields_are_taken_from_where_nitf_has_them() -> None:
    head = (
        '<head><tobject><tobject.subject tobject.subject.type="Transport"/></tobject><docdata><doc-id id-string="n-1"/>'
        '<date.release norm="20260301T080000Z"/><doc.copyright holder="Norwire"/><key-list><keyword key="ferries"/>'
        '<keyword key="ferries"/><keyword key="ports"/></key-list></docdata><revision-history norm="20260302"/></head>'
    )
    above = (
        "<hedline><hl1>Night <em>ferry</em></hl1><hl2>Berths sold out</hl2></hedline><abstract>Short.</abstract>"
        "<byline>By <person>Ada Lund</person><byttl>Correspondent</byttl></byline><distributor>NW</distributor>"
    )
    found = article(nitf(head=head, above=above))
    stated = found.stated
    assert (found.doc_id, stated.title, stated.language, stated.summary) == ("n-1", "Night ferry", "en", "Short.")
    assert (stated.published_at, stated.modified_at) == ("20260301T080000Z", "20260302")
    assert (stated.publisher, stated.section, stated.tags) == ("Norwire", "Transport", ("ferries", "ports"))
    assert stated.authors == (StatedAuthor(name="Ada Lund"),)
    assert found.fragment.splitlines() == [
        '<p class="subtitle">Berths sold out</p>',
        '<p class="agency">NW</p>',
        "<p>The ferry sails at dawn.</p>",
        "<p>It is full.</p>",
    ]


def test_a_byline_without_marked_people_keeps_its_words_and_loses_the_title() -> None:
    above = "<byline>By Ada Lund and Bo Dahl<byttl>Staff Writers</byttl></byline>"
    assert article(nitf(above=above)).stated.authors == (StatedAuthor(name="By Ada Lund and Bo Dahl"),)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>One <em>two</em>\n three.</p>", ["<p>One two three.</p>"]),
        ("Loose text.<p>One.</p>tail", ["<p>Loose text.</p>", "<p>One.</p>", "<p>tail</p>"]),
        ("<ul><li>One.</li><li>Two.</li></ul>", ["<p>One.</p>", "<p>Two.</p>"]),
        ("<nitf-table><tr><td>A</td><td>1</td></tr></nitf-table>", ["<p>A 1</p>"]),
        ("<p>a &lt;b&gt; &amp; c</p>", ["<p>a &lt;b&gt; &amp; c</p>"]),
        ("<note><p>Editors: no.</p></note><p>One.</p>", ["<p>One.</p>"]),
        ("<p>Caf&eacute; &nbsp; 5 &euro; &#x20AC; &unknown; end.</p>", ["<p>Café 5 € € &amp;unknown; end.</p>"]),
    ],
)
def test_the_body_is_its_paragraphs_and_nothing_else(body: str, lines: list[str]) -> None:
    assert article(nitf(body)).fragment.splitlines() == lines


def test_captions_carry_their_credit_once() -> None:
    media = "<media><media-caption>The pier.</media-caption><media-producer>Bo Dahl</media-producer></media>"
    credited = "<media><media-caption>The sea. Bo Dahl</media-caption><media-producer>Bo Dahl</media-producer></media>"
    assert article(nitf(TEXT + media + credited)).fragment.splitlines()[2:] == [
        "<figure><figcaption>The pier. (Bo Dahl)</figcaption></figure>",
        "<figure><figcaption>The sea. Bo Dahl</figcaption></figure>",
    ]


def test_namespaces_and_packages_do_not_matter() -> None:
    inner = nitf().decode().partition("?>")[2].replace("<nitf ", '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/" ')
    package = f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><contentSet><inlineXML>{inner}</inlineXML>'
    document = f"{package}</contentSet></newsItem>".encode()
    assert is_nitf(document)
    assert article(document).stated.title == "Night ferry"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<newsItem><contentSet/></newsItem>", "holds no NITF"),
        (nitf("", above=""), "has neither a headline nor any text"),
        (nitf(head='<head><docdata management-status="canceled"/></head>'), "was withdrawn by its publisher"),
        (b'<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + nitf("<p>&x;</p>"), "pull in other files"),
        (
            b'<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + nitf("<p>&b;</p>"),
            "defines entities by entities",
        ),
        (b"", "is not XML"),
    ],
)
def test_what_is_no_article_says_why(document: bytes, said: str) -> None:
    assert said in reason(document)


def test_a_doctype_is_passed_by_and_never_fetched() -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd">'
    assert article(doctype + nitf().partition(b"?>")[2]).whole


@pytest.mark.parametrize(
    "document", [nitf("<p>One.</p><p>Two & three.</p>"), nitf("<p>One.</p>" + "<div>" * 400 + "deep" + "</div>" * 400)]
)
def test_broken_xml_is_read_as_far_as_it_goes_and_said_to_be_partial(document: bytes) -> None:
    found = article(document)
    assert not found.whole
    assert "<p>One.</p>" in found.fragment


def test_a_large_document_is_read_in_time() -> None:
    began = time.process_time()
    found = article(nitf("<p>One two three.</p>" * 50_000))
    assert found.fragment.count("<p>") == 50_000
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (nitf(), True),
        (b"<?xml version='1.0'?>\n<!-- x --><!DOCTYPE nitf [\n<!ENTITY a 'b'>\n]><nitf>", True),
        (b"<rss><channel/></rss>", False),
        (b"<html><nitf></html>", False),
        (b"nitf", False),
    ],
)
def test_a_document_is_nitf_by_its_root(document: bytes, answer: bool) -> None:
    assert is_nitf(document) is answer
