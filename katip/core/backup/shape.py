"""The migrations of an archive: known to this program or not, and how its tables come to be before rows do."""

from collections.abc import Iterable

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from katip.core.backup.errors import BackupError

Name = tuple[str, str]


def known_require(migrations: Iterable[Name]) -> None:
    """Raise `BackupError` where the archive was made by a newer program: it has migrations that this one has not."""
    executor = MigrationExecutor(connections["owner"])
    if unknown := sorted(set(migrations) - executor.loader.disk_migrations.keys()):
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:10])
        raise BackupError(
            f"The backup was made by a newer version: this one does not know {names}. Restore with that version."
        )


def is_current() -> bool:
    """Whether the database has exactly the shape of this program."""
    executor = MigrationExecutor(connections["owner"])
    unknown = executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys()
    return not unknown and not executor.migration_plan(executor.loader.graph.leaf_nodes())


def shape_make(migrations: Iterable[Name]) -> None:
    """Migrate an empty database to exactly these migrations, as the owner. `BackupError` where they are no state."""
    wanted = set(migrations)
    executor = MigrationExecutor(connections["owner"])
    graph = executor.loader.graph
    parents = {parent.key for name in wanted if name in graph.node_map for parent in graph.node_map[name].parents}
    targets = sorted(name for name in wanted if name not in parents)
    executor.migrate(targets)
    executor.loader.build_graph()
    applied = set(executor.recorder.applied_migrations())
    if applied != wanted:
        strange = ", ".join(f"{app}.{name}" for app, name in sorted(applied ^ wanted)[:10])
        raise BackupError(f"The backup's migrations are not a state that this program can make: {strange}.")
