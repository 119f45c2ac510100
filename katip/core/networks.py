"""Which internet addresses lie in nobody's own network: where a server may be sent by a stranger's word.

Lists of the special ranges are spelled out, because what the standard library calls global differs between releases
and takes multicast in. Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890, RFC 8190).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_IPV4_SPECIAL = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a carrier's customers
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local, and the clouds' keys
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
_IPV6_GLOBAL = IPv6Network("2000::/3")
_IPV6_SPECIAL = [
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them: it carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: it carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")
"""how a network without IPv4 writes an IPv4 address; its sister for one's own use, 64:ff9b:1::/48, is not public"""
_ISATAP = 0x5EFE
"""the interface identifier of ISATAP ends in an IPv4 address"""


def is_public(address: Address) -> bool:
    """Whether `address` is one of the public internet; one that carries an IPv4 address is judged by what it carries.

    Only two forms may carry one, the mapped form and NAT64's: all others lead through somebody's tunnel.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _IPV4_SPECIAL)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address not in _IPV6_GLOBAL or any(address in network for network in _IPV6_SPECIAL):
        return False
    return (int(address) >> 32) & 0xFDFF_FFFF != _ISATAP  # the bit left out tells a global identifier from a local one


def is_public_or_loopback(address: Address) -> bool:
    """The same, and this machine itself: for those who try their programs out."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_loopback or is_public(address)


def address_of(text: str) -> Address:
    """An address as the resolver tells it; a zone behind `%` is left out. Raises `ValueError`."""
    return ip_address(text.partition("%")[0])
