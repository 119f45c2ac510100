"""What makes documents proofs, and backups readable."""

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, Field

from katip.core.choices.secrets import secret


class Sealing(BaseModel):
    """What makes documents proofs, and backups readable."""

    title: ClassVar[str] = "Sealing and putting away"
    more: ClassVar[str] = "See [seal.md](seal.md) and [backup.md](backup.md)."

    seal_key: Path | None = Field(
        default=None,
        description=(
            "the private key by which documents are sealed, PEM or PKCS#12. None: a key of an authority of the "
            "installation's own, made at the first seal in `keys/seal`. See [seal.md](seal.md)"
        ),
    )
    seal_chain: Path | None = Field(
        default=None,
        description="its certificate and those above it, PEM. None: they stand in the file with the key",
    )
    seal_passphrase: str = secret("what opens the file with the key, if it is locked")
    seal_tsa_url: str = secret(
        "the address of a timestamp authority (RFC 3161). Empty: seals are dated by this machine's clock, "
        "level B-B instead of B-T"
    )
    seal_tsa_ca: Path | None = Field(
        default=None,
        description="the certificates (PEM) by which its timestamps are believed; demanded with the address",
    )
    backup_passphrase_file: Path | None = Field(
        default=None,
        description=(
            "a file of your own (mode 600) whose first line is the passphrase of [backups](backup.md)' keys. "
            "None: it is asked for"
        ),
    )
