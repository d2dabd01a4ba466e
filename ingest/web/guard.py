"""Which addresses may be fetched. Pure: it parses and classifies, it resolves and connects to nothing.

A feed list, and everything that a feed or a redirect names, is written by strangers. Without this table a feed could
make the poller ask the machine's own services or a cloud's metadata address. ``ipaddress.is_global`` is no guard: it
calls 64:ff9b::a9fe:a9fe, 168.63.129.16 and ::127.0.0.1 global. The text of a URL is never trusted either: what is
decided on is the address that a socket is about to connect to (``Guard.blocked``), the text only spares a look-up.
"""

from __future__ import annotations

import functools
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Literal

from yarl import URL

URL_LENGTH_MAX: Final = 2048

IPNetwork = IPv4Network | IPv6Network
IPAddress = IPv4Address | IPv6Address

GuardReason = Literal["ssrf_blocked", "port_blocked", "bad_scheme", "invalid_url", "url_too_long"]

# IANA's special-purpose registries (RFC 6890 and successors), whole blocks; 168.63.129.16 is Azure's metadata address.
_BLOCKED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only the global unicast block is open at all, minus Teredo and ORCHID, documentation, 6to4 and SRv6.
_OPEN_V6: Final = IPv6Network("2000::/3")
_BLOCKED_V6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16")
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214: an interface identifier that holds an IPv4 address

# Names that only mean something inside a network: RFC 6761, 6762, 8375, and .internal (reserved by ICANN in 2024).
_PRIVATE_SUFFIXES: Final = (".localhost", ".local", ".internal", ".home.arpa")

_AUTHORITY: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_OTHER_SCHEME: Final = re.compile(r"(?!https?:)([a-z][a-z0-9+-]*):(?!\d+(?:/|$))", re.IGNORECASE)  # not host:port
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_VERBATIM: Final = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a URL or an address is not fetched. ``sentence`` is complete, for people, and holds the remedy."""

    reason: GuardReason
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """A URL that may be asked, if the addresses of its host may: without user name and password, without fragment."""

    url: URL
    host: str
    port: int

    @property
    def origin(self) -> str:
        return f"{self.url.scheme}://{self.host}:{self.port}"


class Guard:
    """``allow_networks`` and ``allow_ports`` open what is closed by default: feeds in one's own network."""

    def __init__(self, *, allow_networks: Iterable[IPNetwork | str] = (), allow_ports: Iterable[int] = ()) -> None:
        self._allow_networks = tuple(ip_network(network) for network in allow_networks)
        self._ports = frozenset({80, 443, *allow_ports})
        self._targets = functools.lru_cache(maxsize=8_192)(self._target)

    def target(self, url: str) -> Target | Refusal:
        """What a URL points to, or why it is refused before anything is looked up."""
        return self._targets(url)

    def _target(self, url: str) -> Target | Refusal:
        parsed = _parse(url)
        if isinstance(parsed, Refusal):
            return parsed
        host = parsed.raw_host or ""
        return (
            self._refuse_host(host, parsed.port or 0)
            or self._refuse_port(parsed.port or 0)
            or Target(url=parsed, host=host, port=parsed.port or 0)
        )

    def choose(self, host: str, addresses: Iterable[str]) -> tuple[str, ...] | Refusal:
        """Those of a name's addresses that may be connected to: all, or none if a single one is blocked.

        A name of one's own network often has more addresses than were opened (localhost: 127.0.0.1 and ::1); then
        the opened ones are enough.
        """
        answers = tuple(addresses)
        opened = tuple(answer for answer in answers if self._opened(answer))
        if opened:
            return opened
        closed = next((answer for answer in answers if self.blocked(answer)), None)
        return answers if closed is None else self._private(host, closed)

    def blocked(self, address: str) -> bool:
        """True for an address, as a socket has it, that must not be connected to."""
        return not self._opened(address) and not _is_public(address)

    def refuse_address(self, address: str) -> Refusal:
        """What to say of a blocked address that a socket was about to connect to."""
        return self._private(address, address)

    def _opened(self, address: str) -> bool:
        parsed = _address(address)
        return parsed is not None and any(
            candidate in network for candidate in (parsed, _unwrap(parsed)) for network in self._allow_networks
        )

    def _refuse_host(self, host: str, port: int) -> Refusal | None:
        if literal := _literal(host):
            return self._private(host, str(literal), port) if self.blocked(str(literal)) else None
        if legacy := _legacy_ipv4(host):
            if self.blocked(legacy):
                return self._private(host, legacy, port)
            return _invalid(f"its host is a number; write it as {legacy}")
        if problem := _problem_of_name(host):
            return _invalid(problem)
        if _is_private_name(host) and not self._allow_networks:
            return Refusal(
                reason="ssrf_blocked",
                sentence=f"{host} is a name of a private network, which feeds are not fetched from; "
                "if it is yours, allow its addresses with COPYDESK_FETCH_ALLOW_NETWORKS",
            )
        return None

    def _refuse_port(self, port: int) -> Refusal | None:
        if port in self._ports:
            return None
        return Refusal(
            reason="port_blocked",
            sentence=f"port {port} is not one that feeds are fetched from; "
            f"if the server is yours, allow it with COPYDESK_FETCH_ALLOW_PORTS={port}",
        )

    def _private(self, host: str, address: str, port: int = 80) -> Refusal:
        name = host if host in (address, f"[{address}]") else f"{host} ({address})"
        sentence = f"{name} is not a public address, and such are not fetched from"
        if parsed := _address(address):
            inner = _unwrap(parsed)
            sentence += (
                "; if the server is yours, allow it with "
                f"COPYDESK_FETCH_ALLOW_NETWORKS={inner}/{inner.max_prefixlen}"
                + ("" if port in self._ports else f" and COPYDESK_FETCH_ALLOW_PORTS={port}")
            )
        return Refusal(reason="ssrf_blocked", sentence=sentence)


def without_user_info(url: str) -> str:
    """The URL without user name and password, otherwise as it was written: they are never sent, stored or logged."""
    match = _AUTHORITY.fullmatch(url)
    if match is None or "@" not in match["authority"]:
        return url
    start = match.start("authority")
    return url[:start] + match["authority"].rpartition("@")[2] + match["rest"]


@functools.lru_cache(maxsize=8_192)
def same_origin(one: str, other: str) -> bool:
    """Whether two URLs name one scheme, host and port (RFC 6454, 4)."""
    try:
        return URL(one).origin() == URL(other).origin()
    except ValueError:
        return False


def _parse(url: str) -> URL | Refusal:
    text = url.strip(" ")
    if len(url) > URL_LENGTH_MAX:
        return Refusal(reason="url_too_long", sentence=f"the address is longer than {URL_LENGTH_MAX} characters")
    if other := _OTHER_SCHEME.match(text):
        return Refusal(reason="bad_scheme", sentence=f"only http and https are fetched, not {other[1].lower()[:20]}:")
    if problem := _problem_of_text(text):
        return _invalid(problem)
    try:
        # What is written in plain ASCII is asked for as it is written: to requote %2F in a query is to change it.
        parsed = URL(text, encoded=_VERBATIM.fullmatch(text) is not None).with_fragment(None).with_user(None)
        host, port = parsed.raw_host, parsed.explicit_port
        named = parsed.with_host(host.lower()) if host else parsed
    except ValueError as error:  # idna's errors are ValueErrors too
        return _invalid(str(error)[:100])
    if not host or ("[" in text.split("/")[2] and ":" not in host):
        return _invalid("it has no host")
    return _invalid("its port is 0") if port == 0 else named


def _problem_of_text(text: str) -> str | None:
    if _CONTROL.search(text):
        return "it holds a line break or another control character"
    match = _AUTHORITY.fullmatch(text)
    if match is None or not match["authority"]:
        return "it does not begin with http:// or https:// and a host"
    # Parsers disagree about which host these name (WHATWG and RFC 3986 do): such a URL is never an honest feed's.
    if re.search(r"[\\\s<>\"^`{|}]", match["authority"]) or (match["rest"][:1] == "#" and "@" in match["rest"]):
        return "its host is ambiguous"
    return None


def _invalid(problem: str) -> Refusal:
    return Refusal(reason="invalid_url", sentence=f"this is not a valid web address: {problem}")


def _address(text: str) -> IPAddress | None:
    if "%" in text:  # a scope id: link-local by definition
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _literal(host: str) -> IPAddress | str | None:
    if ":" in host:
        return _address(host) or host  # a scoped or unreadable literal is blocked as it stands
    return _address(host)


def _legacy_ipv4(host: str) -> str | None:
    """127.1, 0x7f000001, 0177.0.0.1, 2130706433: forms that the system's resolver takes for IPv4 addresses."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host.removesuffix(".")))
    except (OSError, UnicodeEncodeError):
        return None


def _problem_of_name(host: str) -> str | None:
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "its host is not a valid name"
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        return "its host is not a valid IP address"
    if not all(_is_sound_punycode(label) for label in labels):
        return "its host is not a valid international name"
    return None


def _is_sound_punycode(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        return label[4:].encode("ascii").decode("punycode").isprintable()
    except UnicodeError:
        return False


def _is_private_name(host: str) -> bool:
    name = host.removesuffix(".")
    return "." not in name or f".{name}".endswith(_PRIVATE_SUFFIXES)


def _unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv4-mapped, NAT64 or ISATAP one, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(text: str) -> bool:
    parsed = _address(text)
    if parsed is None:
        return False
    inner = _unwrap(parsed)
    if isinstance(inner, IPv4Address):
        wrapped_in_public = isinstance(parsed, IPv4Address) or parsed in _NAT64 or parsed.ipv4_mapped is not None
        return (wrapped_in_public or parsed in _OPEN_V6) and not any(inner in network for network in _BLOCKED_V4)
    return inner in _OPEN_V6 and not any(inner in network for network in _BLOCKED_V6)
