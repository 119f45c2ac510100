"""Secrets beside the database, alike on every machine."""

from typing import ClassVar

from pydantic import BaseModel, Field

from katip.core.choices.secrets import secret


class Keys(BaseModel):
    """Secrets beside the database, alike on every machine."""

    title: ClassVar[str] = "Keys"
    more: ClassVar[str] = "See [keys](operations.md#keys)."

    secret_key: str = secret("signs sessions and forms. Empty: the file `secret_key`")
    lookup_key: str = secret("key of the hash by which people are found. Empty: the file `lookup_key`")
    field_key: str = secret("encrypts T.C. kimlik numbers and code secrets (a Fernet key). Empty: the file `field_key`")
    log_key: str = secret("signs the log's checkpoints ([the log](log.md)). Empty: the file `log`")
    log_origin: str = Field(
        default="",
        description=(
            "the name that the log gets with its first start, and keeps. Empty: the public address without its "
            "scheme, and `/kayit`"
        ),
    )
