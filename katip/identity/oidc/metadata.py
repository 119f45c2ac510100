"""What a provider says of itself (OpenID Connect Discovery 1.0, section 3 and 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from katip.identity.oidc.providers import Provider
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.oidc.strict import url_is_fit


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of a provider, and whether its answers name it (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    names_itself: bool


def metadata_address(issuer: str) -> str:
    """Where a provider's document lies (section 4: a trailing slash of the issuer is dropped)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def metadata_read(document: Mapping[str, Any], provider: Provider) -> Metadata:
    """The document of `provider`, checked. Raises `ProviderRefusedError`: `discovery_issuer`, `discovery_unfit`.

    Its issuer must be the one that the operator wrote, letter by letter (section 4.3). What it announces must contain
    what we do: the code flow, PKCE by SHA-256, our way of showing the secret, an algorithm that is allowed.
    """
    if document.get("issuer") != provider.issuer:
        raise ProviderRefusedError(Reason.DISCOVERY_ISSUER)
    for name, wanted, unless_said in _ANNOUNCED:
        _require(document.get(name, unless_said), wanted(provider))
    named = document.get("authorization_response_iss_parameter_supported", False)
    if not isinstance(named, bool):
        raise ProviderRefusedError(Reason.DISCOVERY_UNFIT)
    return Metadata(
        authorization_endpoint=_address(document, "authorization_endpoint", provider),
        token_endpoint=_address(document, "token_endpoint", provider),
        jwks_uri=_address(document, "jwks_uri", provider),
        userinfo_endpoint=_address(document, "userinfo_endpoint", provider)
        if provider.national_id_from != "id_token"
        else None,
        names_itself=named,
    )


_ANNOUNCED: tuple[tuple[str, Any, Any], ...] = (
    ("response_types_supported", lambda _: {"code"}, None),
    ("code_challenge_methods_supported", lambda _: {"S256"}, ["S256"]),
    ("token_endpoint_auth_methods_supported", lambda p: {p.client_auth}, ["client_secret_basic"]),
    ("id_token_signing_alg_values_supported", lambda p: set(p.algorithms), None),
)
"""Member, what of it we need at least one of, and what counts where the document leaves it out (the specification's
default; PKCE is asked for in any case)."""


def _require(announced: Any, wanted: set[str]) -> None:
    if not isinstance(announced, list) or not any(one in announced for one in wanted):
        raise ProviderRefusedError(Reason.DISCOVERY_UNFIT)


def _address(document: Mapping[str, Any], name: str, provider: Provider) -> str:
    url = document.get(name)
    if not url_is_fit(url, plain=provider.is_plain):
        raise ProviderRefusedError(Reason.DISCOVERY_UNFIT)
    return str(url)
