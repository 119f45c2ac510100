"""A sign-in that was begun: what is sent along, what must come back, and for how long that counts.

RFC 6749 (state), OpenID Connect Core 1.0 (nonce), RFC 7636 (PKCE), RFC 9207 (issuer of the answer), RFC 9700.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import Any, Self

from katip.identity.oidc.metadata import Metadata
from katip.identity.oidc.providers import Provider
from katip.identity.oidc.reasons import ProviderRefusedError, Reason

SECONDS = 600
"""How long a person may take at the provider."""
_CODE = re.compile(r"[!-~]{1,2000}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way, kept in the browser's own session under its `state`.

    `person` is who must show themselves once more, `shown_at` when they last did there; None: somebody comes in.
    """

    provider: int
    state: str
    nonce: str
    verifier: str
    begun_at: float
    onward: str = ""
    person: int | None = None
    shown_at: float | None = None

    @classmethod
    def begin(cls, provider: int, now: float, **more: Any) -> Self:
        """A new one; its three secrets are drawn here (256 bits each)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(provider, state, nonce, verifier, now, **more)

    @property
    def challenge(self) -> str:
        """PKCE, method S256: what the provider keeps until the code is redeemed."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def is_over(self, now: float) -> bool:
        """Whether its ten minutes are gone (or the clock was put back)."""
        return not 0 <= now - self.begun_at <= SECONDS

    def kept(self) -> dict[str, Any]:
        """As plain values for the session."""
        return asdict(self)


def request_of(attempt: Attempt, provider: Provider, redirect_uri: str, language: str) -> dict[str, str]:
    """The parameters of the authorization request (Core, section 3.1.2.1)."""
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
        "ui_locales": language,
    }
    if provider.acr:
        asked["acr_values"] = " ".join(provider.acr)
    if attempt.person is not None:
        asked |= {"prompt": "login", "max_age": "0"}
    elif provider.max_age is not None:
        asked["max_age"] = str(provider.max_age)
    return asked


def answer_single(answer: Mapping[str, list[str]]) -> dict[str, str]:
    """The parameters of an answer. Raises `answer_malformed` where one stands twice (RFC 6749, 3.1)."""
    wanted = {name: answer.get(name, []) for name in ("state", "code", "iss", "error")}
    if any(len(values) > 1 for values in wanted.values()):
        raise ProviderRefusedError(Reason.ANSWER_MALFORMED)
    return {name: values[0] for name, values in wanted.items() if values}


def code_of(answer: Mapping[str, str], attempt: Attempt, provider: Provider, metadata: Metadata, now: float) -> str:
    """The code of an answer whose state was found. Raises `ProviderRefusedError` where it is not the one asked for.

    Against a provider that passes on another's answer (mix-up): each provider has an address of its own, and the
    issuer named in the answer is checked whenever it is there, and missed where the provider announces it.
    """
    if attempt.provider != provider.number:
        raise ProviderRefusedError(Reason.OTHER_PROVIDER)
    if attempt.is_over(now):
        raise ProviderRefusedError(Reason.STATE_EXPIRED)
    if "iss" not in answer and metadata.names_itself:
        raise ProviderRefusedError(Reason.ISSUER_MISSING)
    if "iss" in answer and answer["iss"] != provider.issuer:
        raise ProviderRefusedError(Reason.ISSUER_OTHER)
    if "error" in answer:
        cancelled = answer["error"] == "access_denied"
        raise ProviderRefusedError(Reason.CANCELLED if cancelled else Reason.PROVIDER_ERROR)
    code = answer.get("code", "")
    if not _CODE.fullmatch(code):
        raise ProviderRefusedError(Reason.ANSWER_MALFORMED)
    return code


def state_is(attempt: Attempt, state: str) -> bool:
    """Whether this is the state that was sent, compared in constant time."""
    return state.isascii() and compare_digest(attempt.state, state)
