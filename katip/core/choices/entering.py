"""How people prove who they are, and for how long it holds."""

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, Field


class Entering(BaseModel):
    """How people prove who they are, and for how long it holds."""

    title: ClassVar[str] = "Signing in"

    idle_minutes: int = Field(
        default=20,
        ge=5,
        description="a session that nobody uses closes after so many minutes",
    )
    step_up_minutes: int = Field(
        default=15,
        ge=1,
        description="a decision needs a second step not older than this",
    )
    activation_days: int = Field(
        default=14,
        ge=1,
        description="a code handed over at a counter or by `katip account` ends after so many days",
    )
    chip_trust: Path | None = Field(
        default=None,
        description=(
            "the folder with the country certificates and revocation lists by which ID cards are believed. None: "
            "`trust` in the data folder. See [chip-trust.md](chip-trust.md)"
        ),
    )
    chip_states: str = Field(
        default="TUR",
        description="the states whose ID cards are taken, three letters each, separated by commas",
    )
    chip_revocation_grace_days: int = Field(
        default=0,
        ge=0,
        description=(
            "for so many days after its end a revocation list still counts; `0`: a missing or stale list refuses "
            "every card"
        ),
    )
    oidc_file: Path | None = Field(
        default=None,
        description=(
            "a TOML file with the OpenID Connect providers by which people may sign in. None: no such sign-in. "
            "See [oidc.md](oidc.md)"
        ),
    )
