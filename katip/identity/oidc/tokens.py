"""The ID token: who signed it, for whom, when, and how strongly the person was recognised there.

OpenID Connect Core 1.0, section 2 and 3.1.3.7; RFC 7519 and 8725.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from katip.identity.oidc.keys import PublicKey
from katip.identity.oidc.providers import Provider
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.oidc.strict import json_object, number_of
from katip.rules import FormatError, parse_national_id

_SIGNED = re.compile(r"[A-Za-z0-9_-]{2,4000}\.[A-Za-z0-9_-]{2,24000}\.[A-Za-z0-9_-]{2,2000}", re.ASCII)
_SUBJECT = re.compile(r"[ -~]{1,255}", re.ASCII)
_KID_LENGTH = 500
_ELEVEN = re.compile(r"[0-9]{11}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of its signature before that is checked."""

    algorithm: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a token must answer: the sign-in that was begun, and the moment of now (seconds since 1970).

    `shown_at` is when the person last showed themselves there, where it was asked that they do so anew.
    """

    nonce: str
    begun_at: float
    now: float
    shown_at: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a checked ID token shows: the account there, and when the person proved to be its owner."""

    subject: str
    auth_time: float | None


def header_read(token: Any, algorithms: tuple[str, ...]) -> Header:
    """The header of a signed token (JWS compact). Raises `ProviderRefusedError`: `token_malformed`, `algorithm`.

    Only algorithms that the operator allows; no extension that must be understood (`crit`); keys that a token brings
    along (`jwk`, `jku`, `x5c`) are never looked at; an access token or a logout token is no ID token.
    """
    if not isinstance(token, str) or not _SIGNED.fullmatch(token):
        raise ProviderRefusedError(Reason.TOKEN_MALFORMED)
    try:
        text = token.partition(".")[0]
        header = json_object(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, ProviderRefusedError) as error:
        raise ProviderRefusedError(Reason.TOKEN_MALFORMED) from error
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise ProviderRefusedError(Reason.ALGORITHM)
    if "crit" in header or "b64" in header or not isinstance(kind, str) or kind.upper() != "JWT":
        raise ProviderRefusedError(Reason.TOKEN_MALFORMED)
    if kid is not None and (not isinstance(kid, str) or len(kid) > _KID_LENGTH):
        raise ProviderRefusedError(Reason.TOKEN_MALFORMED)
    return Header(algorithm, kid)


def claims_read(token: str, header: Header, key: PublicKey) -> dict[str, Any]:
    """What the token claims, its signature checked. Raises `ProviderRefusedError`: `signature`, `token_malformed`."""
    try:
        payload = PyJWS().decode_complete(token, key, algorithms=[header.algorithm])["payload"]
    except (PyJWTError, ValueError, TypeError) as error:
        raise ProviderRefusedError(Reason.SIGNATURE) from error
    try:
        return json_object(payload)
    except ProviderRefusedError as error:
        raise ProviderRefusedError(Reason.TOKEN_MALFORMED) from error


def claims_check(
    claims: Mapping[str, Any], *, provider: Provider, asked: Asked, algorithm: str, access_token: str | None
) -> Shown:
    """Everything that an ID token must say. Raises `ProviderRefusedError` for the first thing that does not hold."""
    parties_check(claims, provider)
    _times_check(claims, asked, provider.leeway)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _same(nonce, asked.nonce):
        raise ProviderRefusedError(Reason.NONCE)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise ProviderRefusedError(Reason.SUBJECT)
    if "at_hash" in claims:
        _at_hash_check(claims["at_hash"], algorithm, access_token)
    auth_time = _auth_time(claims, provider, asked)
    _strength_check(claims, provider)
    return Shown(subject, auth_time)


def _same(given: str, wanted: str) -> bool:
    return given.isascii() and compare_digest(given, wanted)


def parties_check(claims: Mapping[str, Any], provider: Provider) -> None:
    """Who issued it, and for whom. Several audiences, or an `azp`: then it must be us to whom it was handed."""
    if claims.get("iss") != provider.issuer:
        raise ProviderRefusedError(Reason.ISSUER)
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or not all(isinstance(one, str) for one in audiences):
        raise ProviderRefusedError(Reason.AUDIENCE)
    if provider.client_id not in audiences:
        raise ProviderRefusedError(Reason.AUDIENCE)
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise ProviderRefusedError(Reason.AUDIENCE)


def _times_check(claims: Mapping[str, Any], asked: Asked, leeway: int) -> None:
    expires, issued = number_of(claims.get("exp")), number_of(claims.get("iat"))
    if expires is None or asked.now >= expires + leeway:
        raise ProviderRefusedError(Reason.EXPIRED)
    if issued is None or issued > asked.now + leeway or issued < int(asked.begun_at) - leeway:
        raise ProviderRefusedError(Reason.ISSUED_AT)  # it answers this sign-in, so it is younger than this sign-in
    if "nbf" in claims:
        not_before = number_of(claims["nbf"])
        if not_before is None or not_before > asked.now + leeway:
            raise ProviderRefusedError(Reason.NOT_YET)


def _at_hash_check(given: Any, algorithm: str, access_token: str | None) -> None:
    """Section 3.1.3.6: the left half of the access token's hash."""
    digest = {"256": hashlib.sha256, "384": hashlib.sha384}.get(algorithm[-3:], hashlib.sha512)
    if not isinstance(given, str) or access_token is None:
        raise ProviderRefusedError(Reason.AT_HASH)
    whole = digest(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode("ascii")
    if not _same(given, wanted):
        raise ProviderRefusedError(Reason.AT_HASH)


def _auth_time(claims: Mapping[str, Any], provider: Provider, asked: Asked) -> float | None:
    """When the person signed in there: demanded where its age counts, and then young enough."""
    demanded = provider.max_age is not None or asked.shown_at is not None
    if "auth_time" not in claims:
        if demanded:
            raise ProviderRefusedError(Reason.AUTH_TIME_MISSING)
        return None
    moment = number_of(claims["auth_time"])
    if moment is None or moment < 0 or moment > asked.now + provider.leeway:
        raise ProviderRefusedError(Reason.AUTH_TIME_WRONG)
    if provider.max_age is not None and moment < asked.now - provider.max_age - provider.leeway:
        raise ProviderRefusedError(Reason.AUTH_TIME_OLD)
    if asked.shown_at is not None and moment <= max(asked.shown_at, int(asked.begun_at) - provider.leeway - 1):
        raise ProviderRefusedError(Reason.AUTH_TIME_OLD)
    return moment


def _strength_check(claims: Mapping[str, Any], provider: Provider) -> None:
    """Section 2, `acr` and `amr`: as strong as the operator demands."""
    acr, amr = claims.get("acr"), claims.get("amr")
    if provider.acr and (not isinstance(acr, str) or acr not in provider.acr):
        raise ProviderRefusedError(Reason.ACR_WEAK)
    methods = {one for one in amr if isinstance(one, str)} if isinstance(amr, list) else set()
    if provider.amr_any and not methods & set(provider.amr_any):
        raise ProviderRefusedError(Reason.AMR_WEAK)
    if not methods >= set(provider.amr_all):
        raise ProviderRefusedError(Reason.AMR_WEAK)


def national_id_of(claims: Mapping[str, Any], name: str) -> str:
    """The T.C. kimlik no in the claim `name`: a text of eleven digits whose check digits fit.

    Raises `ProviderRefusedError`: `national_id_missing`, `national_id_malformed`.
    """
    given = claims.get(name)
    if given is None or given == "":
        raise ProviderRefusedError(Reason.NATIONAL_ID_MISSING)
    if not isinstance(given, str) or not _ELEVEN.fullmatch(given):
        raise ProviderRefusedError(Reason.NATIONAL_ID_MALFORMED)
    try:
        return parse_national_id(given)
    except FormatError as error:
        raise ProviderRefusedError(Reason.NATIONAL_ID_MALFORMED) from error
