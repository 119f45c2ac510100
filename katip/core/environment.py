"""What an operator can set: typed `KATIP_*` variables, read once at start-up.

The only module that reads the environment. Everything else takes values from `katip.config.settings`.
"""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data(name: str) -> Path:
    """The data folder `var/<name>`: of the checkout that this program runs from, else of the folder one stands in."""
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "script" / "katip").exists() else Path.cwd()) / "var" / name


class Environment(BaseSettings):
    """The operator's choices; every field is the variable `KATIP_<FIELD>`.

    Raises `pydantic.ValidationError` when a value does not fit its type.
    """

    model_config = SettingsConfigDict(env_prefix="KATIP_", extra="ignore")

    env: Literal["production", "development"] = "production"
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    web_workers: int = Field(default=0, ge=0, le=256)
    web_threads: int = Field(default=4, ge=1, le=64)
    drain_seconds: int = Field(default=0, ge=0, le=300)
    stop_seconds: int = Field(default=20, ge=1, le=600)
    data: Path = default_data("katip")

    database_url: str = ""
    database_work_url: str = ""
    database_owner_url: str = ""
    database_prepare: bool = True
    pg_bin: Path | None = None

    secret_key: str = ""
    lookup_key: str = ""
    field_key: str = ""
    log_key: str = ""
    log_origin: str = ""

    operator_name: str = ""
    operator_is_ministry: bool = False
    controller_name: str = ""
    help_name: str = ""
    help_phone: str = ""
    help_hours: str = ""
    counter_name: str = ""

    idle_minutes: int = Field(default=20, ge=5)
    step_up_minutes: int = Field(default=15, ge=1)
    approval_deadline_days: int = Field(default=0, ge=0)
    bulk_approval: bool = True
    remind_days: str = Field(default="3,1", pattern=r"^\s*(\d{1,2}(\s*,\s*\d{1,2})*)?\s*$")
    feed_bad_percent: int = Field(default=1, ge=0, le=100)
    trusted_proxies: int = Field(default=0, ge=0)

    activation_days: int = Field(default=14, ge=1)
    application_days: int = Field(default=30, ge=7)
    reason_minutes: int = Field(default=30, ge=5, le=480)
    review_percent: int = Field(default=5, ge=0, le=100)
    chip_trust: Path | None = None
    chip_states: str = "TUR"
    chip_revocation_grace_days: int = Field(default=0, ge=0)
    oidc_file: Path | None = None
    smtp_url: str = ""
    mail_from: str = ""
    mail_bounces: str = ""
    senders: int = Field(default=4, ge=1, le=64)
    sms_url: str = ""
    sms_body: str = ""
    sms_content_type: str = "application/json"
    sms_authorization: str = ""
    sms_accepted: str = ""
    sms_refused: str = ""
    kep_url: str = ""
    kep_body: str = ""
    kep_authorization: str = ""
    kep_accepted: str = ""

    webhook_ports: str = "443"
    webhook_loopback: bool = False

    seal_key: Path | None = None
    seal_chain: Path | None = None
    seal_passphrase: str = ""
    seal_tsa_url: str = ""
    seal_tsa_ca: Path | None = None

    keep: dict[str, str] = {}
    backup_passphrase_file: Path | None = None

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


def is_loopback(host: str) -> bool:
    """Whether `host` can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
