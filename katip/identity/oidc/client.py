"""One provider, asked: its document and keys (kept for a while), the code redeemed, the person read from the answer."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from katip.identity.oidc.attempts import Attempt, request_of
from katip.identity.oidc.fetch import Answer, fetch
from katip.identity.oidc.keys import Keys, PublicKey, key_choose, keys_read
from katip.identity.oidc.metadata import Metadata, metadata_address, metadata_read
from katip.identity.oidc.providers import Provider
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.oidc.strict import json_object
from katip.identity.oidc.tokens import (
    Asked,
    Header,
    Shown,
    claims_check,
    claims_read,
    header_read,
    national_id_of,
    parties_check,
)

KEPT = 3600
"""Seconds for which a provider's document and keys are believed without asking again."""
KEYS_AGAIN = 60
"""Seconds between two askings for the keys because of a name that is not among them."""
FAILED = 10
"""Seconds for which a provider that does not answer is not asked again: it would hold up everybody who comes."""
_DOWN = {Reason.UNREACHABLE, Reason.SLOW}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom the provider recognised: the account there, the T.C. kimlik no, and when they showed themselves."""

    subject: str
    national_id: str
    auth_time: float | None


@dataclass(frozen=True, slots=True)
class _Tokens:
    id_token: str
    access_token: str | None


class Client:
    """Speaks with one provider. Every method takes `now`, seconds since 1970, and raises `ProviderRefusedError`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, Keys] | None = None
        self._failed: tuple[float, ProviderRefusedError] | None = None

    def address(self, attempt: Attempt, redirect_uri: str, *, language: str, now: float) -> str:
        """Where the browser is sent to sign in."""
        endpoint = self.metadata(now).authorization_endpoint
        joined = "&" if "?" in endpoint else "?"
        return endpoint + joined + urlencode(request_of(attempt, self.provider, redirect_uri, language))

    def metadata(self, now: float) -> Metadata:
        """What the provider says of itself, at most an hour old."""
        if self._metadata is None or not 0 <= now - self._metadata[0] < KEPT:
            address = metadata_address(self.provider.issuer)
            self._metadata = (now, metadata_read(self._document(address, now), self.provider))
        return self._metadata[1]

    def keys(self, now: float) -> Keys:
        """Its keys, at most an hour old."""
        if self._keys is None or not 0 <= now - self._keys[0] < KEPT:
            self._keys = (now, keys_read(self._document(self.metadata(now).jwks_uri, now)))
        return self._keys[1]

    def recognise(self, code: str, attempt: Attempt, redirect_uri: str, now: float) -> Recognised:
        """Redeem the code and read from the ID token, checked, who it is."""
        tokens = self._redeem(code, attempt, redirect_uri, now)
        header = header_read(tokens.id_token, self.provider.algorithms)
        claims = claims_read(tokens.id_token, header, self._key(header, now))
        asked = Asked(attempt.nonce, attempt.begun_at, now, attempt.shown_at)
        shown = claims_check(
            claims,
            provider=self.provider,
            asked=asked,
            algorithm=header.algorithm,
            access_token=tokens.access_token,
        )
        if self.provider.national_id_from != "id_token":
            claims = self._userinfo(tokens.access_token, shown, now)
        return Recognised(shown.subject, national_id_of(claims, self.provider.national_id_claim), shown.auth_time)

    def _document(self, address: str, now: float) -> dict[str, Any]:
        """A JSON document of the provider; one that was down a moment ago is not waited for again."""
        if self._failed is not None and 0 <= now - self._failed[0] < FAILED:
            raise ProviderRefusedError(self._failed[1].reason)
        try:
            answer = fetch(address, ca_file=self.provider.ca_file)
        except ProviderRefusedError as error:
            if error.reason in _DOWN:
                self._failed = (now, error)
            raise
        return _json_of(answer)

    def _key(self, header: Header, now: float) -> PublicKey:
        """The key of a token. A name that is not there: keys change, so they are asked for once more, now and then."""
        try:
            return key_choose(self.keys(now), header.kid, header.algorithm)
        except ProviderRefusedError as error:
            asked_at = self._keys[0] if self._keys is not None else now
            if error.reason != Reason.KEY_UNKNOWN or now - asked_at < KEYS_AGAIN:
                raise
        self._keys = None
        return key_choose(self.keys(now), header.kid, header.algorithm)

    def _redeem(self, code: str, attempt: Attempt, redirect_uri: str, now: float) -> _Tokens:
        """Core, section 3.1.3.1: the code for the tokens, with the secret and the verifier."""
        provider = self.provider
        secret = provider.client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        if provider.client_auth == "client_secret_post":
            form |= {"client_id": provider.client_id, "client_secret": secret}
        else:
            both = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(both.encode()).decode("ascii")
        address = self.metadata(now).token_endpoint
        answer = fetch(address, form=urlencode(form), headers=headers, ca_file=provider.ca_file)
        if answer.status in {400, 401}:
            raise ProviderRefusedError(Reason.CODE_REFUSED)
        return _tokens_read(_json_of(answer))

    def _userinfo(self, access_token: str | None, shown: Shown, now: float) -> dict[str, Any]:
        """Core, section 5.3: the claims about the very account of the ID token; signed ones checked as it is."""
        address = self.metadata(now).userinfo_endpoint
        if address is None or access_token is None:
            raise ProviderRefusedError(Reason.TOKEN_ANSWER)
        answer = fetch(address, headers={"Authorization": f"Bearer {access_token}"}, ca_file=self.provider.ca_file)
        if answer.status != 200:  # noqa: PLR2004 -- HTTP's OK
            raise ProviderRefusedError(Reason.STATUS)
        if self.provider.national_id_from == "userinfo":
            claims = _json_of(answer)
        else:
            claims = self._signed_userinfo(answer, now)
        if claims.get("sub") != shown.subject:
            raise ProviderRefusedError(Reason.USERINFO_SUBJECT)
        return claims

    def _signed_userinfo(self, answer: Answer, now: float) -> dict[str, Any]:
        if answer.media_type != "application/jwt":
            raise ProviderRefusedError(Reason.USERINFO_UNSIGNED)
        token = answer.body.decode("ascii", "replace").strip()
        header = header_read(token, self.provider.algorithms)
        claims = claims_read(token, header, self._key(header, now))
        parties_check(claims, self.provider)
        return claims


def _json_of(answer: Answer) -> dict[str, Any]:
    if answer.status != 200:  # noqa: PLR2004 -- HTTP's OK
        raise ProviderRefusedError(Reason.STATUS)
    if not answer.is_json:
        raise ProviderRefusedError(Reason.NOT_JSON)
    return json_object(answer.body)


def _tokens_read(found: dict[str, Any]) -> _Tokens:
    id_token, access_token = found.get("id_token"), found.get("access_token")
    if not isinstance(id_token, str) or str(found.get("token_type", "")).lower() != "bearer":
        raise ProviderRefusedError(Reason.TOKEN_ANSWER)
    if access_token is not None and not (
        isinstance(access_token, str) and access_token.isascii() and access_token.isprintable()
    ):
        raise ProviderRefusedError(Reason.TOKEN_ANSWER)
    return _Tokens(id_token, access_token)


@lru_cache(maxsize=64)
def client_of(provider: Provider) -> Client:
    """The client of a provider, one in each process: what it keeps is kept there."""
    return Client(provider)
