"""What a backup or a restore can be refused for, in one exception whose message says what to do."""


class BackupError(RuntimeError):
    """A backup cannot be made, believed or restored; the message is for the operator."""
