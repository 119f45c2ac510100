"""The tamper-evident log: every event is a leaf of an append-only Merkle tree whose head is signed again and again.

`tree` (RFC 6962) and `notes` (C2SP signed-note and tlog-checkpoint) are pure. `entries` says what of an event goes into
the log, `sequence` gives positions, `tiles` and `proofs` read, `audit` holds the tables against the log.
"""
