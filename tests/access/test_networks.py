"""Networks from which a client may be worked for: what a list takes, and who is inside."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.networks import is_inside, parse_list


def networks_of(text):
    taken, bad = parse_list(text)
    assert not bad, bad
    return tuple(line.network for line in taken)


def test_a_list_takes_both_families_with_notes():
    taken, bad = parse_list("192.0.2.0/24  # Office in Malmö\n\n2001:db8:5::/48\n198.51.100.7\n")

    assert [(str(line.network), line.note) for line in taken] == [
        ("192.0.2.0/24", "Office in Malmö"),
        ("2001:db8:5::/48", ""),
        ("198.51.100.7/32", ""),
    ]
    assert not bad


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("300.1.1.1", "is no network"),
        ("192.0.2.0/33", "is no network"),
        ("192.0.2.0/24/8", "is no network"),
        ("fe80::1%eth0/64", "is no network"),
        ("office", "is no network"),
        ("192.0.2.5/24", "write 192.0.2.0/24 for all of it"),
        ("2001:db8::1/48", "write 2001:db8::/48 for all of it"),
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
        ("::ffff:0:0/96", "every address"),
        ("203.0.113.64/26", "overlaps 203.0.113.0/24"),
        ("203.0.0.0/16", "overlaps 203.0.113.0/24"),
        ("::ffff:203.0.113.9", "overlaps 203.0.113.0/24"),
    ],
)
def test_each_line_that_cannot_be_taken_is_named(line, said):
    taken, bad = parse_list(f"203.0.113.0/24\n{line}\n198.51.100.0/24")

    assert [each.number for each in bad] == [2]
    assert said in bad[0].sentence
    assert [str(each.network) for each in taken] == ["203.0.113.0/24", "198.51.100.0/24"]


def test_a_list_has_an_end():
    _taken, bad = parse_list("\n".join(f"10.0.{n}.0/24" for n in range(202)))

    assert [each.number for each in bad] == [201, 202]


@given(st.integers(0, 2**32 - 1))
def test_an_address_is_the_same_written_as_ipv6(number):
    plain, mapped = str(IPv4Address(number)), str(IPv6Address((0xFFFF << 32) + number))
    rules = networks_of("10.0.0.0/8\n192.168.0.0/16")

    assert is_inside(rules, plain) == is_inside(rules, mapped)
    assert is_inside(rules, plain) == any(ip_address(plain) in rule for rule in rules)


@given(st.text(max_size=40))
def test_what_is_no_address_is_nowhere(text):
    rules = networks_of("10.0.0.0/8\n2001:db8::/32")

    try:
        ip_address(text)
    except ValueError:
        if is_inside(rules, text):
            # A port, brackets or a zone stand around a real address.
            assert "10." in text or "2001" in text


@pytest.mark.parametrize("origin", ["10.1.2.3", "10.1.2.3:5500", "[2001:db8::7]:443", "2001:db8::7", "::ffff:10.1.2.3"])
def test_an_address_is_known_with_its_port(origin):
    assert is_inside(networks_of("10.0.0.0/8\n2001:db8::/32"), origin)


def test_without_a_list_everybody_is_inside():
    assert is_inside((), "")
    assert is_inside((), "203.0.113.5")
