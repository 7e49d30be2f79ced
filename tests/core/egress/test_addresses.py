"""Which addresses are never called (S17): all that are not one public host, in every form."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from socialcare.egress import why_blocked
from socialcare.egress.addresses import _IPV4, _IPV6, _UNICAST

PRIVATE = [
    IPv4Network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
"""Written down here once more, so that a line lost from the list fails."""


@st.composite
def blocked_ipv4(draw: st.DrawFn) -> IPv4Address:
    network = draw(st.sampled_from(PRIVATE))
    return network[draw(st.integers(0, network.num_addresses - 1))]


def embedded(address: IPv4Address, filler: int) -> dict[str, int]:
    """Every form in which an IPv6 address can hold an IPv4 one."""
    four = int(address)
    return {
        "mapped": 0xFFFF << 32 | four,
        "translated (SIIT)": 0xFFFF << 48 | four,
        "compatible": four,
        "NAT64": int(IPv6Address("64:ff9b::")) | four,
        "local NAT64": int(IPv6Address("64:ff9b:1::")) | (filler & 0xFFFF_FFFF) << 32 | four,
        "6to4": 0x2002 << 112 | four << 80 | filler & (1 << 80) - 1,
        "Teredo, the server": 0x2001_0000 << 96 | four << 64 | filler & (1 << 64) - 1,
        "Teredo, the client": 0x2001_0000 << 96 | (filler & 0xFFFF_FFFF) << 64 | four ^ 0xFFFF_FFFF,
        "ISATAP": int(IPv6Address("2600::")) | (filler & 0xFFFF_FFFF) << 64 | 0x5EFE << 32 | four,
        "ISATAP, public": int(IPv6Address("2600::")) | 0x0200_5EFE << 32 | four,
    }


@given(blocked_ipv4(), st.integers(0, (1 << 96) - 1))
@example(IPv4Address("169.254.169.254"), 0)
@example(IPv4Address("127.0.0.1"), 0)
def test_S17_a_blocked_address_is_blocked_in_every_form(address: IPv4Address, filler: int) -> None:
    assert why_blocked(address)
    assert why_blocked(str(address))
    for form, number in embedded(address, filler).items():
        assert why_blocked(IPv6Address(number)), form
        assert why_blocked(IPv6Address(number).exploded), form
        assert why_blocked(f"{IPv6Address(number)}%eth0"), form


@given(st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 96) - 1))
def test_S17_even_a_public_address_in_disguise_is_blocked(number: int, filler: int) -> None:
    assert all(why_blocked(IPv6Address(form)) for form in embedded(IPv4Address(number), filler).values())


@given(st.integers(0, (1 << 128) - 1))
def test_S17_outside_of_what_is_given_out_for_hosts_all_is_blocked(number: int) -> None:
    address = IPv6Address(number)
    assert why_blocked(address) or address in _UNICAST


@given(st.sampled_from([*_IPV4, *_IPV6]), st.sampled_from(["first", "last"]))
def test_S17_a_network_is_blocked_to_its_ends(entry: tuple[IPv4Network | IPv6Network, str], end: str) -> None:
    network, _ = entry
    assert why_blocked(network[0] if end == "first" else network[-1])


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"), ("::1", "loopback"),
        ("10.0.0.1", "private"), ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.168.1.1", "private"),
        ("fc00::1", "private"), ("fd00:ec2::254", "private"),
        ("169.254.169.254", "link-local"), ("fe80::1", "link-local"), ("fe80::1%eth0", "link-local"),
        ("100.64.0.1", "shared by the customers of a provider"), ("100.100.100.200", "shared by the customers of a provider"),
        ("198.18.0.1", "for benchmarks"), ("198.19.255.255", "for benchmarks"),
        ("224.0.0.1", "multicast"), ("ff02::1", "multicast"),
        ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"), ("4000::1", "reserved"), ("::2:0:0:1", "reserved"),
        ("0.0.0.0", "unspecified"), ("0.1.2.3", "unspecified"), ("::", "unspecified"),
        ("::ffff:127.0.0.1", "an IPv4 address in disguise"), ("::7f00:1", "an IPv4 address in disguise"),
        ("64:ff9b::a9fe:a9fe", "an IPv4 address behind NAT64"), ("64:ff9b:1::a00:1", "an IPv4 address behind NAT64"),
        ("2002:7f00:1::", "an IPv4 address in a 6to4 tunnel"), ("2001:0:1::1", "an IPv4 address in a Teredo tunnel"),
        ("fec0::1", "site-local"), ("100::1", "for discarding"), ("2001:2::1", "of protocols"), ("2001:20::1", "of protocols"),
        ("2001:db8::1", "for documentation"), ("3fff::1", "for documentation"), ("192.0.2.1", "for documentation"),
        ("168.63.129.16", "the inner service of a cloud"), ("2600::1%eth0", "bound to a link"),
        ("2600::5efe:a00:1", "an IPv4 address in a tunnel"),
    ],
)  # fmt: skip
def test_S17_each_sort_is_named(address: str, what: str) -> None:
    assert why_blocked(address) == what


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "2606:4700:4700::1111", "2a00:1450::1",
        "2001:4860:4860::8888", "2001:200::1", "2620:fe::fe",
    ],
)  # fmt: skip
def test_public_hosts_may_be_called(address: str) -> None:
    assert why_blocked(address) is None


@given(st.ip_addresses())
def test_what_the_language_calls_not_global_is_blocked_too(address: IPv4Address | IPv6Address) -> None:
    assert address.is_global or why_blocked(address)


def test_what_is_no_address_is_an_error() -> None:
    for text in ("localhost", "127.1", "0x7f000001", "010.0.0.1", ""):
        with pytest.raises(ValueError, match=r"address|does not appear"):
            why_blocked(text)
