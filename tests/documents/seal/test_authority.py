"""The installation's own authority, and settings that contradict each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from katip.core.environment import Environment
from katip.documents.seal.authority import authority_make, key_make
from katip.documents.seal.checks import seal_errors
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_load

AT = datetime.now(UTC)


def test_whoever_comes_second_finds_the_keys_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "keys" / "seal"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: authority_make(folder, operator="Kurum", at=AT), range(8)))
    assert [each.name for each in folder.parent.iterdir()] == ["seal"]
    assert len(list(folder.glob("*.key"))) == 2
    name = (folder / "current").read_text().strip()
    sealer_load(folder / f"{name}.key", folder / f"{name}.pem")


def test_keys_come_and_go_below_one_root(tmp_path: Path) -> None:
    folder = tmp_path / "seal"
    authority_make(folder, operator="Kurum", at=AT)
    later = AT + timedelta(days=28 * 365)
    name = key_make(folder, operator="Kurum", at=later)
    sealer = sealer_load(folder / f"{name}.key", folder / f"{name}.pem")
    leaf, root = sealer.chain
    assert root == x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    assert leaf.not_valid_after_utc <= root.not_valid_after_utc  # a key never outlives its root
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    leaf.verify_directly_issued_by(root)


def test_without_an_authority_there_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="cannot be read"):
        key_make(tmp_path, operator="", at=AT)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"seal_tsa_url": "https://zaman.example/tsa"}, "needs KATIP_SEAL_TSA_CA"),
        ({"seal_tsa_url": "ldap://zaman.example", "seal_tsa_ca": "{file}"}, "must be an http"),
        ({"seal_tsa_url": "https://[", "seal_tsa_ca": "{file}"}, "must be an http"),
        ({"seal_chain": "{file}"}, "without KATIP_SEAL_KEY"),
        ({"seal_key": "/none.p12"}, "KATIP_SEAL_KEY: there is no such file"),
        ({"seal_tsa_url": "https://zaman.example/tsa", "seal_tsa_ca": "{file}"}, ""),
        ({}, ""),
    ],
)
def test_settings_that_contradict_each_other_are_said_at_start_up(
    tmp_path: Path, given: dict[str, str], word: str
) -> None:
    file = tmp_path / "kok.pem"
    file.touch()
    update = {name: value.format(file=file) for name, value in given.items()}
    found = [each.msg for each in seal_errors(Environment(**update))]  # type: ignore[arg-type] # as the environment gives them
    assert (word in " ".join(found)) if word else not found
