"""The providers by which people may sign in: the operator's TOML file (`KATIP_OIDC_FILE`), read and checked whole."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError, model_validator

from katip.identity.oidc.strict import url_is_fit

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What a provider may be allowed to sign with. Never `none`, never a shared secret (HS…)."""

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_Words = Annotated[tuple[_Word, ...], Field(max_length=20)]
_Whole = Annotated[int, Field(strict=True)]


class ProvidersFileError(Exception):
    """The file is not as it must be; `faults` says what, a line each, without any value of it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Provider(BaseModel):
    """One provider: who it is, who we are there, and what is demanded of a sign-in there.

    `number` stands in the addresses, so that the redirect address stays when the file is put in another order.
    A sign-in counts as two steps only where `acr`, `amr_any` or `amr_all` is demanded; `max_age` (seconds) then tells
    how old it may be at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    number: Annotated[_Whole, Field(ge=1, le=999)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    name_en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    issuer: str
    client_id: _Word
    client_secret: SecretStr
    client_auth: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    scopes: _Words = ("openid",)
    national_id_claim: _Word
    national_id_from: Literal["id_token", "userinfo", "signed_userinfo"] = "id_token"
    acr: _Words = ()
    amr_any: _Words = ()
    amr_all: _Words = ()
    max_age: Annotated[_Whole, Field(ge=60, le=86_400)] | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256", "PS256", "ES256")
    leeway: Annotated[_Whole, Field(ge=0, le=120)] = 30
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not url_is_fit(self.issuer, plain=True) or "?" in self.issuer:
            raise ValueError("issuer: an https:// address without ? and #, exactly as the provider writes it")
        if not self.client_secret.get_secret_value():
            raise ValueError("client_secret: empty")
        if "openid" not in self.scopes:
            raise ValueError('scopes: "openid" must be among them')
        if self.counts_as_two_steps and self.max_age is None:
            raise ValueError("max_age: needed where acr, amr_any or amr_all is demanded")
        if self.ca_file is not None and not self.ca_file.is_file():
            raise ValueError("ca_file: no such file")
        return self

    @property
    def counts_as_two_steps(self) -> bool:
        """Whether a sign-in there, being as demanded, opens the register by itself."""
        return bool(self.acr or self.amr_any or self.amr_all)

    @property
    def is_plain(self) -> bool:
        """Whether it is asked without TLS: on loopback, while developing."""
        return self.issuer.startswith("http://")

    def name_in(self, language: str) -> str:
        """Its name on the button, in the language of the page."""
        return self.name_en if language == "en" and self.name_en else self.name


def providers_read(path: Path, *, development: bool) -> tuple[Provider, ...]:
    """Every provider of the file at `path`. Without `development`, issuers without TLS are refused.

    Raises `ProvidersFileError` with everything that is wrong.
    """
    listed = _tables(path)
    faults: list[str] = []
    found: list[Provider] = []
    for position, table in enumerate(listed, start=1):
        try:
            found.append(Provider.model_validate(_with_folder(table, path.parent)))
        except ValidationError as error:
            faults += [f"provider {position}: {_said(fault)}" for fault in error.errors(include_input=False)]
    faults += [
        f"issuer {provider.issuer}: https:// is needed (http:// only on loopback with KATIP_ENV=development)"
        for provider in found
        if provider.is_plain and not development
    ]
    numbers, issuers = [str(provider.number) for provider in found], [provider.issuer for provider in found]
    faults += [f"number {number}: stands twice" for number in _twice(numbers)]
    faults += [f"issuer {issuer}: stands twice" for issuer in _twice(issuers)]
    if faults:
        raise ProvidersFileError(faults)
    return tuple(sorted(found, key=lambda provider: provider.number))


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _tables(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_mode & 0o007:
            raise ProvidersFileError([f"{path} can be read by everybody, and holds secrets: chmod 600 {path}"])
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProvidersFileError([f"{path} cannot be read: {error.strerror}"]) from error
    except ValueError as error:
        raise ProvidersFileError([f"{path} is not TOML: {error}"]) from error
    listed = content.pop("provider", None)
    if content or not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed) or not listed:
        raise ProvidersFileError([f"{path}: one [[provider]] or more, and nothing else"])
    return listed


def _with_folder(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A relative `ca_file` counts from the folder of the file itself."""
    given = table.get("ca_file")
    return table | {"ca_file": folder / given} if isinstance(given, str) else table


def _said(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


@lru_cache(maxsize=8)
def _read_once(path: Path, development: bool) -> tuple[Provider, ...]:  # noqa: FBT001 -- a cache's key
    return providers_read(path, development=development)


def providers() -> tuple[Provider, ...]:
    """The operator's providers, read once; none without a file. Raises `ProvidersFileError`, as at start-up."""
    site = settings.KATIP
    return _read_once(site.oidc_file, site.env == "development") if site.oidc_file else ()


def provider_find(number: int) -> Provider | None:
    """The provider with this number, or nothing."""
    return next((provider for provider in providers() if provider.number == number), None)
