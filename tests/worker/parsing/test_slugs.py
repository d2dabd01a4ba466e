from __future__ import annotations

import pytest

from worker.parsing.slugs import slug_overlap, slug_words, spelt_words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/harbour/2021/03/night-ferry-returns-4711.html", {"night", "ferry", "returns"}),
        ("https://a.example/die-faehre-kommt-zurueck/", {"die", "faehre", "kommt", "zurueck"}),
        ("https://a.example/%D0%BF%D0%B0%D1%80%D0%BE%D0%BC-%D0%BF%D1%80%D0%B8%D0%B1%D1%8B%D0%BB", {"паром", "прибыл"}),
        ("https://a.example/article409954684", set()),
        ("https://a.example/", set()),
        ("http://[broken", set()),
        (None, set()),
    ],
)
def test_a_slug_is_the_most_wordy_part_of_the_path(url: str | None, words: set[str]) -> None:
    assert slug_words(url) == words


def test_words_are_spelt_as_addresses_spell_them() -> None:
    assert spelt_words("Die Fähre – für Ærø, à 7 é!") == ["die", "faehre", "fuer", "aero"]


def test_one_shared_word_is_no_match() -> None:
    slug = frozenset({"night", "ferry", "returns"})
    assert slug_overlap("The ferry", slug) == (0.0, 0.0)
    assert slug_overlap("Night ferry returns", slug) == (1.0, 1.0)
    assert slug_overlap("Night ferry returns", frozenset()) == (0.0, 0.0)
