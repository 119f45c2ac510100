"""Passkeys: what a browser is asked for, and what its answer shows (Web Authentication Level 3, sections 7.1 and 7.2).

A challenge belongs to one purpose and, but for a sign-in by passkey alone, to one person. It is answered once, within
five minutes, at the installation's own address, and never inside another site's frame. Nothing here asks the database:
`katip.identity.services.factors` keeps passkeys, `katip.identity.services.second_steps` takes their answers.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from katip.core.crypto import lookup_key
from katip.identity.models import Person

LONGEST = 16_000
"""Characters of an answer; the longest that authenticators give are a quarter of it."""
LONGEST_ID = 1023
"""Bytes of a credential's id, as the specification bounds it."""
_LASTS = timedelta(minutes=5)
_ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA and RS256 (COSE): what phones, computers and security keys sign with."""


class Purpose(StrEnum):
    """What a challenge was made for; an answer to one serves no other."""

    ADD = "add"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    STEP_UP = "step_up"


class PasskeyRefusedError(Exception):
    """The answer does not show what was asked for. `code` is for the trace, never for the page.

    `person_id` is whose passkey it names, where it is known.
    """

    def __init__(self, code: str, person_id: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was asked: `value` is base64url; `person_id` is None where anybody may answer. Kept in the session."""

    value: str
    user_verification: str
    person_id: int | None
    begun: float

    @property
    def state(self) -> dict[str, str]:
        """As the library wants it."""
        return {"challenge": self.value, "user_verification": self.user_verification}


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a browser made: `credential` is its id and public key, base64url.

    `verified`: the person was verified (fingerprint, face, PIN); `discoverable`: it is found without being named.
    """

    credential: str
    counter: int
    verified: bool
    discoverable: bool

    @property
    def key(self) -> str:
        """By which it is found."""
        return credential_key(_credential_read(self.credential).credential_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was parsed but not yet checked."""

    response: AuthenticationResponse

    @property
    def key(self) -> str:
        """By which its passkey is found."""
        return credential_key(self.response.raw_id)


def rp_id() -> str:
    """The name that passkeys are made for: the host of the installation's address."""
    return urlsplit(settings.KATIP.origin).hostname or "localhost"


def user_handle(person_id: int) -> bytes:
    """What a passkey knows its person by: 32 bytes that tell nothing."""
    return bytes.fromhex(lookup_key(f"passkey-user:{person_id}"))


def credential_key(credential_id: bytes) -> str:
    """By which a passkey is found."""
    return hashlib.sha256(credential_id).hexdigest()


def addition_begin(session: SessionBase, at: datetime, person: Person, known: list[str]) -> dict[str, Any]:
    """Ask for a new passkey: found without being named and verifying its person, where the device can.

    `known` are the credentials that the person has already. Returns what the browser's script is given.
    """
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user_handle(person.pk), name=person.name, display_name=person.name),
        credentials=_descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        extensions={"credProps": True},
    )
    _keep(session, Purpose.ADD, state, person.pk, at)
    return _shown(dict(options))


def use_begin(
    session: SessionBase, at: datetime, purpose: Purpose, *, person_id: int | None = None, known: list[str]
) -> dict[str, Any]:
    """Ask for the use of a passkey: of one of `known`, or, to sign in with nothing else, of any that verifies.

    Returns what the browser's script is given.
    """
    verification = (
        UserVerificationRequirement.REQUIRED if purpose == Purpose.SIGN_IN else UserVerificationRequirement.PREFERRED
    )
    options, state = _server().authenticate_begin(_descriptors(known), user_verification=verification)
    _keep(session, purpose, state, person_id, at)
    return _shown(dict(options))


def challenge_take(session: SessionBase, at: datetime, purpose: Purpose, person_id: int | None) -> Challenge:
    """Take the challenge of this purpose out of the session: whatever the answer is, there is no second one to it.

    Raises `PasskeyRefusedError` where none waits, its time is over, or it was made for someone else: in one browser
    one person's sign-in may follow another's that was left half done.
    """
    kept = session.pop(_name(purpose), None)
    if kept is None:
        raise PasskeyRefusedError("no_challenge")
    challenge = Challenge(**kept)
    _require(challenge.person_id == person_id, "wrong_person", person_id)
    if not 0 <= at.timestamp() - challenge.begun <= _LASTS.total_seconds():
        raise PasskeyRefusedError("challenge_over")
    # The session of a request that runs at the same moment still has it.
    if not cache.add(f"passkey-challenge:{lookup_key(challenge.value)}", 1, timeout=2 * int(_LASTS.total_seconds())):
        raise PasskeyRefusedError("challenge_used")
    return challenge


def addition_check(challenge: Challenge, person_id: int, text: str) -> NewPasskey:
    """What the browser's answer `text` shows of the new passkey. Raises `PasskeyRefusedError`."""
    _require(challenge.person_id == person_id, "wrong_person", person_id)
    try:
        response = RegistrationResponse.from_dict(_json(text))
        _require(response.response.client_data.cross_origin is False, "in_a_frame")
        made = _server().register_complete(challenge.state, response)
        credential = _there(made.credential_data)
        _require(credential.credential_id == response.raw_id, "malformed")
        _require(0 < len(response.raw_id) <= LONGEST_ID, "malformed")
        _require(credential.public_key.ALGORITHM in _ALGORITHMS, "algorithm")
        properties = response.client_extension_results.get("credProps") or {}
        return NewPasskey(
            credential=websafe_encode(credential),
            counter=made.counter,
            verified=made.is_user_verified(),
            discoverable=dict(properties).get("rk") is not False,
        )
    except Exception as error:  # whatever a hostile answer raises in the library, it is refused
        raise _refused(error, person_id) from error


def answer_read(text: str) -> Answer:
    """The browser's answer to a request for use. Raises `PasskeyRefusedError`."""
    try:
        response = AuthenticationResponse.from_dict(_json(text))
        _require(0 < len(response.raw_id) <= LONGEST_ID, "malformed")
        _require(response.response.client_data.cross_origin is False, "in_a_frame")
    except Exception as error:  # as above
        raise _refused(error) from error
    return Answer(response)


def answer_check(challenge: Challenge, answer: Answer, person_id: int, credential: str) -> int:
    """Check the answer against the passkey that it names, `credential` of `person_id`; returns its signature counter.

    Raises `PasskeyRefusedError`.
    """
    handle = answer.response.response.user_handle
    _require(challenge.person_id in {None, person_id}, "wrong_person", person_id)
    named = handle == user_handle(person_id)
    _require(named or (not handle and challenge.person_id is not None), "wrong_person", person_id)
    try:
        _server().authenticate_complete(challenge.state, [_credential_read(credential)], answer.response)
        return int(answer.response.response.authenticator_data.counter)
    except Exception as error:  # as above
        raise _refused(error, person_id, "not_shown") from error


def counter_went_on(before: int, after: int) -> bool:
    """Whether a signature counter moved as that of a single passkey does.

    Those that never count say 0 for ever. A counter that stands still or runs back belongs to a copy, or to the
    original after its copy was used: which one it is cannot be told, so neither is taken.
    """
    return after > before or before == after == 0


def _server() -> Fido2Server:
    """The library's checks, with this installation's address as the only one that may ask."""
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=rp_id(), name="Katip"), verify_origin=lambda origin: origin == _origin()
    )
    server.timeout = int(_LASTS.total_seconds() * 1000)  # type: ignore[assignment] # the library types it as None
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=number) for number in _ALGORITHMS
    ]
    return server


def _origin() -> str:
    """The installation's address as browsers write it: small letters, no port that goes without saying."""
    parts = urlsplit(settings.KATIP.origin)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _shown(options: dict[str, Any]) -> dict[str, Any]:
    return {"origin": _origin(), **options}


def _name(purpose: Purpose) -> str:
    return f"passkey_{purpose}"


def _keep(session: SessionBase, purpose: Purpose, state: Any, person_id: int | None, at: datetime) -> None:
    verification = str(UserVerificationRequirement(state["user_verification"]).value)
    session[_name(purpose)] = asdict(Challenge(state["challenge"], verification, person_id, at.timestamp()))


def _require(holds: bool, code: str, person_id: int | None = None) -> None:  # noqa: FBT001 -- reads as a sentence
    if not holds:
        raise PasskeyRefusedError(code, person_id)


def _there(credential: AttestedCredentialData | None) -> AttestedCredentialData:
    if credential is None:
        raise PasskeyRefusedError("malformed")
    return credential


def _refused(error: Exception, person_id: int | None = None, code: str = "malformed") -> PasskeyRefusedError:
    return PasskeyRefusedError(error.code if isinstance(error, PasskeyRefusedError) else code, person_id)


def _descriptors(known: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=_credential_read(credential).credential_id
        )
        for credential in known
    ]


def _credential_read(text: str) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(text))


def _json(text: str) -> Any:
    _require(len(text) <= LONGEST, "malformed")
    return json.loads(text)
