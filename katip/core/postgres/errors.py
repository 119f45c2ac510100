"""What can go wrong with the embedded server, in one exception whose message says what to do."""


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be started, stopped or removed; the message is for the operator."""
