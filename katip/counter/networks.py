"""From which networks a branch's officers may work."""

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_read(text: str) -> list[Network]:
    """The networks that `text` names, one a line (`10.1.0.0/16`, `192.0.2.7`). Raises `ValueError`."""
    return [ipaddress.ip_network(line.strip(), strict=False) for line in text.splitlines() if line.strip()]


def network_allows(text: str, address: str) -> bool:
    """Whether the client address lies in one of the networks; no networks at all let every address in.

    What cannot be read lets nobody in: a typing error must not open a branch to the world.
    """
    if not text.strip():
        return True
    try:
        networks, client = networks_read(text), ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(client, "ipv4_mapped", None)
    return any((mapped or client) in network for network in networks)
