import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from katip.demo.cards.kept import office_find
from katip.demo.cards.kinds import Kind
from katip.demo.cards.office import CERTIFICATE, REVOCATIONS, CardMissingError, card_get, office_open
from katip.demo.cast import CAST, Entry, cast_draw

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def cast() -> list[Entry]:
    return cast_draw()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, cast: list[Entry]) -> Path:
    data = tmp_path_factory.mktemp("demo")
    office_open(data, data / "trust", cast, AT)
    return data


def test_everybody_of_the_cast_has_a_card_with_their_number(data: Path) -> None:
    for member in CAST:
        card = card_get(data, member.key, Kind.GENUINE, TODAY)
        assert card.mrz.national_id() == member.national_id
        assert card.mrz.expires_on(TODAY) > TODAY + timedelta(days=5 * 365)
        assert card.key is not None


def test_the_cards_lie_in_a_file_for_its_owner_only(data: Path) -> None:
    assert stat.S_IMODE((data / "cards.json").stat().st_mode) == 0o600


def test_a_second_start_keeps_the_cards_and_renews_the_revocation_list(tmp_path: Path, cast: list[Entry]) -> None:
    trust = tmp_path / "trust"
    office_open(tmp_path, trust, cast[:-1], AT)
    first = card_get(tmp_path, cast[0].key, Kind.GENUINE, TODAY)
    later = AT + timedelta(days=400)
    office_open(tmp_path, trust, cast, later)
    assert card_get(tmp_path, cast[0].key, Kind.GENUINE, TODAY).security_object == first.security_object
    assert card_get(tmp_path, cast[-1].key, Kind.GENUINE, TODAY).mrz.optional_1 == cast[-1].national_id
    renewed = x509.load_pem_x509_crl((trust / REVOCATIONS).read_bytes())
    assert renewed.last_update_utc == later
    assert renewed.next_update_utc is not None
    assert renewed.next_update_utc > later + timedelta(days=30)
    assert sorted(path.name for path in trust.iterdir()) == [REVOCATIONS, CERTIFICATE]


def test_the_revocation_list_revokes_one_signer_and_not_the_other(data: Path) -> None:
    office = office_find(data)
    assert office
    revocations = x509.load_pem_x509_crl((data / "trust" / REVOCATIONS).read_bytes())
    assert revocations.get_revoked_certificate_by_serial_number(office.revoked.serial)
    assert not revocations.get_revoked_certificate_by_serial_number(office.signer.serial)


def test_what_is_kept_is_what_was_made(data: Path) -> None:
    office = office_find(data)
    assert office
    for card in office.cards.values():
        assert card.key
        private = card.key.private
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        assert card.groups[15].endswith(card.key.public_point())
        assert card.answer(bytes(8))


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_spoilt_in_its_way_only(data: Path, kind: Kind) -> None:
    good, card = card_get(data, "newcomer", Kind.GENUINE, TODAY), card_get(data, "newcomer", kind, TODAY)
    assert good.key
    same_data = card.groups == good.groups
    same_key = card.key is not None and card.key.key_id() == good.key.key_id()
    same_object = card.security_object == good.security_object
    expected = {
        Kind.GENUINE: (True, True, True),
        Kind.CLONE: (True, False, True),
        Kind.EDITED: (False, False, False),
        Kind.EXPIRED: (False, True, False),
        Kind.NO_CLONE_CHECK: (False, False, False),
        Kind.OTHER_PERSON: (False, False, False),
        Kind.REVOKED: (True, True, False),
    }
    assert (same_data, same_key, same_object) == expected[kind]
    assert (card.mrz.optional_1 == "10000000832") == (kind is not Kind.OTHER_PERSON)
    assert (card.mrz.expires_on(TODAY) < TODAY) == (kind is Kind.EXPIRED)
    assert (15 in card.groups) == (kind is not Kind.NO_CLONE_CHECK)


def test_another_persons_card_is_another_persons_even_for_the_stranger(data: Path) -> None:
    assert card_get(data, "stranger", Kind.OTHER_PERSON, TODAY).mrz.optional_1 == "10000000146"


def test_who_is_missing_is_told_what_to_do(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CardMissingError, match="The cast: employer"):
        card_get(data, "nobody", Kind.GENUINE, TODAY)
    with pytest.raises(CardMissingError, match="script/demo"):
        card_get(tmp_path, "newcomer", Kind.GENUINE, TODAY)
