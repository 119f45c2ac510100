"""Why somebody who comes back from a provider is not let in."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason each; the pages put them into words, the audit keeps them as they are."""

    STATE_UNKNOWN = "state_unknown"
    """not begun in this browser, or taken already"""
    STATE_EXPIRED = "state_expired"
    OTHER_PROVIDER = "other_provider"
    """the answer came to the address of another provider than the one that was asked"""
    ISSUER_MISSING = "issuer_missing"
    """the provider announces that its answers name it (RFC 9207), and this one did not"""
    ISSUER_OTHER = "issuer_other"
    """the answer names another issuer"""
    ANSWER_MALFORMED = "answer_malformed"
    CANCELLED = "cancelled"
    """`access_denied`: the person turned back, or the provider does not let them"""
    PROVIDER_ERROR = "provider_error"

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    NOT_JSON = "not_json"
    STATUS = "status"
    """an answer of the provider has another HTTP status than 200"""
    DISCOVERY_ISSUER = "discovery_issuer"
    DISCOVERY_UNFIT = "discovery_unfit"
    CODE_REFUSED = "code_refused"
    """the provider did not take the code: used, old, or another client's"""
    TOKEN_ANSWER = "token_answer"  # noqa: S105 -- a reason, no secret

    TOKEN_MALFORMED = "token_malformed"  # noqa: S105 -- as above
    ALGORITHM = "algorithm"
    KEY_SET = "key_set"
    KEY_UNKNOWN = "key_unknown"
    KEY_UNFIT = "key_unfit"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    ISSUED_AT = "issued_at"
    NONCE = "nonce"
    SUBJECT = "subject"
    AT_HASH = "at_hash"
    USERINFO_SUBJECT = "userinfo_subject"
    USERINFO_UNSIGNED = "userinfo_unsigned"

    AUTH_TIME_MISSING = "auth_time_missing"
    AUTH_TIME_WRONG = "auth_time_wrong"
    """no moment at all, or one that is still to come"""
    AUTH_TIME_OLD = "auth_time_old"
    ACR_WEAK = "acr_weak"
    AMR_WEAK = "amr_weak"

    NATIONAL_ID_MISSING = "national_id_missing"
    NATIONAL_ID_MALFORMED = "national_id_malformed"
    PERSON_UNKNOWN = "person_unknown"
    """nobody here with this number, or their account is closed"""
    SUBJECT_OF_ANOTHER = "subject_of_another"
    """the account at the provider belongs to another person here"""
    OTHER_SUBJECT = "other_subject"
    """the person is linked to another account at this provider"""
    OTHER_PERSON = "other_person"
    """asked for once more, the provider showed somebody else"""


class ProviderRefusedError(Exception):
    """What a provider answered is not believed, or not enough. `reason` says why; nothing of the answer is kept.

    `person_id` is whose account it was about, where that is known: for the audit, never for a page.
    """

    def __init__(self, reason: Reason, person_id: int | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.person_id = person_id
