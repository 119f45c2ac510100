"""Keys apart: encrypted, put where they belong, never over others."""

import stat
from pathlib import Path

import pytest

from katip.core.backup import BackupError, bundle
from katip.core.backup.bundle import Bundle, bundle_read, bundle_write, decrypted, encrypted
from katip.core.backup.keys import fingerprints, keys_put, keys_read
from katip.core.backup.put_away import files_named, files_put, keys_given, settings_set
from katip.core.environment import Environment

PASSPHRASE = "çok uzun bir parola"
WHOLE = Bundle({"field_key": b"one\n", "seal/a.pem": b"\x00\xff"}, {"trust/a.cer": b"x"}, {"KATIP_HELP_NAME": "Ayşe"})


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "COST", 1 << 10)


def test_a_bundle_comes_back_by_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    bundle_write(path, WHOLE, PASSPHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [other.name for other in tmp_path.iterdir()] == ["keys"]
    assert bundle_read(path, PASSPHRASE) == WHOLE
    # The same letters, from a keyboard that makes them of two.
    assert bundle_read(path, PASSPHRASE.replace("ç", "c\u0327")) == WHOLE
    with pytest.raises(BackupError, match="passphrase is not"):
        bundle_read(path, PASSPHRASE + " ")
    with pytest.raises(BackupError, match="there already"):
        bundle_write(path, WHOLE, PASSPHRASE)
    with pytest.raises(BackupError, match="cannot be read"):
        bundle_read(tmp_path / "none", PASSPHRASE)
    with pytest.raises(BackupError, match="fewer than 12"):
        encrypted(WHOLE, "eleven char")


def test_every_changed_byte_is_found() -> None:
    content = encrypted(WHOLE, PASSPHRASE)
    assert b"one" not in content
    for index in [*range(0, len(content), 7), len(content) - 1]:
        other = bytearray(content)
        other[index] ^= 1
        with pytest.raises(BackupError):
            decrypted(bytes(other), PASSPHRASE)
    for end in (0, 5, 40, len(content) - 1):
        with pytest.raises(BackupError):
            decrypted(content[:end], PASSPHRASE)


def test_a_file_cannot_ask_for_endless_work() -> None:
    content = encrypted(WHOLE, PASSPHRASE).replace(b'"n": 1024', b'"n": 1073741824')
    with pytest.raises(BackupError, match="more work"):
        decrypted(content, PASSPHRASE)


def test_a_lone_key_has_a_fingerprint_that_shows_nothing_of_it() -> None:
    prints = fingerprints({"a": b"secret\n", "b": b"secret", "c": b"other"})
    assert prints["a"] == prints["b"] != prints["c"]
    assert len(prints["a"]) == 16


def test_keys_come_to_an_empty_folder_and_go_with_what_failed(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pytest.raises(ZeroDivisionError), keys_put(folder, WHOLE.keys, {}):  # noqa: PT012 -- a block that fails
        assert keys_read(folder, {}) == WHOLE.keys
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")} == {0o600, 0o700}
        raise ZeroDivisionError
    assert keys_read(folder, {}) == {}
    with keys_put(folder, WHOLE.keys, {}):
        pass
    with keys_put(folder, WHOLE.keys, {"field_key": "one"}):  # the same again: what was begun is begun again
        pass
    assert keys_read(folder, {}) == WHOLE.keys


def test_other_keys_are_never_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "field_key").write_bytes(b"other")
    with pytest.raises(BackupError, match="other keys already: field_key"), keys_put(folder, WHOLE.keys, {}):
        raise AssertionError
    assert [path.name for path in folder.iterdir()] == ["field_key"]
    (folder / "field_key").unlink()
    with pytest.raises(BackupError, match="other keys"), keys_put(folder, WHOLE.keys, {"field_key": "of the variable"}):
        raise AssertionError
    for name in ("../x", "/x"):
        with pytest.raises(BackupError, match="outside"), keys_put(folder, {name: b""}, {}):
            raise AssertionError


def test_settings_and_what_they_name_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "trust" / "lists").mkdir(parents=True)
    (old / "trust" / "lists" / "a.crl").write_bytes(b"list")
    oidc = tmp_path / "providers.toml"
    oidc.write_text("secret = 1")
    for name in [name for name in __import__("os").environ if name.startswith("KATIP_")]:
        monkeypatch.delenv(name)
    given = {"DATA": str(old), "PORT": "9000", "DATABASE_URL": "postgresql://x", "FIELD_KEY": "key", "LOG_KEY": "log"}
    given |= {"OIDC_FILE": str(oidc), "HELP_NAME": "Ali'nin evi", "IDLE_MINUTES": "30", "OPERATOR_IS_MINISTRY": "true"}
    for name, value in given.items():
        monkeypatch.setenv(f"KATIP_{name}", value)
    environment = Environment()
    settings, files = settings_set(environment), files_named(environment)
    assert keys_given(environment) == {"field_key": "key", "log": "log"}
    assert settings == {
        "KATIP_HELP_NAME": "Ali'nin evi",
        "KATIP_IDLE_MINUTES": "30",
        "KATIP_OIDC_FILE": str(oidc),
        "KATIP_OPERATOR_IS_MINISTRY": "true",
    }
    assert files == {"KATIP_OIDC_FILE/providers.toml": b"secret = 1", "trust/lists/a.crl": b"list"}
    new.mkdir()
    listing = files_put(new, files, settings)
    assert listing is not None
    assert stat.S_IMODE(listing.stat().st_mode) == 0o600
    assert (new / "trust" / "lists" / "a.crl").read_bytes() == b"list"
    placed = new / "files" / "KATIP_OIDC_FILE" / "providers.toml"
    assert placed.read_text() == "secret = 1"
    assert f"export KATIP_OIDC_FILE={placed}\n" in listing.read_text()
    assert """export KATIP_HELP_NAME='Ali'"'"'nin evi'\n""" in listing.read_text()
    with pytest.raises(BackupError, match="outside"):
        files_put(new, {"trust/../../x": b""}, {})
