"""Where PostgreSQL is, and how long it is waited for."""

from pathlib import Path
from typing import ClassVar

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel, Field, field_validator

from katip.core.choices.secrets import secret


class Database(BaseModel):
    """Where PostgreSQL is, and how long it is waited for."""

    title: ClassVar[str] = "The database"

    database_url: str = secret("`postgresql://…` of the web processes' login. Empty: the embedded PostgreSQL")
    database_work_url: str = secret(
        "`postgresql://…` of the login of all other processes, never by a pooler. Empty: that of `KATIP_DATABASE_URL`, "
        "which then takes the role `katip_work` on"
    )
    database_owner_url: str = secret(
        "`postgresql://…` of the owner's login, used by `katip migrate`, backup and restore only. Empty: the embedded "
        "PostgreSQL"
    )
    database_prepare: bool = Field(
        default=True,
        description=(
            "whether statements of an approval are prepared in the server. `false` behind a pooler that cannot "
            "carry them over, such as pgbouncer before 1.21 in transaction mode"
        ),
    )
    database_pool: int = Field(
        default=8,
        ge=1,
        le=200,
        description="how many connections a process opens at most",
    )
    database_connect_seconds: int = Field(
        default=5,
        ge=2,
        le=60,
        description="a new connection is waited for so long, for each address that the URL names",
    )
    database_silence_seconds: int = Field(
        default=10,
        ge=2,
        le=600,
        description="a server that the network does not reach any more is given up after so long (TCP)",
    )
    database_patience_seconds: int = Field(
        default=20,
        ge=0,
        le=3600,
        description=(
            "a server that is reached but does not answer, as one that is paused, is given up by a web process after "
            "so long: the longest that a statement of a page may take. `0`: never. Workers wait"
        ),
    )
    pg_bin: Path | None = Field(
        default=None,
        description="the folder with PostgreSQL's programs for the embedded server. None: the wheel's, else Debian's",
    )

    @field_validator("database_url", "database_work_url", "database_owner_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        """Refused here without being shown: libpq's own words would quote it, password and all."""
        try:
            conninfo_to_dict(value)
        except ProgrammingError:
            message = "is no address of a PostgreSQL, such as postgresql://login:password@host/name"
            raise ValueError(message) from None
        return value
