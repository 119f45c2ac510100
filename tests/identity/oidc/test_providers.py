"""The operator's file of providers: what is taken, and what stops the start with a word to the operator."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from katip.identity.oidc.providers import ProvidersFileError, providers, providers_read

SECRET = "very-secret-indeed"
LEAST = f"""
[[provider]]
number = 1
name = "Örnek Kapı"
issuer = "https://giris.ornek.com.tr/realms/x"
client_id = "katip"
client_secret = "{SECRET}"
national_id_claim = "tckn"
"""
STRONG = LEAST + 'acr = ["iki-adim"]\nmax_age = 3600\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def faults(folder: Path, text: str, *, development: bool = False) -> list[str]:
    with pytest.raises(ProvidersFileError) as raised:
        providers_read(written(folder, text), development=development)
    assert SECRET not in str(raised.value)
    return raised.value.faults


def test_what_is_left_out_is_strict(tmp_path: Path) -> None:
    (provider,) = providers_read(written(tmp_path, LEAST), development=False)
    assert provider.algorithms == ("RS256", "PS256", "ES256")
    assert (provider.scopes, provider.client_auth, provider.leeway) == (("openid",), "client_secret_basic", 30)
    assert not provider.counts_as_two_steps
    assert SECRET not in repr(provider)


@pytest.mark.parametrize("demand", ['acr = ["x"]', 'amr_any = ["otp"]', 'amr_all = ["pwd", "otp"]'])
def test_two_steps_are_two_steps_only_where_strength_is_demanded(tmp_path: Path, demand: str) -> None:
    (provider,) = providers_read(written(tmp_path, f"{LEAST}{demand}\nmax_age = 600"), development=False)
    assert provider.counts_as_two_steps
    assert faults(tmp_path, f"{LEAST}{demand}") == [
        "provider 1: max_age: needed where acr, amr_any or amr_all is demanded"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "one [[provider]] or more"),
        ("[[provider]\n", "is not TOML"),
        ("provider = 1\n", "one [[provider]] or more"),
        (LEAST + "[other]\n", "one [[provider]] or more"),
        (LEAST + 'colour = "red"\n', "provider 1: colour: Extra inputs are not permitted"),
        (LEAST.replace("number = 1\n", ""), "provider 1: number: Field required"),
        (LEAST.replace("number = 1", "number = true"), "provider 1: number"),
        (LEAST.replace("https://", "http://"), "provider 1: issuer: an https:// address"),
        (LEAST.replace("https://giris", "https://x@giris"), "provider 1: issuer"),
        (LEAST.replace("/realms/x", "/realms/x?y"), "provider 1: issuer"),
        (LEAST.replace("/realms/x", "/realms/x#y"), "provider 1: issuer"),
        (LEAST.replace(SECRET, ""), "provider 1: client_secret: empty"),
        (LEAST + 'algorithms = ["none"]\n', "provider 1: algorithms.0"),
        (LEAST + 'algorithms = ["HS256"]\n', "provider 1: algorithms.0"),
        (LEAST + "algorithms = []\n", "provider 1: algorithms"),
        (LEAST + 'scopes = ["tckn"]\n', 'provider 1: scopes: "openid" must be among them'),
        (LEAST + 'client_auth = "none"\n', "provider 1: client_auth"),
        (LEAST + "leeway = 3600\n", "provider 1: leeway"),
        (LEAST + 'ca_file = "nowhere.pem"\n', "provider 1: ca_file: no such file"),
        (LEAST + LEAST, "number 1: stands twice"),
        (LEAST + LEAST.replace("number = 1", "number = 2"), "issuer https://giris.ornek.com.tr/realms/x: stands twice"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, fault: str) -> None:
    assert any(fault in found for found in faults(tmp_path, text))


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, LEAST.replace("number = 1", "") + LEAST.replace(SECRET, "") + LEAST + "x = 1")) == 3


def test_without_tls_only_on_loopback_while_developing(tmp_path: Path) -> None:
    near = LEAST.replace("https://giris.ornek.com.tr", "http://127.0.0.1:9000")
    assert providers_read(written(tmp_path, near), development=True)[0].is_plain
    assert "https:// is needed" in faults(tmp_path, near)[0]
    far = LEAST.replace("https://", "http://")
    assert "provider 1: issuer" in faults(tmp_path, far, development=True)[0]


def test_a_file_that_everybody_reads_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)
    path.chmod(0o644)
    with pytest.raises(ProvidersFileError, match="chmod 600"):
        providers_read(path, development=False)
    with pytest.raises(ProvidersFileError, match="cannot be read"):
        providers_read(tmp_path / "nowhere.toml", development=False)


def test_an_authority_lies_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "own-ca.pem").touch()
    (provider,) = providers_read(written(tmp_path, LEAST + 'ca_file = "own-ca.pem"'), development=False)
    assert provider.ca_file == tmp_path / "own-ca.pem"


def test_the_start_is_refused_with_a_wrong_file(tmp_path: Path, settings: Any) -> None:
    assert not [fault for fault in run_checks() if fault.id == "katip.E010"]
    settings.KATIP = settings.KATIP.model_copy(update={"oidc_file": written(tmp_path, LEAST + "x = 1")})
    (fault,) = [fault for fault in run_checks() if fault.id == "katip.E010"]
    assert "provider 1: x" in fault.msg
    assert fault.is_serious()


def test_without_a_file_there_are_none(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"oidc_file": None})
    assert providers() == ()
