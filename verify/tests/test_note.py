"""Signed notes, verifier keys and checkpoints: what Go's and C2SP's examples say, and every malformed one."""

from collections.abc import Callable

import pytest

from katip_verify.checkpoint import checkpoint_open, head_parse
from katip_verify.note import key_parse, keys_parse, note_open, note_parse
from katip_verify.said import Refused, Unable
from tests import naive

# Published with golang.org/x/mod/sumdb/note, with C2SP's signed-note, and by sum.golang.org.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTE = (
    "go.sum database tree\n65664258\nWVVNVD2qx+fTq31zkj6UAqxT5X6HvGphGM+o8Thnbsg=\n\n"
    "— sum.golang.org Az3grligJmgX7KGyGPKybykNTh3VgsbLvUuvOwrM5zLVlulmFp2wdvbxOw74/gcNxURShXEpb7RXcs3+BYflYN+w0gQ=\n"
)
LOG = naive.Signer("log.example/kayit")
WITNESS = naive.Signer("witness.example/w1", 9, kind=4)
ROOT = naive.b64(bytes(range(32)))
HEAD = f"log.example/kayit\n42\n{ROOT}\n"


def opened(note: str | bytes, *keys: str) -> list[str]:
    raw = note.encode() if isinstance(note, str) else note
    return [one.name for one in note_open(raw, keys_parse(keys)).verified]


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def unable(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Unable) as caught:
        check(*given, **more)
    return caught.value.said.code


def test_published_notes_open() -> None:
    both = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    found = note_open(both.encode(), keys_parse([PETER]))
    assert found.text == TEXT
    assert [one.shown for one in found.verified] == ["PeterNeumann+c74f20a3"]
    assert [one.shown for one in found.ignored] == ["EnochRoot+af0cfe78"]
    assert opened(both, PETER, ENOCH) == ["PeterNeumann", "EnochRoot"]
    assert opened(FOO_NOTE, FOO) == ["example.com/foo"]
    assert opened(SUMDB_NOTE, SUMDB) == ["sum.golang.org"]
    assert checkpoint_open(SUMDB_NOTE.encode(), keys_parse([SUMDB])).head.size == 65664258


def test_somebody_trusted_must_have_signed() -> None:
    both = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert refused(lambda: opened(both, FOO)) == "note-unverified"
    assert unable(lambda: opened(both)) == "no-key"
    other = naive.Signer("PeterNeumann", 3)  # the name alone is not the key
    assert refused(lambda: opened(both, other.vkey)) == "note-unverified"
    assert opened(other.note(TEXT) + ENOCH_LINE.encode(), ENOCH) == ["EnochRoot"]


def test_an_unknown_key_may_have_signed_anything() -> None:
    assert opened(f"{TEXT}\n{PETER_LINE}— EnochRoot AAAAAAAA\n— nobody {naive.b64(bytes(3000))}\n", PETER) == [
        "PeterNeumann"
    ]


def test_one_wrong_signature_of_a_trusted_key_spoils_the_note() -> None:
    wrong = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    assert refused(lambda: opened(f"{TEXT}\n{wrong}", PETER)) == "signature-wrong"
    assert refused(lambda: opened(f"{TEXT}\n{PETER_LINE}{wrong}", PETER)) == "signature-wrong"
    assert refused(lambda: opened(f"{TEXT}\n{ENOCH_LINE}{wrong}", PETER, ENOCH)) == "signature-wrong"
    assert refused(lambda: opened(f"{TEXT}.\n\n{PETER_LINE}", PETER)) == "signature-wrong"
    assert refused(lambda: opened(f"\n{TEXT}\n{PETER_LINE}", PETER)) == "signature-wrong"
    assert opened(f"{TEXT}\n{PETER_LINE}{PETER_LINE}", PETER) == ["PeterNeumann", "PeterNeumann"]


MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "text alone": (TEXT, "note-blank"),
    "nothing": ("", "note-blank"),
    "no blank line": (TEXT + PETER_LINE, "note-blank"),
    "no signatures": (TEXT + "\n", "note-unsigned"),
    "no newline at the end": (f"{TEXT}\n{PETER_LINE[:-1]}", "note-end"),
    "a newline too many": (f"{TEXT}\n{PETER_LINE}\n", "note-unsigned"),
    "signature lines after a blank one": (f"{TEXT}\n{PETER_LINE}\n{ENOCH_LINE}", "signature-wrong"),
    "a control character": (f"\x01{TEXT}\n{PETER_LINE}", "note-control"),
    "a tab": (f"\t{TEXT}\n{PETER_LINE}", "note-control"),
    "lines of Windows": (f"{TEXT}\n{PETER_LINE}".replace("\n", "\r\n"), "note-control"),
    "not UTF-8": (b"\xff" + f"{TEXT}\n{PETER_LINE}".encode(), "not-utf8"),
    "half a surrogate": (b"\xed\xa0\x80" + f"{TEXT}\n{PETER_LINE}".encode(), "not-utf8"),
    "an overlong newline": (b"\xc0\x8a" + f"{TEXT}\n{PETER_LINE}".encode(), "not-utf8"),
    "a space in the name": (f"{TEXT}\n— Bad Name x08go/ZJ\n", "base64-form"),
    "a Unicode space in the name": (f"{TEXT}\n— Bad\u2003Name x08go/ZJ\n", "signature-name"),
    "a plus in the name": (f"{TEXT}\n— Bad+Name x08go/ZJ\n", "signature-name"),
    "no name": (f"{TEXT}\n—  x08go/ZJ\n", "signature-name"),
    "no signature": (f"{TEXT}\n— PeterNeumann\n", "signature-line"),
    "an empty signature": (f"{TEXT}\n— PeterNeumann \n", "signature-short"),
    "a key's hash alone": (f"{TEXT}\n— PeterNeumann x08gow==\n", "signature-short"),
    "a hyphen for the dash": (f"{TEXT}\n{PETER_LINE.replace('—', '-')}", "signature-line"),
    "no space after the dash": (f"{TEXT}\n{PETER_LINE.replace('— ', '—')}", "signature-line"),
    "a line that is none": (f"{TEXT}\n{PETER_LINE}Unexpected line.\n", "signature-line"),
    "not base64": (f"{TEXT}\n— PeterNeumann x08go!ZJ\n", "base64-form"),
    "base64url": (f"{TEXT}\n{PETER_LINE.replace('/', '_')}", "base64-form"),
    "base64 without padding": (f"{TEXT}\n{PETER_LINE.replace('=', '')}", "base64-form"),
    "base64 with stray bits": (f"{TEXT}\n{PETER_LINE.replace('nAM=', 'nAN=')}", "base64-canonical"),
    "a space at the end of a line": (f"{TEXT}\n{PETER_LINE[:-1]} \n", "base64-form"),
    "101 signatures": (f"{TEXT}\n{PETER_LINE * 101}", "note-signatures"),
    "a million bytes": ("x" * 1_000_000 + f"\n\n{PETER_LINE}", "note-long"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_note_is_refused(name: str) -> None:
    note, code = MALFORMED[name]
    assert refused(lambda: opened(note, PETER, ENOCH)) == code


def test_what_the_format_allows_is_taken() -> None:
    assert len(opened(f"{TEXT}\n{PETER_LINE * 100}", PETER)) == 100
    for text in ("\n", "a\n\nb\n", "— looks like a signature\n", "ğ\u200b\x7f\u0085\n", "\n\n\n"):
        assert note_open(LOG.note(text), keys_parse([LOG.vkey])).text == text


def test_no_note_holds_after_any_single_change() -> None:
    note = LOG.checkpoint([b"a", b"b"])
    keys = keys_parse([LOG.vkey])
    assert opened(note, LOG.vkey) == [LOG.name]
    for at in range(len(note)):
        for bit in (0, 3, 7):
            changed = bytearray(note)
            changed[at] ^= 1 << bit
            refused(note_open, bytes(changed), keys)
        refused(note_open, note[:at] + note[at + 1 :], keys)


def test_a_verifier_key_is_taken_whole_or_not_at_all() -> None:
    key_parse(PETER)
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if end - start < len(PETER):
                unable(key_parse, PETER[start:end])
    for at in range(len(PETER)):
        unable(key_parse, PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :])


@pytest.mark.parametrize(
    ("key", "code"),
    {
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==": "key-form-why",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "key-kind",
        "PeterNeumann+c74f20a3+": "key-form",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "key-hash",
        "Peter\u00a0Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW": "key-form",
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz": "key-form",
        "bananas.sigstore.dev+12344556": "key-form",
        "": "key-form",
    }.items(),
)
def test_a_wrong_verifier_key_checks_nothing(key: str, code: str) -> None:
    assert unable(lambda: key_parse(key)) == code


def test_a_key_of_the_wrong_length_with_the_right_hash_is_none() -> None:
    material = b"\x01" + bytes(31)
    key_id = naive.sha256(b"x\n" + material)[:4].hex()
    assert unable(lambda: key_parse(f"x+{key_id}+{naive.b64(material)}")) == "key-form"


def test_the_same_key_twice_is_one_key() -> None:
    assert len(keys_parse([PETER, f" {PETER}\n", ENOCH])) == 2


def test_a_witness_is_heard_with_its_moment() -> None:
    note = LOG.note(HEAD) + WITNESS.line(HEAD).encode()
    assert opened(note, LOG.vkey, WITNESS.vkey) == [LOG.name, WITNESS.name]
    assert opened(note, WITNESS.vkey) == [WITNESS.name]
    line = WITNESS.line(HEAD)
    raw = naive.unb64(line.split(" ")[2])
    later = raw[:11] + bytes([raw[11] ^ 1]) + raw[12:]
    for wrong in (later, raw[:-1], raw + b"\x00", raw[:12] + raw[20:]):
        forged = LOG.note(HEAD) + f"— {WITNESS.name} {naive.b64(wrong)}\n".encode()
        assert refused(opened, forged, LOG.vkey, WITNESS.vkey) == "signature-wrong"
    latest = LOG.note(HEAD) + WITNESS.line(HEAD, 2**63).encode()
    assert refused(lambda: opened(latest, WITNESS.vkey)) == "signature-wrong"


def test_a_checkpoint_says_whose_log_how_large_and_which_root() -> None:
    found = checkpoint_open(LOG.note(HEAD + "more\nlines\n"), keys_parse([LOG.vkey]), "log.example/kayit").head
    assert (found.origin, found.size, found.root, found.extensions) == (
        "log.example/kayit",
        42,
        bytes(range(32)),
        ("more", "lines"),
    )
    assert head_parse(f"x y+z\n18446744073709551615\n{ROOT}\n").size == 2**64 - 1
    assert head_parse(f"x\n0\n{naive.b64(naive.root([]))}\n").size == 0


@pytest.mark.parametrize(
    ("text", "code"),
    {
        "log\n42\n": "checkpoint-lines",
        "log\n": "checkpoint-lines",
        "\n": "checkpoint-lines",
        f"log\n42\n{ROOT}": "checkpoint-lines",
        f"log\n42\n{ROOT}\nmore": "checkpoint-lines",
        f"\n42\n{ROOT}\n": "checkpoint-empty-line",
        f"log\n42\n{ROOT}\n\n": "checkpoint-empty-line",
        f"log\n42\n{ROOT}\n\nmore\n": "checkpoint-empty-line",
        f"log\n\n{ROOT}\n": "checkpoint-empty-line",
        f"log\n042\n{ROOT}\n": "number-form",
        f"log\n00\n{ROOT}\n": "number-form",
        f"log\n-1\n{ROOT}\n": "number-form",
        f"log\n+1\n{ROOT}\n": "number-form",
        f"log\n 1\n{ROOT}\n": "number-form",
        f"log\n1_0\n{ROOT}\n": "number-form",
        f"log\n0x2a\n{ROOT}\n": "number-form",
        f"log\n٤٢\n{ROOT}\n": "number-form",
        f"log\n1e3\n{ROOT}\n": "number-form",
        f"log\n{2**64}\n{ROOT}\n": "number-range",
        f"log\n3438945738945739845734895735\n{ROOT}\n": "number-range",
        f"log\n{'9' * 5000}\n{ROOT}\n": "number-range",
        "log\n42\nYmFuYW5hcw==\n": "hash-length",
        f"log\n42\n{naive.b64(bytes(33))}\n": "hash-length",
        f"log\n42\n{ROOT[:-1]}\n": "base64-form",
        f"log\n42\n{ROOT[:-2]}9=\n": "base64-canonical",
        f"log\n42\n{ROOT} \n": "base64-form",
        f"log\n42\n{bytes(range(32)).hex()}\n": "hash-length",
        f"log\n0\n{ROOT}\n": "empty-root",
    }.items(),
)
def test_a_malformed_checkpoint_is_refused(text: str, code: str) -> None:
    assert refused(lambda: head_parse(text)) == code


def test_a_checkpoint_of_another_log_is_refused() -> None:
    keys = keys_parse([LOG.vkey])
    assert refused(lambda: checkpoint_open(LOG.note(HEAD), keys, "log.example")) == "origin-differs"


def test_parsing_alone_vouches_for_nothing() -> None:
    assert note_parse(FOO_NOTE.encode()).signatures[0].name == "example.com/foo"


def test_the_edges_of_keys_lines_and_moments() -> None:
    material = naive.unb64(PETER.rpartition("+")[2])
    odd = "Peter\x01"
    key_id = naive.sha256(odd.encode() + b"\n" + material)[:4].hex()
    assert unable(key_parse, f"{odd}+{key_id}+{naive.b64(material)}") == "key-form"
    for wrong in ("c74f20a", "c74f20a30", "c74f20a3c74f20a3", "0xc74f20", "c74f20g3"):
        assert unable(key_parse, PETER.replace("c74f20a3", wrong)) == "key-form"
    assert key_parse(PETER.replace("c74f20a3", "C74F20A3")) == key_parse(PETER)
    latest = LOG.note(HEAD) + WITNESS.line(HEAD, 2**63 - 1).encode()
    assert opened(latest, WITNESS.vkey) == [WITNESS.name]
    with pytest.raises(Refused) as caught:
        opened(f"{TEXT}\n{PETER_LINE}x\n", PETER)
    assert caught.value.said.args["no"] == 2
