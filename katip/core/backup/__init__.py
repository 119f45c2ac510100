"""A copy of the whole installation in files, and an installation made of such files again.

    archive   the folder: parts, their hashes, the manifest that describes them
    dump      the database's tables, all seen at one moment, into an archive
    load      an archive into an empty database
    target    what must be true of a database before one is loaded into it
    shape     the migrations of an archive, known to this program or not
    bundle    keys and settings, encrypted with a passphrase, in a file of their own
    keys      which keys there are, which archive they fit

Knows no noun of the domain: what a table means is not asked. The format is told in docs/backup.md.
"""

from katip.core.backup.errors import BackupError

__all__ = ["BackupError"]
