"""What is known of news copy that nobody has annotated, and how much of it the records hold.

Collections of agency and newspaper copy give some fields beside the text (authors with e-mail, reporters and editors of
a sign-off), and print others by conventions that one plain rule finds (``By …``, ``Posted: …``, ``HELSINKI (AP) —``).
The rules here are on purpose not the parser's own. Figures are shares; a field counts where the text prints it.
"""

from __future__ import annotations

import html
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

Fields = dict[str, Any]

_TAG: Final = re.compile(r"<[^>]{0,2000}>")
_WORD: Final = re.compile(r"\w+")
_KOREAN_NAME: Final = re.compile(r"^([가-힣]{2,4})(?:\s(?:인턴|수습|선임)?\s?(?:기자|특파원))?\s?[(<]?\s?[\w.+-]+@")
_BYLINE: Final = re.compile(r"^By\s+([A-Z][\w.'’-]*(?: (?:de |van )?[A-Z][\w.'’-]*){1,3})\s*(?:$|[,|/])", re.MULTILINE)
_POSTED: Final = re.compile(
    r"^(?:Posted|Published)\W.{0,20}?\b((?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December) \d{1,2}, \d{4})\W?$",
    re.MULTILINE,
)
_PLACE: Final = re.compile(
    r"^([A-Z][A-Z .]{3,30})(?:, [A-Z][\w.]+)?(?: \((?:AP|Reuters|CNN)\))? ?(?:—|--|- )", re.MULTILINE
)
_PICTURE: Final = re.compile(r"^FILE\b")
_ORGANISATION: Final = re.compile(r"\b(?:Press|Editor|Board)\b")


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the record should hold; empty fields are not scored. ``some_of`` are authors among others."""

    text: str
    names: frozenset[str] = frozenset()
    some_of: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    editors: frozenset[str] = frozenset()
    place: str | None = None
    day: date | None = None


def korean_copy(row: Fields) -> Truth:
    """``author_raw`` names one author with an e-mail; both count where the text prints them."""
    text = row["body"]
    names = [name for name in _KOREAN_NAME.findall(row.get("author_raw") or "") if f"{name} 기자" in text]
    return Truth(
        text=text,
        some_of=frozenset(names),
        emails=frozenset(email for email in row.get("emails") or () if email in text),
    )


def signed_off_copy(row: Fields) -> Truth:
    """Posts whose sign-off names reporters, who are authors, and editors, who are not."""
    text = html.unescape(_TAG.sub(" ", row["html"]))
    reporters = frozenset(map(_plain, row.get("reporters_silver") or ()))
    editors = frozenset(map(_plain, row.get("editors_silver") or ())) - reporters
    return Truth(text=text, names=reporters, editors=editors, place=row.get("dateline_city") or None)


def outlet_copy(row: Fields) -> Truth:
    """Texts of news sites: the byline, the "Posted:" line and the dateline that they print."""
    text = row["text"]
    bylines = [name for name in _BYLINE.findall(text) if not _ORGANISATION.search(name)]
    posted = _POSTED.search(text)
    places = [match[1] for match in _PLACE.finditer(text) if not _PICTURE.match(match[1])]
    return Truth(
        text=text,
        names=frozenset(map(_plain, bylines[:1])),
        place=places[0].strip() if places else None,
        day=datetime.strptime(posted[1], "%B %d, %Y").date() if posted else None,  # noqa: DTZ007 - a day
    )


TRUTHS: Final[Mapping[str, Callable[[Fields], Truth]]] = {
    "text_teftst": signed_off_copy,
    "text_helsinki": outlet_copy,
    "text_baram_en": korean_copy,
    "text_baram_ko": korean_copy,
}
"""By corpus."""


def shares(truths: Iterable[tuple[Truth, Fields]]) -> dict[str, tuple[float, int]]:
    """Each figure with the number of articles (for e-mails: of addresses) behind it."""
    scores: dict[str, list[float]] = defaultdict(list)
    for truth, record in truths:
        authors = {_plain(author["name"]) for author in record["authors"] if author["name"]}
        if truth.names:
            both = len(truth.names & authors)
            scores["authors_f1"].append(2 * both / (len(truth.names) + len(authors)))
        if truth.some_of:
            scores["author_found"].append(float(truth.some_of <= authors))
        if truth.editors:
            scores["editors_no_authors"].append(float(not truth.editors & authors))
        emails = {author["email"] for author in record["authors"]}
        scores["emails"].extend(float(email in emails) for email in truth.emails)
        if truth.place:
            scores["dateline"].append(float(_plain(record["dateline"] or "").startswith(_plain(truth.place))))
        if truth.day:
            scores["day"].append(float((record["published_at"] or "").startswith(truth.day.isoformat())))
        scores["body_kept"].append(_kept(truth.text, record))
    return {name: (statistics.mean(values), len(values)) for name, values in scores.items() if values}


def _kept(text: str, record: Fields) -> float:
    """The share of the text's words that the record holds, in its body or in the field that they belong to."""
    given = Counter(_WORD.findall(text))
    authors = [f"{author['name'] or ''} {author['email'] or ''}" for author in record["authors"]]
    parts = [record["text"], record["title"], record["dateline"], record["agency"], *record["captions"], *authors]
    held = Counter(_WORD.findall(" ".join(part for part in parts if part)))
    return sum((given & held).values()) / sum(given.values()) if given else 1.0


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())
