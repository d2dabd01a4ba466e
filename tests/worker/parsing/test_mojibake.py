from __future__ import annotations

import pytest

from worker.parsing.mojibake import mended

GERMAN = "Die Fähre nach Østholm fährt wieder – „endlich“, sagt die Bäckerin Zoë Müller."


def misread(text: str) -> str:
    """UTF-8 read as browsers read windows-1252."""
    return "".join(_byte(byte) for byte in text.encode())


def _byte(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize(
    "text",
    [
        GERMAN,
        "Паром снова ходит каждую ночь.",
        "섬 주민들은 밤배 소식을 반겼다.",
        "夜の船が戻る。",
        "Ferry 🚢🚢🚢 – at last…",
    ],
)
def test_what_was_misread_as_a_whole_is_read_again(text: str) -> None:
    assert mended(misread(text)) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        GERMAN,
        "CAFÉ® LIBERTÉ” FRATERNITÉ” – l’été à Orléans, où l’on dîne",
        "A São João, À ÉTÉ",
        "One CAFÉ®, two CAFÉ®",
        "plain ASCII",
        "섬 주민들은 밤배 소식을 반겼다.",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert mended(text) == (text, False)


def test_a_misread_part_of_a_text_that_is_right_is_doubted_not_touched() -> None:
    text = f"{GERMAN * 9} FÃ¤hre, BÃ¤cker, MÃ¼ller"
    assert mended(text) == (text, True)
