from __future__ import annotations

import contextlib
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.guard import Guard, Refusal, Target, without_user_info

CLOSED = Guard()


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://news.example/feed", "http://news.example/feed"),
        ("HTTPS://News.Example/Feed?a=b%2Fc&d=%7E", "https://news.example/Feed?a=b%2Fc&d=%7E"),
        (" http://user:pass@news.example/a#b ", "http://news.example/a"),
        ("http://한국.kr/뉴스 하나", "http://xn--3e0b707e.kr/%EB%89%B4%EC%8A%A4%20%ED%95%98%EB%82%98"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[64:ff9b::808:808]/", "http://[64:ff9b::808:808]/"),
        ("https://[2A00:1450:4001::1]/x", "https://[2a00:1450:4001::1]/x"),
        ("http://a_b.news.example:443/", "http://a_b.news.example:443/"),
    ],
)
def test_a_public_address_passes_as_it_is_written(url: str, asked: str) -> None:
    target = CLOSED.target(url)
    assert isinstance(target, Target), target
    assert str(target.url) == asked


def test_a_refusal_tells_how_to_allow_the_address_and_the_port() -> None:
    refusal = CLOSED.target("http://[::ffff:10.1.2.3]:8080/")
    assert isinstance(refusal, Refusal)
    assert "COPYDESK_FETCH_ALLOW_NETWORKS=10.1.2.3/32 and COPYDESK_FETCH_ALLOW_PORTS=8080" in refusal.sentence


def test_own_networks_and_ports_can_be_opened_and_nothing_else_is() -> None:
    guard = Guard(allow_networks=["10.1.0.0/16"], allow_ports=[8080])
    assert isinstance(guard.target("http://10.1.2.3:8080/"), Target)
    assert isinstance(guard.target("http://[::ffff:10.1.2.3]/"), Target)
    assert isinstance(guard.target("http://feeds/"), Target)  # by its addresses, then
    assert isinstance(guard.target("http://10.2.0.1/"), Refusal)
    assert isinstance(guard.target("http://127.0.0.1/"), Refusal)
    assert isinstance(guard.target("http://10.1.2.3:8081/"), Refusal)


def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    refusal = CLOSED.choose("news.example", ["93.184.216.34", "10.0.0.1"])
    assert isinstance(refusal, Refusal)
    assert "news.example (10.0.0.1)" in refusal.sentence
    assert CLOSED.choose("news.example", ["93.184.216.34", "2a00:1450::1"]) == ("93.184.216.34", "2a00:1450::1")


def test_of_an_opened_name_only_the_opened_addresses_are_used() -> None:
    guard = Guard(allow_networks=["127.0.0.0/8"])
    assert guard.choose("localhost", ["::1", "127.0.0.1"]) == ("127.0.0.1",)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "fe80::1%2", "not an address", ""])
def test_what_is_no_plain_address_is_blocked(address: str) -> None:
    assert CLOSED.blocked(address)


def test_user_info_is_taken_off_and_nothing_else_is_touched() -> None:
    assert without_user_info("http://u:p@News.example/x@y?z=@") == "http://News.example/x@y?z=@"
    assert without_user_info("http://news.example/a@b") == "http://news.example/a@b"
    assert without_user_info("mailto:a@b") == "mailto:a@b"


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://[", "http://127.0.0.1"]))
def test_no_text_makes_the_guard_raise(text: str, start: str) -> None:
    target = CLOSED.target(start + text)
    if isinstance(target, Target):
        assert target.url.user is None
        with contextlib.suppress(ValueError):  # a name
            assert ip_address(target.host).is_global
