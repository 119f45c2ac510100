"""Which addresses a stranger may have us ask: those of the public internet, however they are written."""

from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from

from katip.core.networks import address_of, is_public, is_public_or_loopback

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2a00:1450:4017::200e",
    "2606:4700::1111",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]
REFUSED = {
    "loopback": "127.0.0.1 127.1.2.3 ::1",
    "private": "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 fc00::1 fd12:3456::1",
    "link-local": "169.254.169.254 fe80::1 fe80::1%eth0 fec0::1",
    "CGNAT": "100.64.0.1 100.127.255.255",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
    "reserved": "0.0.0.0 0.1.2.3 192.0.0.8 192.0.2.1 198.18.0.1 198.19.255.255 240.0.0.1 255.255.255.255 :: 100::1 "
    "2001:db8::1 3fff::1 4000::1 5f00::1",
    "IPv4-mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254",
    "IPv4-compatible": "::127.0.0.1 ::8.8.8.8",
    "6to4": "2002:7f00:1::1 2002:0a00:1::1 2002:808:808::1 192.88.99.1",
    "NAT64": "64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808",
    "Teredo": "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "ISATAP": "2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:a00:1",
}


@pytest.mark.parametrize("text", PUBLIC)
def test_the_public_internet_may_be_asked(text: str) -> None:
    assert is_public(address_of(text))


@pytest.mark.parametrize(("kind", "text"), [(kind, one) for kind, texts in REFUSED.items() for one in texts.split()])
def test_what_lies_in_somebodys_own_network_is_not_asked(kind: str, text: str) -> None:
    assert not is_public(address_of(text)), kind


@given(sampled_from(["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "169.254.0.0/16"]), integers(0, 2**32 - 1))
def test_no_writing_of_a_private_address_gets_through(network: str, drawn: int) -> None:
    inside = IPv4Network(network)
    inner = int(inside[drawn % inside.num_addresses])
    forms = (inner, 0xFFFF << 32 | inner, 0x64FF9B << 96 | inner, 0x2002 << 112 | inner << 80, 0x2001 << 112 | inner)
    assert not any(is_public(ip_address(form)) for form in forms)
    assert not is_public(ip_address(0x2A00 << 112 | 0x5EFE << 32 | inner))


def test_who_tries_a_program_out_may_have_their_own_machine_asked_and_no_other() -> None:
    assert [
        is_public_or_loopback(address_of(text)) for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "1.1.1.1")
    ] == [True] * 4
    assert not any(
        is_public_or_loopback(address_of(text)) for text in ("10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")
    )
