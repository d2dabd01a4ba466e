from __future__ import annotations

import pytest

from worker.parsing.captions import caption_lines, caption_of, is_caption_label, is_credit, is_posed


@pytest.mark.parametrize(
    "line",
    [
        "Harbour master Ida Krog (Yonhap)",
        "The night ferry leaves Ostholm on Feb. 3. (Bo Dahl / Associated Press)",
        "The night ferry leaves Ostholm, Feb. 3, 2021. (AP Photo/Bo Dahl)",
        "Islanders at the pier, 3 February 2021. EPA/BO DAHL",
        "Die Fähre legt im Hafen an. Foto: Bo Dahl/dpa",
        "Nattfergen ved kai. Foto: Privat",
    ],
)
def test_a_line_with_its_credit_is_a_caption(line: str) -> None:
    assert caption_of(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "The board voted for it, she said on Sunday. (Yonhap)",
        "The ministry (MOF) said so (and more)",
        "It sold its shares of Ferry Corp (FRY.O)",
        "(Reporting by Ida Krog; Editing by Bo Dahl)",
        "SCHOOL SHIPS PRICED AT FIVE DLRS/UNIT",
        "Ferry prices rise: the EZB-Zins and its consequences",
        "x",
    ],
)
def test_prose_sign_offs_and_tickers_are_no_captions(line: str) -> None:
    assert caption_of(line) is None


@pytest.mark.parametrize("line", ["© dpa Images | Bo Dahl", "Getty Images", "Foto: Privat", "Image by Getty Images"])
def test_a_credit_alone_is_one(line: str) -> None:
    assert is_credit(line)


@pytest.mark.parametrize(
    "line",
    ["© 2024 The Islander", "Copyright Inselverlag GmbH", "Bild der Woche", "Photo credits are a nice thing to have"],
)
def test_a_sites_copyright_is_no_credit(line: str) -> None:
    assert not is_credit(line)


def test_a_captions_lines_become_one_and_repeated_credits_go() -> None:
    assert caption_lines("The pier.\nFoto: Dahl\nFoto: Dahl\n") == "The pier. Foto: Dahl"
    assert caption_lines(" \n ") is None


def test_words_that_say_where_somebody_stands_and_labels_above_a_caption() -> None:
    assert all(
        map(
            is_posed,
            [
                "Ida Krog (left) and Bo Dahl",
                "Chef Dahl (r.) am Pier",
                "From left, Ida Krog and Bo Dahl",
                "v.l.n.r. Krog, Dahl",
            ],
        )
    )
    assert not any(
        map(is_posed, ["She left the pier.", "The left wing (of the party)", "The right (and duty) to vote"])
    )
    assert is_caption_label("Legende:")
    assert not is_caption_label("Legenden der See")
