"""What can be wrong with a card of the cast. Apart, so that asking the command for help loads nothing else."""

from enum import StrEnum


class Kind(StrEnum):
    """A card as it should be, and the ways in which one may be spoilt."""

    GENUINE = "genuine"
    CLONE = "clone"
    EDITED = "edited"
    EXPIRED = "expired"
    NO_CLONE_CHECK = "no-clone-check"
    OTHER_PERSON = "other-person"
    REVOKED = "revoked"


WORDS = {
    Kind.GENUINE: "genuine",
    Kind.CLONE: "a clone: everything that can be read was copied, the chip's own key cannot be read",
    Kind.EDITED: "edited: somebody else's card, this name and number written into its chip",
    Kind.EXPIRED: "expired 30 days ago",
    Kind.NO_CLONE_CHECK: "genuine, but its chip has no key to prove that it is no copy",
    Kind.OTHER_PERSON: "genuine, but somebody else's",
    Kind.REVOKED: "signed by a signer that its country has revoked since",
}
