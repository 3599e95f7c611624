"""Networks from which a client may be worked for: pure rules over addresses, IPv4 and IPv6.

An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address, in a rule as in a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network

from django.utils.translation import gettext as _

Network = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")
MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One network of a list, with what it is said to be."""

    network: Network
    note: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken, by its number from 1, and why."""

    number: int
    sentence: str


def parse_list(text: str) -> tuple[list[Line], list[BadLine]]:
    """A list of networks, one a line with a note behind `#`: what can be taken, and each line that can't.

    Refused are a malformed line, host bits behind the prefix, everything (`0.0.0.0/0`), and a
    network that overlaps an earlier one: nobody would know which of the two counts.
    """
    taken: list[Line] = []
    bad: list[BadLine] = []
    for number, raw in enumerate(text.splitlines(), 1):
        given, _mark, note = raw.partition("#")
        if not given.strip():
            continue
        try:
            network = _network(given.strip())
        except ValueError as error:
            bad.append(BadLine(number, str(error)))
            continue
        twin = next((line.network for line in taken if _overlap(line.network, network)), None)
        if twin is not None:
            bad.append(BadLine(number, _("%(one)s overlaps %(other)s.") % {"one": network, "other": twin}))
        elif len(taken) == MOST:
            bad.append(BadLine(number, _("At most %(most)s networks.") % {"most": MOST}))
        else:
            taken.append(Line(network, " ".join(note.split())[:120]))
    return taken, bad


def _network(text: str) -> Network:
    """One network; raises `ValueError` with a sentence."""
    named = {"text": text[:60]}
    try:
        if "%" in text:
            raise ValueError
        address = ip_interface(text).ip
        network: Network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(_("“%(text)s” is no network. Write it like 192.0.2.0/24 or 2001:db8::/32.") % named) from None
    if address != network.network_address:
        raise ValueError(
            _("%(text)s names one address of a network: write %(network)s for all of it.")
            % {**named, "network": network}
        )
    network = _unmapped(network)
    if network.prefixlen == 0:
        raise ValueError(_("%(network)s is every address: leave the list empty instead.") % {"network": network})
    return network


def _unmapped(network: Network) -> Network:
    """An IPv4 network that was written as IPv6, as the IPv4 network."""
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


@lru_cache(maxsize=4096)
def rule(text: str) -> Network:
    """A network as a row has it, which `parse_list` has taken."""
    return ip_network(text)


@lru_cache(maxsize=4096)
def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """The address in a text, or None; a port, a zone or brackets are taken off."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_inside(networks: Sequence[Network], origin: str) -> bool:
    """Whether an address is in one of the networks; none of them means anywhere, an unknown address nowhere."""
    if not networks:
        return True
    address = address_of(origin)
    return address is not None and any(address in network for network in networks)
