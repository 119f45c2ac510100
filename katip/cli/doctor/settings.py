"""Settings and keys: what is set, what nobody reads, and whether all machines have the same keys."""

import os
from collections.abc import Iterator
from pathlib import Path

from katip.core.environment import FILE, Environment, SettingsError, environment_read, unknown_find, variable
from katip.core.finding import Finding, fine, problem, warning

_KEYS = ("secret_key", "lookup_key", "field_key")
_SHORTEST = 32


def environment_look() -> tuple[Environment | None, list[Finding]]:
    """What is set, and the environment if it can be used."""
    told = [
        warning(
            f"{name} is no setting",
            "Nobody reads it: what it was meant to change stays as it was.",
            f"Do you mean {near}?" if near else "Take it away. Settings stand in docs/settings.md.",
        )
        for name, near in unknown_find(os.environ).items()
    ]
    try:
        environment = environment_read()
    except SettingsError as error:
        told += [problem(line, "No process starts.", "See docs/settings.md.") for line in str(error).split("\n")]
        return None, told
    told += list(_files(environment))
    if bool(environment.database_url) != bool(environment.database_owner_url) and environment.database_owner_url:
        told.append(
            problem(
                "KATIP_DATABASE_OWNER_URL is set and KATIP_DATABASE_URL is not",
                "Processes would work with the embedded database, and migrate another one.",
                "Set both, or neither.",
            )
        )
    told.append(fine(f"settings: {len(environment.model_fields_set)} set, {environment.env}, {environment.origin}"))
    return environment, told


def _files(environment: Environment) -> Iterator[Finding]:
    for name in environment.model_fields_set:
        path = os.environ.get(variable(name) + FILE)
        if path and Path(path).stat().st_mode & 0o007:
            yield warning(
                f"{path}, which {variable(name)}{FILE} names, can be read by everybody on this machine",
                "Whoever reads a key reads what it protects.",
                f"chmod o-rwx {path}",
            )


def keys_look(environment: Environment) -> Iterator[Finding]:
    """Whether the keys are there; none is made."""
    folder = environment.keys_folder
    missing = []
    for name in _KEYS:
        given, path = getattr(environment, name), folder / name
        if given and len(given) < _SHORTEST:
            yield warning(
                f"{variable(name)} has {len(given)} characters",
                "A short key can be guessed by whoever has the database.",
                "Draw one: katip keys make makes 44 characters.",
            )
        if given:
            continue
        if path.is_file() and path.stat().st_mode & 0o077:
            yield problem(
                f"{path} can be read by others",
                "No process starts: whoever reads a key reads what it protects.",
                f"chmod 600 {path}",
            )
        elif not path.is_file() and not environment.makes_keys:
            missing.append(name)
    if missing:
        yield problem(
            f"keys are missing: {', '.join(missing)}, neither in {folder} nor given by variables",
            "On a database of your own they are not made by themselves: several machines would make several.",
            f"Copy {folder} from a machine that has it, or from the backup. A new installation: katip keys make",
        )


def checks_look() -> Iterator[Finding]:
    """What the program's own checks say, as `katip serve` does at its start."""
    from django.core.checks import ERROR, run_checks

    for message in run_checks():
        hint = message.hint or "See docs/settings.md."
        if message.level >= ERROR:
            yield problem(message.msg, f"katip serve does not start ({message.id}).", hint)
        else:
            yield warning(message.msg, f"katip serve starts all the same ({message.id}).", hint)


def held_look(environment: Environment) -> Iterator[Finding]:
    """The keys, against those that the database was begun with."""
    from katip.core.fingerprints import difference, keys_held

    del environment
    held = keys_held()
    for one in held:
        if one.differs:
            yield problem(
                difference(one), "No command works with another key: what it wrote, others could not read.", ""
            )
    if not any(one.differs for one in held):
        told = " ".join(f"{one.name} {one.here}" for one in held)
        yield fine(f"keys: {told}" if all(one.there for one in held) else "keys: the database knows none yet")
