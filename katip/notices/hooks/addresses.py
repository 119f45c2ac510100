"""Where webhooks may be sent: by https to the public internet, unless the operator lets programs be tried out here."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from katip.core.environment import Environment, is_loopback
from katip.core.errors import KatipError
from katip.core.networks import Address, is_public, is_public_or_loopback

LONGEST = 500
_STANDARD_PORT = 443
_PORTS = 65_536


class HookAddressError(KatipError):
    """Nothing can be sent to this address.

    `code`: `address_form`, `address_scheme`, `address_port`, `address_private`, `address_ours`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ports_of(site: Environment) -> frozenset[int]:
    """The ports that the operator lets webhooks be sent to. Raises `ValueError` where one is none."""
    ports = frozenset(int(port) for port in site.webhook_ports.replace(",", " ").split())
    if any(not 0 < port < _PORTS for port in ports):
        raise ValueError(site.webhook_ports)
    return ports


def address_allowed(address: Address) -> bool:
    """Whether a webhook may go to this internet address: asked of each one that its name leads to, at every try."""
    site: Environment = settings.KATIP
    return is_public_or_loopback(address) if site.webhook_loopback else is_public(address)


def require_address(url: str) -> str:
    """The address as it is kept; raises `HookAddressError` for one that could never be sent to.

    What its name leads to is not asked here: that may change, and is looked at whenever something is sent.
    """
    site: Environment = settings.KATIP
    plain = url.strip()
    try:
        parts = urlsplit(plain)
        host, port = parts.hostname or "", parts.port or _STANDARD_PORT
    except ValueError:
        raise HookAddressError("address_form") from None
    wrong = not host or len(plain) > LONGEST or not plain.isascii() or not plain.isprintable() or " " in plain
    if wrong or parts.username is not None or parts.password is not None or parts.fragment:
        raise HookAddressError("address_form")
    if site.webhook_loopback and is_loopback(host):
        if parts.scheme not in {"http", "https"}:
            raise HookAddressError("address_scheme")
        return plain
    if parts.scheme != "https":
        raise HookAddressError("address_scheme")
    if port not in ports_of(site):
        raise HookAddressError("address_port")
    if host == urlsplit(site.origin).hostname:
        raise HookAddressError("address_ours")
    if not _may_be_public(host):
        raise HookAddressError("address_private")
    return plain


def _may_be_public(host: str) -> bool:
    """A name with a dot in it, or a public address."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        return "." in host.rstrip(".") and not last.isdigit() and last not in {"local", "localhost", "internal"}
