"""Texts written for these tests, and what outlets do with copy."""

from __future__ import annotations

from worker.dedup.likeness import Reading

FERRY = (
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years.",
    "Two boats will cross the sound every evening from May, the board's chair, Ida Renholt, told reporters.",
    "Fishermen had asked for the crossing since the bridge was closed to lorries in the spring of last year.",
    "The county pays a third of the cost; the rest comes from tickets and from the towns on both shores.",
    "A first trial crossing is planned for the last week of April, weather permitting, the harbour master said.",
    "Critics say that the money would be better spent on the road along the coast, which floods every autumn.",
    "The old ferry, the Albatross, was sold to a museum in the south, where schoolchildren now learn to tie knots.",
    "Its captain for twenty years, Jorn Aske, said that he would gladly take the wheel once more for the first trip.",
)
MARKET = (
    "The covered market on Linden Square opens again on Saturday after a fire destroyed its roof two years ago.",
    "Forty traders have signed leases, among them six who sold cheese and flowers in the old hall for decades.",
    "The city kept the iron columns of the first building and put a roof of larch wood and glass above them.",
    "Rents stay at the level of the year of the fire until the debts of the traders' association are paid back.",
    "On the first evening a brass band of firefighters will play in the aisle where the flames had started.",
    "A night market with music is planned for every second Friday as soon as the neighbours have agreed to it.",
)
FERRY_KO = (
    "오스트홀름 항만위원회는 화요일 십일 년 만에 야간 나룻배 운항을 재개하기로 의결했다고 밝혔다.",
    "이다 렌홀트 위원장은 기자들과 만나 오는 오월부터 매일 저녁 배 두 척이 해협을 건널 것이라고 말했다.",
    "어민들은 지난해 봄 다리의 화물차 통행이 금지된 뒤 줄곧 뱃길을 다시 열어 달라고 요구해 왔다.",
    "비용의 삼분의 일은 군이 부담하고 나머지는 승선료와 양쪽 해안 마을들이 나누어 내기로 합의했다.",
    "항만 관계자는 날씨가 허락하면 사월 마지막 주에 첫 시험 운항을 할 계획이라고 설명했다.",
    "비판하는 주민들은 해마다 가을이면 물에 잠기는 해안 도로를 먼저 고치는 편이 낫다고 주장하고 있다.",
)


def reading(*paragraphs: str, source: str = "feed:a", title: str | None = None) -> Reading:
    return Reading(title=title, text="\n\n".join(paragraphs), source_key=source)
