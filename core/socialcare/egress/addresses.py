"""Which addresses are never called: all that lead to ourselves, into a private network, or anywhere but to one public host.

The list is written out (S17). What `ipaddress` calls global is another list, which changes with the version of Python and
has let NAT64 and 6to4 forms of private addresses through. Sources: the IANA registries of special-purpose addresses for
IPv4 and IPv6 (RFC 6890 and its successors).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_IPV4 = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by the customers of a provider"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "the inner service of a cloud"),  # Azure's, on a public address
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "of protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "of protocols"),
        ("192.52.193.0/24", "of protocols"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "of protocols"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_IPV6 = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4 address in disguise"),
        ("::ffff:0:0:0/96", "an IPv4 address in disguise"),
        ("::/96", "an IPv4 address in disguise"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64"),
        ("64:ff9b:1::/48", "an IPv4 address behind NAT64"),
        ("100::/64", "for discarding"),
        ("2001::/32", "an IPv4 address in a Teredo tunnel"),
        ("2001::/23", "of protocols"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "an IPv4 address in a 6to4 tunnel"),
        ("3ffe::/16", "of a network that is no more"),
        ("3fff::/20", "for documentation"),
        ("5f00::/16", "of segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

_UNICAST = IPv6Network("2000::/3")
"""All that has been given out for hosts of the internet."""

_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The third quarter of an IPv6 address whose last is an IPv4 address in a tunnel (RFC 5214)."""


LOOPBACK = tuple(ip_network(one) for one in ("127.0.0.0/8", "::1/128"))
_PRIVATE = tuple(ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def why_blocked(address: str | Address) -> str | None:
    """What an address is that is never called (`private`, `loopback`), `None` for one that may be.

    Raises:
        ValueError: it is no address.
    """
    if isinstance(address, str):
        address = ip_address(address)
    if isinstance(address, IPv4Address):
        return next((what for network, what in _IPV4 if address in network), None)
    known = next((what for network, what in _IPV6 if address in network), None)
    if known is None and address.scope_id is not None:
        return "bound to a link"
    if known is None and address not in _UNICAST:
        return "reserved"
    if known is None and (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return "an IPv4 address in a tunnel"
    return known


def literal(host: str) -> Address | None:
    """The address that the host of a URL is, `None` for a name.

    Raises:
        ValueError: it looks like an address, and is none or an old form of one (`127.1`).
    """
    return ip_address(host) if ":" in host or host.replace(".", "").isdecimal() else None


def own(written: str) -> tuple[Address, int]:
    """An address and port of one's own machine or network, such as `127.0.0.1:8080` or `[fd00::1]:443`.

    Raises:
        ValueError: it is something else.
    """
    host, _, port = written.rpartition(":")
    try:
        address, number = ip_address(host.removeprefix("[").removesuffix("]")), int(port)
    except ValueError:
        raise ValueError(f"`{written}` is no address and port, such as `127.0.0.1:8080`") from None
    if not any(address in network for network in (*LOOPBACK, *_PRIVATE)):
        raise ValueError(f"`{written}` is no address of one's own machine or network")
    return address, number
