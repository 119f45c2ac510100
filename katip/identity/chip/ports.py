"""What may be added to the verification: the other way in which chips prove that they are no copies.

Chip authentication (Doc 9303-11 6.2) agrees on keys with the chip. Handed in afterwards it proves nothing, since
whoever holds the ephemeral key can make up the whole conversation. So the server would have to hold it and drive the
chip live, command by command, through the reader. Nothing here does so yet; cards that can do nothing else are
`chip_only` with the reason `only_chip_authentication`.
"""

from typing import Protocol


class LiveCloneCheck(Protocol):
    """One conversation with a chip in which the server holds the secrets. Made anew for every proofing session."""

    def start(self, data_group_14: bytes) -> bytes | None:
        """The first command for the chip that holds this data group; None where it has no key that is known here.

        The data group counts only if its hash stands in the security object: the caller sees to that afterwards.
        """
        ...

    def next(self, response: bytes) -> bytes | None:
        """The command that follows on the chip's response, status word included; None when the conversation is over."""
        ...

    @property
    def proved(self) -> bool:
        """Whether the chip has shown that it holds the private key."""
        ...
