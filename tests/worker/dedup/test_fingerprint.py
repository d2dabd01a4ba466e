from __future__ import annotations

import hashlib

from tests.factories import NOON, make_parsed_article
from worker.dedup.content import EVIDENCE_BYTES_MIN
from worker.dedup.fingerprint import fingerprint, identity_of, public_id_of


def test_a_public_id_is_16_hex_digits_over_source_key_and_entry_key() -> None:
    digest = hashlib.sha256(b"feed:https://example.org/rss\0guid-1").hexdigest()

    assert public_id_of(identity_of("feed:https://example.org/rss", "guid-1")) == digest[:16]


def test_source_key_and_entry_key_do_not_run_into_one_another() -> None:
    assert identity_of("seed:a", "bc") != identity_of("seed:ab", "c")


def test_a_blank_title_is_an_unknown_one() -> None:
    article = make_parsed_article(title=" \u200b ")

    assert fingerprint("seed:a", "1", "a", article, seen_at=NOON).title is None


def test_length_as_evidence_is_measured_in_bytes_of_the_normalised_text() -> None:
    enough, short = "가" * 34, "가" * 33 + "    "

    assert len(enough.encode()) >= EVIDENCE_BYTES_MIN > len(short.strip().encode())
    assert fingerprint("seed:a", "1", "a", make_parsed_article(text=enough), seen_at=NOON).evidence
    assert not fingerprint("seed:a", "1", "a", make_parsed_article(text=short), seen_at=NOON).evidence
