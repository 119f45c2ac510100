"""What can go wrong with the seal, in words for the operator."""


class SealError(Exception):
    """The seal cannot be set; the message says why and how to mend it."""
