from __future__ import annotations

import pytest

from tests.worker.parsing.copied import PROSE
from worker.parsing.dayorder import day_order

SPANISH = "La junta del puerto votó el martes a favor de que vuelva el transbordador nocturno después de once años."


@pytest.mark.parametrize(
    ("lines", "url", "order"),
    [
        (["03/04/2020", "Otra noticia 29/04/2020"], None, True),
        (["03/04/2020", "4/29/2020"], None, False),
        (["29/04/2020", "4/29/2020"], None, None),
        (["03/04/2020"], "https://islander.example.co.uk/a", True),
        (["03/04/2020"], "https://islander.us/a", False),
        (["03/04/2020", SPANISH], None, True),
        (["03/04/2020", PROSE[0]], "https://islander.example/", None),
        (["11/08/2023"], "https://islander.example/2023/11/ferry", False),
        (["08/11/2023"], "https://islander.example/2023/11/ferry", True),
        (["11/11/2023"], "https://islander.example/2023/11/ferry", None),
        (["11/08/2022"], "https://islander.example/2023/11/ferry", None),
        (["no date", SPANISH], None, None),
        (["03/04/2020"], "http://[broken", None),
    ],
)
def test_the_text_tells_whether_the_day_comes_first(lines: list[str], url: str | None, order: bool | None) -> None:
    assert day_order(lines, url) is order
