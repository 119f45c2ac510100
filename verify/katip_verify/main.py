"""The command line: what is given, what is checked, what is said. Exit status 0 valid, 1 not valid, 2 cannot check."""

import argparse
import sys
from collections.abc import Sequence

from katip_verify import __version__, commands
from katip_verify.report import report_make
from katip_verify.said import LANGUAGES

_ABOUT = """\
Checks what Katip's log, documents and statements prove, without trusting whoever runs Katip. Understands signed notes,
checkpoints, proofs and tiles as C2SP specifies them, and Merkle proofs of any RFC 6962 log."""
_STATUS = "Exit status: 0 valid, 1 not valid, 2 cannot check. FILE may be - for standard input."


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; the verdict goes to standard output."""
    given = _parser().parse_args(arguments)
    report = report_make(lambda report: given.check(given, report))
    text = report.json(given.lang) if given.json else report.text(given.lang)
    sys.stdout.write(
        text.encode(sys.stdout.encoding or "ascii", "replace").decode(sys.stdout.encoding or "ascii") + "\n"
    )
    return report.status


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="the verdict as one JSON object")
    common.add_argument("--lang", choices=LANGUAGES, default="en", help="of the sentences; en by default")
    parser = argparse.ArgumentParser("katip-verify", description=_ABOUT, epilog=_STATUS, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"katip-verify {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, check: commands.Check, about: str) -> argparse.ArgumentParser:
        made = subparsers.add_parser(
            name, parents=[common], help=about, description=about, epilog=_STATUS, allow_abbrev=False
        )
        made.set_defaults(check=check)
        return made

    one = command("document", commands.document, "a document's proof, kanit-<code>.json, from end to end")
    one.add_argument("file", metavar="FILE")
    _keys_add(one)
    _seals_add(one)
    one.add_argument("--pdf", metavar="FILE", help="the document itself: is it the one that the proof names?")

    one = command("proof", commands.proof, "a proof in the format C2SP tlog-proof, .tlog-proof")
    one.add_argument("file", metavar="FILE")
    _keys_add(one)
    _leaf_add(one)

    one = command(
        "inclusion", commands.inclusion, "that a leaf is in a tree, by an inclusion proof or by a log's tiles"
    )
    one.add_argument(
        "files", metavar="FILE", nargs="*", help="JSON with index, size, root, leaf hash, proof; see README"
    )
    for flag in ("index", "size", "root"):
        one.add_argument(f"--{flag}")
    _leaf_add(one)
    _proof_add(one)
    _log_add(one)

    one = command("consistency", commands.consistency, "that a tree begins with an older one")
    one.add_argument(
        "files", metavar="FILE", nargs="*", help="JSON with both sizes and roots and the proof; see README"
    )
    for flag in ("size1", "root1", "size2", "root2"):
        one.add_argument(f"--{flag}")
    _proof_add(one)
    one.add_argument("--from", dest="older", metavar="CHECKPOINT", help="file of the older checkpoint")
    one.add_argument("--to", dest="newer", metavar="CHECKPOINT", help="file of the newer one; the log's own without it")
    _log_add(one)

    one = command("note", commands.note, "a signed note (C2SP signed-note)")
    one.add_argument("file", metavar="FILE")
    _keys_add(one)

    one = command("checkpoint", commands.checkpoint, "a log's checkpoint (C2SP tlog-checkpoint)")
    one.add_argument("file", metavar="FILE")
    _keys_add(one)

    one = command("log", commands.log, "a whole log: every entry and tile, its root, and that it extends an older one")
    one.add_argument("log", metavar="URL|FOLDER", help="laid out as C2SP tlog-tiles")
    _keys_add(one)
    one.add_argument("--from", dest="older", metavar="CHECKPOINT", help="file of a checkpoint that was kept")
    one.add_argument("--hashes", action="store_true", help="begin with the leaves' hashes instead of the entries")

    one = command("statement", commands.statement, "a signed statement (JWS): ES256, ES384, RS256 or PS256")
    one.add_argument("file", metavar="FILE")
    _keys_add(one)
    _seals_add(one)
    return parser


def _keys_add(one: argparse.ArgumentParser) -> None:
    one.add_argument("--key", action="append", default=[], metavar="VKEY", help="a verifier key that is trusted")
    one.add_argument("--key-file", action="append", default=[], metavar="FILE", help="such keys, one a line")
    one.add_argument("--origin", help="the log that it must be of, the first line of its checkpoints")


def _seals_add(one: argparse.ArgumentParser) -> None:
    one.add_argument("--seal", action="append", default=[], metavar="FILE", help="certificate or key: PEM or JWK")
    one.add_argument("--seal-sha256", action="append", default=[], metavar="HEX", help="fingerprint of a certificate")


def _leaf_add(one: argparse.ArgumentParser) -> None:
    one.add_argument("--leaf-hash", metavar="HASH", help="64 hexadecimal digits, or base64")
    one.add_argument("--entry", metavar="FILE", help="the entry's bytes, as they are in the log")
    one.add_argument("--event", metavar="FILE", help="a Katip event's canonical text")


def _proof_add(one: argparse.ArgumentParser) -> None:
    one.add_argument("--proof", action="append", metavar="HASH", help="once for each hash, or all as a JSON list")


def _log_add(one: argparse.ArgumentParser) -> None:
    one.add_argument("--log", metavar="URL|FOLDER", help="compute the proof from this log's tiles")
    _keys_add(one)
