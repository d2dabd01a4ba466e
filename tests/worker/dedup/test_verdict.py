from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.factories import NOON, make_parsed_article
from worker.dedup.changes import ChangeClass
from worker.dedup.fingerprint import Fingerprint, fingerprint
from worker.dedup.verdict import Candidate, Copy, Duplicate, New, Revision, VerdictReason, decide

SHORT = "Photo of the day."
REWRITTEN = "The board changed its mind on Wednesday: there will be no ferry at night before next year. " * 3


def make_fingerprint(source: str = "a", entry_key: str = "1", **overrides: Any) -> Fingerprint:
    seen_at = overrides.pop("seen_at", NOON)
    return fingerprint(f"seed:{source}", entry_key, source, make_parsed_article(**overrides), seen_at=seen_at)


def make_candidate(of: Fingerprint, **overrides: Any) -> Candidate:
    """The stored article that ``of`` has founded, as article 1 in story 1."""
    fields: dict[str, Any] = {
        "article_id": 1,
        "identity": of.identity,
        "story_id": 1,
        "lead_id": overrides.get("article_id", 1),
        "title": of.title,
        "content_hash": of.content_hash,
        "flags": of.article.flags,
        "first_seen_at": of.seen_at,
        "seen_at": of.seen_at,
        "source": of.source,
        "source_key": of.source_key,
        "spoken_by": of.identity,
        "published": of.article.published,
        "address_key": of.address_key,
        "article": of.article,
        "reading": of.reading,
        "chain_key": of.chain_key,
    }
    return Candidate(**{**fields, **overrides})


def test_with_nothing_alike_an_arrival_is_new() -> None:
    other = make_candidate(make_fingerprint("b", text="Something else entirely, and long enough to be told apart." * 3))

    assert decide(make_fingerprint(), []) == New()
    assert decide(make_fingerprint(), [other]) == New()


# --- the same entry of the same source


def test_the_same_entry_unchanged_is_a_duplicate_that_changes_nothing() -> None:
    own = make_candidate(make_fingerprint())

    assert decide(make_fingerprint(), [own]) == Duplicate(of=own, reason=VerdictReason.SAME_ENTRY)


@pytest.mark.parametrize(
    "changed",
    [
        {"tags": ("ferries", "islands")},
        {"authors": ()},
        {"published": None},
        {"url": "https://example.org/2"},
        {"title": "NIGHT FERRY RETURNS TO OSTHOLM"},
    ],
)
def test_other_fields_or_mere_typography_refresh_the_article_without_a_revision(changed: dict[str, Any]) -> None:
    own = make_candidate(make_fingerprint())

    assert decide(make_fingerprint(**changed), [own]) == Duplicate(
        of=own, reason=VerdictReason.OTHER_FIELDS, refresh=True
    )


def test_a_renamed_source_refreshes_its_articles() -> None:
    own = make_candidate(make_fingerprint(), source="former name")

    assert decide(make_fingerprint(), [own]) == Duplicate(of=own, reason=VerdictReason.OTHER_FIELDS, refresh=True)


@pytest.mark.parametrize(
    ("change", "changed", "class_"),
    [
        ({"title": "Night ferry returns, at half price"}, ("title",), ChangeClass.HEADLINE),
        ({"text": REWRITTEN}, ("text",), ChangeClass.TEXT),
        ({"title": None, "text": REWRITTEN}, ("title", "text"), ChangeClass.TEXT),
    ],
)
def test_the_same_entry_with_another_title_or_text_is_a_revision(
    change: dict[str, Any], changed: tuple[Any, ...], class_: ChangeClass
) -> None:
    own = make_candidate(make_fingerprint())

    assert decide(make_fingerprint(**change), [own]) == Revision(of=own, changed=changed, change=class_)


@pytest.mark.parametrize("poorer", [{"text": ""}, {"flags": ("paywall",)}, {"flags": ("page_unavailable",)}])
def test_a_poorer_reading_never_replaces_a_full_text(poorer: dict[str, Any]) -> None:
    own = make_candidate(make_fingerprint())
    arrival = make_fingerprint(**{"text": "Subscribe to read on.", **poorer})

    assert decide(arrival, [own]) == Duplicate(of=own, reason=VerdictReason.POORER_READING)


def test_a_full_text_replaces_a_poorer_reading() -> None:
    own = make_candidate(make_fingerprint(text="Subscribe to read on.", flags=("paywall",)))

    assert isinstance(decide(make_fingerprint(), [own]), Revision)


def test_ones_own_article_decides_even_when_another_has_the_same_text() -> None:
    own = make_candidate(make_fingerprint(text="An earlier text."))
    other = make_candidate(make_fingerprint("b"), article_id=2)

    verdict = decide(make_fingerprint(), [other, own])

    assert isinstance(verdict, Revision)
    assert (verdict.of, verdict.changed) == (own, ("text",))


# --- the same text elsewhere


def test_the_same_text_and_title_elsewhere_is_a_duplicate() -> None:
    other = make_candidate(make_fingerprint("b", tags=("other",)))

    assert decide(make_fingerprint(), [other]) == Duplicate(of=other, reason=VerdictReason.SAME_TEXT)


@pytest.mark.parametrize("titles", [(None, "Night ferry"), ("Night ferry", None), (None, None)])
def test_an_unknown_title_contradicts_nothing(titles: tuple[str | None, str | None]) -> None:
    other = make_candidate(make_fingerprint("b", title=titles[1]))

    assert isinstance(decide(make_fingerprint(title=titles[0]), [other]), Duplicate)


def test_the_same_text_under_another_title_is_a_copy() -> None:
    other = make_candidate(make_fingerprint("b", title="Ostholm: the ferry is back"))

    assert decide(make_fingerprint(), [other]) == Copy(of=other, reason=VerdictReason.OTHER_TITLE)


def test_another_entry_of_the_same_source_is_judged_as_another_source_is() -> None:
    other = make_candidate(make_fingerprint("a", "2"))

    assert isinstance(decide(make_fingerprint("a", "1"), [other]), Duplicate)


@pytest.mark.parametrize(
    ("title", "other_title", "verdict"),
    [("Dawn", "Dawn", Duplicate), ("Dawn", "Dusk", New), ("Dawn", None, New), (None, None, New)],
)
def test_a_short_text_is_evidence_only_under_the_same_known_title(
    title: str | None, other_title: str | None, verdict: type
) -> None:
    other = make_candidate(make_fingerprint("b", text=SHORT, title=other_title))

    assert isinstance(decide(make_fingerprint(text=SHORT, title=title), [other]), verdict)


@pytest.mark.parametrize("flag", ["paywall", "consent", "not_an_article"])
def test_what_stands_in_place_of_an_article_is_never_evidence(flag: str) -> None:
    plain, flagged = make_fingerprint("a"), make_fingerprint("b", flags=(flag,))

    assert decide(plain, [make_candidate(flagged)]) == New()
    assert decide(flagged, [make_candidate(plain)]) == New()


def test_without_any_text_equal_titles_are_no_evidence() -> None:
    other = make_candidate(make_fingerprint("b", text=""))

    assert decide(make_fingerprint(text=""), [other]) == New()


def test_an_earlier_text_of_another_article_is_that_article_seen_late() -> None:
    other = make_candidate(make_fingerprint("b"), earlier=True, article=None)

    assert decide(make_fingerprint(), [other]) == Duplicate(of=other, reason=VerdictReason.EARLIER_TEXT)
    assert decide(make_fingerprint(title="Another title"), [other]) == New()


def test_the_order_of_the_candidates_decides_nothing() -> None:
    arrival = make_fingerprint()
    lead = make_candidate(make_fingerprint("b", title="Another title"), article_id=2)
    copy = make_candidate(make_fingerprint("c"), article_id=3, lead_id=2)
    unwritten = make_candidate(make_fingerprint("d"), article_id=-1)
    unknown = make_candidate(make_fingerprint("e", title=None), article_id=4)

    verdicts = {repr(decide(arrival, order)) for order in permutations([lead, copy, unwritten, unknown])}

    assert verdicts == {repr(Duplicate(of=unwritten, reason=VerdictReason.SAME_TEXT))}
    assert decide(arrival, [copy, lead]) == Duplicate(of=copy, reason=VerdictReason.SAME_TEXT)
    renamed = replace(arrival, title="a third title")
    assert decide(renamed, [copy, lead]) == Copy(of=lead, reason=VerdictReason.OTHER_TITLE)


EARLIER = NOON - timedelta(hours=1)


def test_a_text_that_was_said_before_never_replaces_the_one_said_after_it() -> None:
    own = make_candidate(make_fingerprint())
    arrival = make_fingerprint(text="What it said an hour before.", seen_at=EARLIER)

    verdict = decide(arrival, [own])

    assert isinstance(verdict, Revision)
    assert (verdict.of, verdict.changed, verdict.late) == (own, ("text",), True)


def test_the_same_earlier_text_a_second_time_is_no_revision() -> None:
    own = make_candidate(make_fingerprint())
    arrival = make_fingerprint(text="What it said an hour before.", seen_at=EARLIER)
    revision = make_candidate(arrival, earlier=True, article=None)

    assert decide(arrival, [own, revision]) == Duplicate(of=own, reason=VerdictReason.EARLIER_TEXT)


def test_fields_that_were_stated_before_do_not_replace_those_stated_after_them() -> None:
    own = make_candidate(make_fingerprint())

    verdict = decide(make_fingerprint(tags=("other",), seen_at=EARLIER), [own])

    assert verdict == Duplicate(of=own, reason=VerdictReason.SAME_ENTRY)
