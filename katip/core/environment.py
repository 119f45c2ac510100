"""What an operator can set: typed `KATIP_*` variables, or files that hold their values, read once at start-up.

The only module that reads the environment. Everything else takes values from `katip.config.settings`. Which there are
stands in `katip.core.choices`.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from katip.core.choices.database import Database
from katip.core.choices.entering import Entering
from katip.core.choices.keys import Keys
from katip.core.choices.operator import Operator
from katip.core.choices.places import default_data as default_data  # noqa: PLC0414 -- said to be exported
from katip.core.choices.sealing import Sealing
from katip.core.choices.seeing import Seeing
from katip.core.choices.serving import Serving
from katip.core.choices.telling import Telling
from katip.core.choices.working import Working

PREFIX = "KATIP_"
FILE = "_FILE"
GROUPS: tuple[type[BaseModel], ...] = (
    Serving,
    Database,
    Keys,
    Operator,
    Working,
    Entering,
    Telling,
    Sealing,
    Seeing,
)
"""in the order of the documentation"""


class SettingsError(Exception):
    """The environment cannot be used; the message says why, a line for each reason, and shows no value."""


class Files(EnvSettingsSource):
    """Values that stand in files: `KATIP_<FIELD>_FILE` names one. The line break at its end does not count."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {
            variable(name).lower(): _content(variable(name), Path(path))
            for name in settings_cls.model_fields
            if (path := os.environ.get(variable(name) + FILE))
        }


class Environment(Seeing, Sealing, Telling, Entering, Working, Operator, Keys, Database, Serving, BaseSettings):
    """The operator's choices; every field is the variable `KATIP_<FIELD>`, or the file that `KATIP_<FIELD>_FILE` names.

    Raises `pydantic.ValidationError` when a value does not fit its type, `SettingsError` where a file is not to be
    read. Neither shows a value. `environment_read` says both in words.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables and files, nothing else: what is not set there is not set."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, Files(settings_cls)

    @property
    def keys_folder(self) -> Path:
        """Where secrets lie that no variable gives."""
        return self.data / "keys"

    @property
    def makes_keys(self) -> bool:
        """Whether keys that are missing are made: by an installation of one machine, whose database comes with it.

        On a database of the operator's own several machines may stand, and each would make others.
        """
        return not self.database_url

    @property
    def trust_folder(self) -> Path:
        """Where the certificates and revocation lists lie by which ID cards are believed."""
        return self.chip_trust or self.data / "trust"

    @property
    def card_states(self) -> tuple[str, ...]:
        """The states whose ID cards are taken, as the cards name them (three letters)."""
        return tuple(state for state in self.chip_states.replace(",", " ").split() if state)

    @property
    def remind_steps(self) -> tuple[int, ...]:
        """How many days before its last day a step is reminded of; empty where it is not."""
        return tuple(int(one) for one in self.remind_days.replace(",", " ").split())

    @property
    def origin(self) -> str:
        """The address people type, without a trailing slash."""
        shown = "localhost" if is_loopback(self.host) else self.host
        return self.public_url.rstrip("/") or f"http://{shown}:{self.port}"

    @property
    def log_name(self) -> str:
        """The name that a new log is given: the address of its public files, without the scheme."""
        return self.log_origin or f"{self.origin.partition('://')[2]}/kayit"


ELSEWHERE = {"KATIP_CHROMIUM", "KATIP_THOROUGH", "KATIP_API_TOKEN", "KATIP_WEBHOOK_SECRET", "KATIP_MANDATE_SOURCE"}
"""variables of the tests and the examples, which are no settings"""
_BENCH = "KATIP_BENCH_"


def unknown_find(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables that begin as ours do and that nobody reads → the known one that comes nearest, or nothing."""
    plain = [variable(name) for name in Environment.model_fields]
    known = {*plain, *(name + FILE for name in plain)}
    unknown = [
        name
        for name in environ
        if name.upper().startswith(PREFIX) and name.upper() not in known | ELSEWHERE and not name.startswith(_BENCH)
    ]
    return {name: (get_close_matches(name.upper(), known, n=1, cutoff=0.7) or [""])[0] for name in sorted(unknown)}


def variable(field: str) -> str:
    """The variable of a field."""
    return f"{PREFIX}{field.upper()}"


def environment_read() -> Environment:
    """The environment. Raises `SettingsError`, whose words show no value."""
    try:
        return Environment()
    except ValidationError as error:
        lines = [f"{variable(str(one['loc'][0]))}: {one['msg']}." for one in error.errors(include_input=False)]
        raise SettingsError("\n".join(lines)) from None  # the cause would be printed with it
    except SourceError as error:  # says the field's name alone, its cause the value
        named = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(f"{variable(named[1]) if named else error}: it is no JSON.") from None


def _content(name: str, path: Path) -> str:
    if os.environ.get(name):
        raise SettingsError(f"{name} and {name}{FILE} are both set. Leave one out.")
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsError(f"{name}{FILE}: {path} is not a text in UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{name}{FILE}: {path} cannot be read ({error.strerror}).") from None


def is_loopback(host: str) -> bool:
    """Whether `host` can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
