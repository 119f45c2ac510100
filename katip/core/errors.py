"""What can go wrong in a use case, beside a breach of the statute (`katip.rules.RuleViolation`)."""


class KatipError(Exception):
    """Base of the errors that a page or command turns into words."""


class PermissionRefusedError(KatipError):
    """The actor may not do this. `code` says why: `no_mandate`, `mandate_ended`, `not_your_turn`, `no_second_step`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StaleStateError(KatipError):
    """Someone was faster: the thing is no longer in the state that the actor saw."""
