"""Signed notes, keys and checkpoints: the example that Go's `note` package publishes, and nonsense."""

import base64

import pytest

from katip.audit.log.notes import (
    Head,
    NoteError,
    Signer,
    checkpoint_open,
    head_parse,
    note_open,
    signer_parse,
    verifier_parse,
)

# The example in the documentation of golang.org/x/mod/sumdb/note.
SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PETER = verifier_parse(VERIFIER)
OTHER = Signer("baska.example/kayit", bytes(range(32)))
ROOT = base64.b64encode(bytes(32)).decode()


def test_notes_and_keys_are_those_of_the_reference() -> None:
    assert signer_parse(SIGNER).sign(TEXT) == NOTE
    assert signer_parse(SIGNER).verifier == PETER
    assert signer_parse(SIGNER).text == SIGNER
    assert PETER.text == VERIFIER
    assert note_open(NOTE, [PETER]) == TEXT
    assert (
        verifier_parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8").key_id.hex()
        == "033de0ae"
    )


def test_signatures_of_others_are_not_looked_at() -> None:
    unknown = OTHER.sign(TEXT).rpartition("\n\n")[2]
    assert note_open(NOTE + unknown, [PETER]) == TEXT
    assert note_open(f"{TEXT}\n{unknown}{LINE}", [PETER, OTHER.verifier]) == TEXT
    same_name = Signer("PeterNeumann", bytes(32)).sign(TEXT).rpartition("\n\n")[2]
    assert note_open(NOTE + same_name, [PETER]) == TEXT


def test_sixteen_signatures_are_read() -> None:
    lines = [Signer(f"tanik.example/{no}", bytes([no] * 32)).sign(TEXT).rpartition("\n\n")[2] for no in range(15)]
    assert note_open(f"{TEXT}\n" + "".join(lines) + LINE, [PETER]) == TEXT


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("answer", "answers"),
        NOTE.removesuffix("\n"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("— Peter", "—  Peter"),
        NOTE.replace("x08go/", "x08go"),
        NOTE.replace("JnAM=", "JnAN="),
        NOTE + "\n",
        NOTE + LINE.replace("Peter", "Pe+ter"),
        NOTE.replace("cryptography", "crypto\tgraphy"),
        NOTE.replace("\n", "\r\n"),
        NOTE + LINE * 200,
        TEXT,
        TEXT + "\n",
        "",
        OTHER.sign(TEXT),
        f"{TEXT}\n— PeterNeumann x08goA==\n",
    ],
)
def test_what_is_no_note_of_a_known_key_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        note_open(note, [PETER])


@pytest.mark.parametrize(
    "text",
    [
        VERIFIER.replace("c74f20a3", "c74f20a4"),
        VERIFIER.replace("Peter", "Pe ter"),
        VERIFIER.removesuffix("W"),
        "PeterNeumann+c74f20a3+",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        verifier_parse(text)
    with pytest.raises(NoteError):
        signer_parse("PRIVATE+KEY+" + text)
    with pytest.raises(NoteError):
        signer_parse(text)


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", "return\r\n"])
def test_what_cannot_be_a_notes_text_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        OTHER.sign(text)


def test_a_checkpoint_states_origin_size_and_root() -> None:
    head = Head(OTHER.name, 20852163, bytes(range(32)))
    assert head.text == f"{OTHER.name}\n20852163\n{base64.b64encode(bytes(range(32))).decode()}\n"
    assert checkpoint_open(OTHER.sign(head.text), [OTHER.verifier]) == head
    assert head_parse(head.text + "an extension\n") == head
    assert head_parse(f"x\n0\n{ROOT}\n").size == 0


@pytest.mark.parametrize(
    "text",
    [
        f"{OTHER.name}\n1\n",
        f"\n1\n{ROOT}\n",
        f"{OTHER.name}\n01\n{ROOT}\n",
        f"{OTHER.name}\n-1\n{ROOT}\n",
        f"{OTHER.name}\n+1\n{ROOT}\n",
        f"{OTHER.name}\n\n{ROOT}\n",
        f"{OTHER.name}\n١\n{ROOT}\n",
        f"{OTHER.name}\n99999999999999999999\n{ROOT}\n",
        f"{OTHER.name}\n1\n{ROOT}",
        f"{OTHER.name}\n1\n{ROOT[:-1]}\n",
        f"{OTHER.name}\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{OTHER.name}\n1\n{base64.b64encode(bytes(33)).decode()}\n",
        f"{OTHER.name}\n1\n{ROOT}\n\nextension after an empty line\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        head_parse(text)


def test_another_logs_checkpoint_is_refused() -> None:
    note = OTHER.sign(Head("baska.example/defter", 1, bytes(32)).text)
    with pytest.raises(NoteError, match="another log"):
        checkpoint_open(note, [OTHER.verifier])
