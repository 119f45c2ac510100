"""Whom the operator trusts: country certificates and their revocation lists, found by subject and key identifier.

Every certificate in the folder, and on a country list that is believed, is an end of the chain in itself: a document
signer is looked for one step up and no further, so that link certificates going round in a circle lead nowhere.
`trust.trust_load` fills the store; what could not be taken is among its `faults`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain

from katip.identity.chip.asn1 import COUNTRY
from katip.identity.chip.keys import KeyUnfitError, PublicKey, signature_holds
from katip.identity.chip.signed import key_id_of
from katip.identity.chip.structures import Certificate, NameKey, RevocationList

MAX_TRIED = 256
"""keys that are tried for one signature; no country has had so many, and trying costs time"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file, or a certificate on a country list, that was not taken. `code` says why, see docs/chip-trust.md.

    `country` is the two letters of whom it speaks for, where that could be read. `listed`: it is on a country list.
    """

    source: str
    code: str
    country: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class ListSigner:
    """Who signed the country list that a certificate came with, and the certificate in the folder that vouches."""

    signer: Certificate
    authority: "Authority"


@dataclass(frozen=True)
class Authority:
    """A country certificate (CSCA) that is trusted, with its key made ready."""

    certificate: Certificate
    key: PublicKey = field(repr=False)
    source: str
    """the file that it came from"""
    list_signer: ListSigner | None = None

    @cached_property
    def country(self) -> str | None:
        """The two letters of its subject, capital."""
        return country_in(self.certificate.subject)

    @cached_property
    def key_mark(self) -> bytes:
        """Equal for certificates of one key, however it is written."""
        return self.key.mark()

    def is_believed(self, at: datetime) -> bool:
        """Whether it is valid at the moment, and so is whoever signed the list that it came with."""
        if not is_valid(self.certificate, at):
            return False
        by = self.list_signer
        return by is None or (is_valid(by.signer, at) and is_valid(by.authority.certificate, at))

    def may(self, usage: str) -> bool:
        """Whether the certificate lets its key be used so: `key_cert_sign`, `crl_sign`."""
        return self.certificate.usages is None or usage in self.certificate.usages

    def signed(self, certificate: Certificate) -> bool:
        """Whether its key signed the certificate."""
        try:
            return signature_holds(self.key, certificate.algorithm, certificate.signature, certificate.body)
        except KeyUnfitError:
            return False


@dataclass(frozen=True, slots=True)
class HeldList:
    """A revocation list whose signature was found right, and whose it is."""

    revocations: RevocationList
    authorities: tuple[Authority, ...]
    """certificates of the key that signed it"""
    source: str

    def counts(self, at: datetime) -> bool:
        """Whether it has been issued already, under a certificate that is believed at the moment."""
        return self.revocations.this_update <= at and any(each.is_believed(at) for each in self.authorities)

    def is_fresh(self, at: datetime, grace: timedelta) -> bool:
        """Whether its next update is not overdue by more than `grace`. One that names no next update is not."""
        following = self.revocations.next_update
        return following is not None and at - grace <= following


class TrustStore:
    """What is trusted, made once and only read from. Made by `trust.trust_load`."""

    def __init__(
        self,
        authorities: Iterable[Authority] = (),
        lists: Iterable[HeldList] = (),
        faults: Iterable[Fault] = (),
        links: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        """`links` are marks of keys: the older one, and the newer one that it vouched for by a link certificate."""
        self.authorities = tuple(authorities)
        self.lists = tuple(lists)
        self.faults = tuple(faults)
        self._by_key_id: dict[bytes, list[Authority]] = defaultdict(list)
        self._by_subject: dict[NameKey, list[Authority]] = defaultdict(list)
        self._by_key: dict[bytes, list[Authority]] = defaultdict(list)
        for authority in self.authorities:
            self._by_key_id[key_id_of(authority.certificate)].append(authority)
            self._by_subject[authority.certificate.subject].append(authority)
            self._by_key[authority.key_mark].append(authority)
        self._newer: dict[bytes, set[bytes]] = defaultdict(set)
        for older, newer in links:
            self._newer[older].add(newer)
        self.issuers_of = lru_cache(maxsize=512)(self._issuers_find)
        """The authorities whose key signed a certificate, be they valid or not. Kept: a signature does not go stale."""
        self._lists_by_key: dict[bytes, list[HeldList]] = defaultdict(list)
        for held in self.lists:
            for mark in {authority.key_mark for authority in held.authorities}:
                self._lists_by_key[mark].append(held)

    def _issuers_find(self, certificate: Certificate) -> tuple[Authority, ...]:
        return self.signers(
            certificate.authority_key_id, certificate.issuer, lambda authority: authority.signed(certificate)
        )

    def own(self) -> "TrustStore":
        """The certificates that lie in the folder themselves: by them country lists are believed."""
        return TrustStore(each for each in self.authorities if each.list_signer is None)

    def identified(self, key_id: bytes | None) -> list[Authority]:
        """Those with this key identifier, be it stated or reckoned."""
        return self._by_key_id.get(key_id, []) if key_id is not None else []

    def candidates(self, key_id: bytes | None, name: NameKey) -> Iterator[Authority]:
        """Who may have signed what names its issuer so: names are not unique, and identifiers are not always there.

        Likeliest first; some may come twice.
        """
        return chain(self.identified(key_id), self._by_subject.get(name, ()))

    def signers(
        self, key_id: bytes | None, name: NameKey, has_signed: Callable[[Authority], bool]
    ) -> tuple[Authority, ...]:
        """The authorities of the key that signed what names its issuer so. Each is tried once, `MAX_TRIED` at most."""
        tried: set[bytes] = set()
        for authority in self.candidates(key_id, name):
            if authority.key_mark in tried:
                continue
            if has_signed(authority):
                return tuple(self._by_key[authority.key_mark])
            tried.add(authority.key_mark)
            if len(tried) == MAX_TRIED:
                break
        return ()

    def lists_for(self, authority: Authority) -> list[HeldList]:
        """The revocation lists that speak for what the authority signed.

        They are signed with its own key; or with one that belongs to the same name, or that was handed the office by
        link certificates: a country issues one list at a time, with its newest key (Doc 9303-12 7.1.4).
        """
        marks: set[bytes] = set()
        same_name = self._by_subject.get(authority.certificate.subject, ())
        waiting = {authority.key_mark, *(each.key_mark for each in same_name)}
        while waiting:  # every key once, so that links in a circle end
            marks |= waiting
            waiting = {newer for mark in waiting for newer in self._newer.get(mark, ())} - marks
        return [held for mark in sorted(marks) for held in self._lists_by_key.get(mark, ())]


def is_valid(certificate: Certificate, at: datetime) -> bool:
    """Whether the moment lies within the certificate's validity."""
    return certificate.not_before <= at <= certificate.not_after


def country_in(name: NameKey) -> str | None:
    """The country in a distinguished name, capital letters; None where it names none, or several."""
    found = {text for together in name for kind, text in together if kind == COUNTRY}
    return found.pop().upper() if len(found) == 1 else None
