"""`katip chip`: whom the operator trusts to issue ID cards, and why a card is refused."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.core.environment import Environment
    from katip.identity.chip.trust import TrustStore
    from katip.identity.chip.trust_review import Finding

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_SHORT = 16
"""hex digits of a fingerprint that tell certificates apart on the screen"""
_GUIDE = "docs/chip-trust.md tells what each of these means."


@click.group("chip")
def command() -> None:
    """Trust countries to issue ID cards, and see why a card is refused."""


@command.group("trust")
def trust() -> None:
    """Keep the trust folder: country certificates, country lists, revocation lists."""


@trust.command("list")
def trust_list() -> None:
    """Show what lies in the trust folder, and what of it was not taken."""
    from katip.identity.chip.asn1 import subject_shown

    environment = _environment()
    store = _store(environment)
    click.echo(f"{environment.trust_folder}")
    for authority in sorted(store.authorities, key=lambda each: (each.country or "", each.source)):
        certificate = authority.certificate
        until, whose = f"until {certificate.not_after:%Y-%m-%d}", subject_shown(certificate)
        mark = _fingerprint(certificate.der)
        click.echo(f"certificate  {authority.country}  {until}  {mark}  {whose}  ({authority.source})")
    for held in store.lists:
        dates = [held.revocations.this_update, held.revocations.next_update]
        since, until = (f"{each:%Y-%m-%d}" if each else "–" for each in dates)
        withdrawn = len(held.revocations.revoked)
        country = held.authorities[0].country
        click.echo(f"revocations  {country}  {since} to {until}, {withdrawn} withdrawn  ({held.source})")
    for fault in store.faults:
        click.echo(f"not taken    {fault.code}  ({fault.source})")
    if not store.authorities:
        click.echo("No country certificate: every ID card is refused. Add one: katip chip trust add FILE")


@trust.command("add")
@click.argument("files", type=_FILE, nargs=-1, required=True)
def trust_add(files: tuple[Path, ...]) -> None:
    """Add FILES: country certificates (CSCA), country lists (master lists), revocation lists; DER or PEM.

    Only what would count is taken. A country certificate is believed because you add it: compare its fingerprint with
    what the country publishes first. Lists must be signed by a country that lies in the folder already.
    """
    from katip.identity.chip.trust_keep import trust_add as add

    folder = _environment().trust_folder
    try:
        offered = add(folder, files)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written to: {error.strerror}") from error
    for each in offered:
        if each.fault:
            click.echo(f"refused  {each.source}: {each.fault}", err=True)
        else:
            click.echo(f"{'added  ' if each.is_new else 'known  '}  {each.source}: {each.file}")
    if any(each.fault for each in offered):
        click.echo(_GUIDE, err=True)
        sys.exit(1)


@trust.command("check")
def trust_check() -> None:
    """Say what refuses people now, and what will soon. Ends with 1 when something refuses people."""
    from katip.identity.chip.trust_review import Weight, trust_review

    environment = _environment()
    findings = trust_review(
        _store(environment),
        at=datetime.now(UTC),
        grace=timedelta(days=environment.chip_revocation_grace_days),
        states=environment.card_states,
    )
    for finding in findings:
        _show(finding)
    problems = sum(finding.weight == Weight.PROBLEM for finding in findings)
    if problems:
        click.echo(f"{problems} refuse people. {_GUIDE}", err=True)
        sys.exit(1)
    click.echo(f"Cards of {', '.join(environment.card_states)} can be verified.")


@command.command("verify")
@click.option("--security-object", type=_FILE, required=True, help="EF.SOD as it was read.")
@click.option("--group", "groups", metavar="N=FILE", multiple=True, help="A data group, whole. Once for each.")
@click.option("--challenge", metavar="HEX", help="The 8 bytes that the chip was asked to sign.")
@click.option("--signature", type=_FILE, help="What the chip answered.")
@click.option("--at", type=click.DateTime(), help="The moment to verify for (UTC); without it, now.")
def verify(
    security_object: Path, groups: tuple[str, ...], challenge: str | None, signature: Path | None, at: datetime | None
) -> None:
    """Verify what was read from a chip, as the server does, and say why it is refused.

    Nothing that stands on the card is printed. Ends with 0 only when the card itself was proved.
    """
    from katip.identity.chip.verify import Evidence, Level, evidence_verify

    environment = _environment()
    try:
        asked = bytes.fromhex(challenge or "")
    except ValueError:
        raise click.BadParameter("not hexadecimal", param_hint="--challenge") from None
    verdict = evidence_verify(
        Evidence(
            security_object.read_bytes(), dict(map(_group, groups)), signature.read_bytes() if signature else None
        ),
        challenge=asked,
        at=at.replace(tzinfo=UTC) if at else datetime.now(UTC),
        trust=_store(environment),
        grace=timedelta(days=environment.chip_revocation_grace_days),
        states=environment.card_states,
    )
    click.echo(verdict.level)
    for reason in verdict.reasons:
        click.echo(f"  {reason}")
    if verdict.signer_fingerprint:
        click.echo(f"signer {verdict.signer_fingerprint}")
    if verdict.reasons:
        click.echo(_GUIDE, err=True)
    if verdict.level != Level.CHIP_WITH_CLONE_CHECK:
        sys.exit(1)


def _environment() -> "Environment":
    from katip.core.environment import Environment

    return Environment()


def _store(environment: "Environment") -> "TrustStore":
    from katip.identity.chip.trust import trust_load

    return trust_load(environment.trust_folder)


def _group(option: str) -> tuple[int, bytes]:
    number, _, name = option.partition("=")
    file = Path(name)
    if not number.isdecimal() or not file.is_file():
        raise click.BadParameter(f"{option}: a number, =, a file", param_hint="--group")
    return int(number), file.read_bytes()


def _show(finding: "Finding") -> None:
    until = f"  {finding.moment:%Y-%m-%d}" if finding.moment else ""
    click.echo(f"{finding.weight:<7}  {finding.code}  {finding.about}{until}")


def _fingerprint(der: bytes) -> str:
    import hashlib

    return hashlib.sha256(der).hexdigest()[:_SHORT]
