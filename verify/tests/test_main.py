"""The command line: what each command takes, what it says, and with which status it ends."""

import ast
import io
import json
import re
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import katip_verify
from katip_verify.encoding import json_read
from katip_verify.main import main
from katip_verify.report import CANNOT_CHECK, NOT_VALID, VALID, report_make
from katip_verify.said import Refused, said
from katip_verify.words import WORDS
from tests import naive
from tests.test_document import CODE, LOG, PDF, told
from tests.test_merkle import CONSISTENCIES, INCLUSIONS, LEAVES, ROOTS
from tests.test_note import PETER, PETER_LINE, TEXT
from tests.test_statement import EXAMPLE, EXAMPLE_KEY, SEAL, pem

PACKAGE = Path(katip_verify.__file__).parent
DATA = Path(__file__).parent / "data"
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; what is not text becomes a file whose name is given."""
    monkeypatch.chdir(tmp_path)
    tmp = iter(range(1000))

    def given(one: Any) -> str:
        if isinstance(one, str):
            return one
        file = tmp_path / f"given-{next(tmp)}"
        file.write_bytes(one if isinstance(one, bytes) else json.dumps(one).encode())
        return str(file)

    def call(*arguments: Any) -> tuple[int, dict[str, Any]]:
        status = main([*(given(one) for one in arguments), "--json"])
        return status, json.loads(capsys.readouterr().out)

    return call


def reason(found: tuple[int, dict[str, Any]]) -> tuple[int, str | None]:
    status, report = found
    assert report["status"] == status
    assert report["verdict"] == ("valid", "not valid", "cannot check")[status]
    return status, report["reason"] and report["reason"]["code"]


def vector(index: int = 0, size: int = 8, **more: Any) -> dict[str, Any]:
    """As transparency-dev/merkle writes its test data."""
    return {
        "leafIdx": index,
        "treeSize": size,
        "root": naive.b64(ROOTS[size]),
        "leafHash": naive.b64(naive.leaf(LEAVES[index])),
        "proof": [naive.b64(bytes.fromhex(one)) for one in INCLUSIONS[index, size]],
        "desc": "happy path",
        "wantErr": False,
    } | more


def consistency(size1: int = 6, size2: int = 8, **more: Any) -> dict[str, Any]:
    return {
        "size1": size1,
        "size2": size2,
        "root1": naive.b64(ROOTS[size1]),
        "root2": naive.b64(ROOTS[size2]),
        "proof": [naive.b64(bytes.fromhex(one)) for one in CONSISTENCIES[size1, size2]],
    } | more


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_inclusion_by_file_and_by_flags(run: Run, index: int, size: int) -> None:
    assert reason(run("inclusion", vector(index, size))) == (VALID, None)
    flags = ["--index", str(index), "--size", str(size), "--root", ROOTS[size].hex()]
    leaf = naive.leaf(LEAVES[index])
    hashes = [flag for one in INCLUSIONS[index, size] for flag in ("--proof", one)]
    assert reason(run("inclusion", *flags, *hashes, "--leaf-hash", leaf.hex().upper())) == (VALID, None)
    assert reason(
        run("inclusion", *flags, "--proof", json.dumps(INCLUSIONS[index, size]), "--entry", LEAVES[index])
    ) == (
        VALID,
        None,
    )
    assert reason(run("inclusion", *flags, *hashes, "--leaf-hash", naive.b64(leaf[::-1]))) == (
        NOT_VALID,
        "root-differs",
    )


@pytest.mark.parametrize(("size1", "size2"), CONSISTENCIES)
def test_consistency_by_file_and_by_flags(run: Run, size1: int, size2: int) -> None:
    assert reason(run("consistency", consistency(size1, size2))) == (VALID, None)
    flags = [
        "--size1",
        str(size1),
        "--size2",
        str(size2),
        "--root1",
        ROOTS[size1].hex(),
        "--root2",
        naive.b64(ROOTS[size2]),
    ]
    hashes = [flag for one in CONSISTENCIES[size1, size2] for flag in ("--proof", one)]
    assert reason(run("consistency", *flags, *hashes)) == (VALID, None)
    assert reason(run("consistency", *flags, *hashes, "--proof", "")) == (NOT_VALID, "hash-length")


EMPTY = naive.b64(naive.sha256(b""))
SHORT = naive.b64(b"don't care 1")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"leafIdx": 2**64 - 1}, "index-range"),
        ({"leafIdx": 2**64}, "number-range"),
        ({"leafIdx": -1}, "number-range"),
        ({"leafIdx": 0.0}, "number-form"),
        ({"leafIdx": True}, "number-form"),
        ({"leafIdx": "00"}, "number-form"),
        ({"leafIdx": None}, "number-form"),
        ({"treeSize": 16}, "proof-short"),
        ({"treeSize": 4}, "proof-long"),
        ({"treeSize": 0}, "tree-empty"),
        ({"leafHash": naive.b64(b"WrongLeaf")}, "hash-length"),
        ({"leafHash": ""}, "hash-length"),
        ({"leafHash": None}, "hash-length"),
        ({"leafHash": 7}, "hash-text"),
        ({"root": EMPTY}, "root-differs"),
        ({"root": None}, "hash-length"),
        ({"root": "!"}, "base64-form"),
        ({"root": naive.b64(ROOTS[8])[:-2] + "h="}, "base64-canonical"),
        ({"root": naive.b64(ROOTS[8]).rstrip("=")}, "base64-form"),
        ({"root": ROOTS[8].hex()}, "hash-length"),
        ({"proof": None}, "proof-short"),
        ({"proof": []}, "proof-short"),
        ({"proof": "x"}, "proof-list"),
        ({"proof": {}}, "proof-list"),
        ({"proof": [None]}, "hash-length"),
        ({"proof": [*vector()["proof"], ""]}, "hash-length"),
        ({"proof": ["", *vector()["proof"]]}, "hash-length"),
        ({"proof": [EMPTY] * 200}, "proof-long"),
        ({"size": 9}, "field-twice"),
    ],
)
def test_a_wrong_inclusion_file_is_refused(run: Run, more: dict[str, Any], code: str) -> None:
    assert reason(run("inclusion", vector() | more)) == (NOT_VALID, code)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"size1": 0, "root1": EMPTY, "proof": []}, (VALID, None)),
        ({"size1": 0, "root1": EMPTY, "proof": None}, (VALID, None)),
        ({"size1": 0, "root1": EMPTY}, (NOT_VALID, "proof-from-empty")),
        ({"size1": 0, "proof": []}, (NOT_VALID, "empty-root")),
        ({"size1": 0, "size2": 0, "root1": EMPTY, "root2": EMPTY, "proof": []}, (VALID, None)),
        ({"size1": 0, "size2": 0, "root1": EMPTY, "root2": EMPTY, "proof": [EMPTY]}, (NOT_VALID, "proof-from-empty")),
        ({"size1": 1, "size2": 1, "root1": SHORT, "root2": SHORT, "proof": []}, (NOT_VALID, "hash-length")),
        ({"size1": 0, "root1": SHORT, "root2": SHORT, "proof": []}, (NOT_VALID, "hash-length")),
        ({"size1": 9}, (NOT_VALID, "sizes-backwards")),
        ({"size1": 8, "root1": consistency()["root2"], "proof": []}, (VALID, None)),
        ({"size1": 8, "proof": []}, (NOT_VALID, "same-size")),
        ({"size1": 8}, (NOT_VALID, "proof-not-empty")),
        ({"size2": 2**64}, (NOT_VALID, "number-range")),
    ],
)
def test_sizes_that_are_equal_empty_or_backwards(run: Run, more: dict[str, Any], found: tuple[int, str | None]) -> None:
    assert reason(run("consistency", consistency() | more)) == found


def test_other_programs_names_of_fields_are_known(run: Run) -> None:
    leaf = "9c2b3799f232761f71e022b243ebb6c6d9a9c66160800e4c2f2987c0d41294b8"
    sth, proof = str(DATA / "argon2020-sth.json"), str(DATA / "argon2020-proof.json")
    assert reason(run("inclusion", proof, sth, "--leaf-hash", leaf)) == (VALID, None)
    old = ["--size1", "3654490", "--root1", "AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ="]
    assert reason(run("consistency", str(DATA / "argon2020-consistency.json"), sth, *old)) == (VALID, None)
    rekor = {
        "logIndex": 5,
        "treeSize": 8,
        "rootHash": ROOTS[8].hex(),
        "hashes": list(INCLUSIONS[5, 8]),
        "checkpoint": "ignored",
    }
    assert reason(run("inclusion", rekor, "--entry", LEAVES[5])) == (VALID, None)
    sigstore = rekor | {"logIndex": "5", "treeSize": "8", "rootHash": naive.b64(ROOTS[8])}
    sigstore["hashes"] = [naive.b64(bytes.fromhex(one)) for one in INCLUSIONS[5, 8]]
    assert reason(run("inclusion", sigstore, "--entry", LEAVES[5])) == (VALID, None)
    sigsum = {"leaf_index": 5, "size": 8, "root_hash": ROOTS[8].hex(), "node_hashes": list(INCLUSIONS[5, 8])}
    assert reason(run("inclusion", sigsum, "--entry", LEAVES[5])) == (VALID, None)


def test_what_is_missing_or_said_twice_cannot_be_checked(run: Run) -> None:
    for name in ("leafIdx", "treeSize", "root", "leafHash"):
        cut = {field: value for field, value in vector().items() if field != name}
        assert reason(run("inclusion", cut)) == (CANNOT_CHECK, "field-missing")
    assert reason(run("inclusion", vector(), "--index", "1")) == (CANNOT_CHECK, "field-differs")
    assert reason(run("inclusion", vector(), "--index", "0")) == (VALID, None)
    assert reason(run("inclusion", vector(start=0, end=8))) == (CANNOT_CHECK, "subtree")
    assert reason(run("inclusion", "no-such-file")) == (CANNOT_CHECK, "file-unreadable")
    assert reason(run("inclusion", b"[1]")) == (NOT_VALID, "json-object")
    assert reason(run("inclusion", b"{")) == (NOT_VALID, "json-form")
    assert reason(run("inclusion", vector(), "--leaf-hash", "00", "--entry", b"")) == (CANNOT_CHECK, "leaf-ways")
    assert reason(run("inclusion", "--index", "x")) == (NOT_VALID, "number-form")
    assert reason(run("inclusion", "--index", "-1")) == (NOT_VALID, "number-form")
    assert reason(run("inclusion", "--leaf-hash", "0" * 63)) == (NOT_VALID, "hex-odd")
    assert reason(run("inclusion", "--leaf-hash", "0" * 62)) == (NOT_VALID, "hash-length")


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(vector()).encode())))
    assert reason(run("inclusion", "-")) == (VALID, None)


def test_notes_and_checkpoints(run: Run) -> None:
    note = f"{TEXT}\n{PETER_LINE}".encode()
    assert run("note", note, "--key", PETER)[1]["facts"] == {"text": TEXT}
    assert reason(run("note", note, "--key-file", f"# trusted\n\n{PETER}\n".encode())) == (VALID, None)
    assert reason(run("note", note, "--key-file", b"\xff")) == (CANNOT_CHECK, "file-unreadable")
    assert reason(run("note", note)) == (CANNOT_CHECK, "no-key")
    assert reason(run("note", note, "--key", "x")) == (CANNOT_CHECK, "key-form")
    assert reason(run("note", note, "--key", PETER, "--origin", "x")) == (NOT_VALID, "origin-differs")
    assert reason(run("note", note[:-1], "--key", PETER)) == (NOT_VALID, "note-end")
    assert reason(run("note", b"x" * 1_000_001, "--key", PETER)) == (NOT_VALID, "note-long")
    assert reason(run("checkpoint", note, "--key", PETER)) == (NOT_VALID, "checkpoint-lines")
    status, report = run("checkpoint", LOG.checkpoint([b"a"]), "--key", LOG.vkey, "--origin", LOG.name)
    assert (status, report["facts"]) == (0, {"origin": LOG.name, "size": 1, "root": naive.leaf(b"a").hex()})


def test_a_proof_to_carry_about(run: Run) -> None:
    entries = [b"a", b"b", b"c"]
    proof = "\n".join(
        ["c2sp.org/tlog-proof@v1", "index 1", *(naive.b64(one) for one in naive.path(1, entries)), "", ""]
    ).encode() + LOG.checkpoint(entries)
    assert reason(run("proof", proof, "--entry", b"b", "--key", LOG.vkey)) == (VALID, None)
    assert reason(run("proof", proof, "--leaf-hash", naive.leaf(b"b").hex(), "--key", LOG.vkey)) == (VALID, None)
    assert reason(run("proof", proof, "--entry", b"c", "--key", LOG.vkey)) == (NOT_VALID, "root-differs")
    assert reason(run("proof", proof, "--key", LOG.vkey)) == (CANNOT_CHECK, "field-missing")
    assert reason(run("proof", proof, "--entry", b"b")) == (CANNOT_CHECK, "no-key")


def test_a_log_and_what_it_extends(run: Run, tmp_path: Path) -> None:
    entries = [b"%d" % n for n in range(300)]
    folder, key = tmp_path / "log", ("--key", LOG.vkey)
    naive.tlog(folder, entries, LOG.checkpoint(entries))
    old, none = LOG.checkpoint(entries[:77]), LOG.checkpoint([])
    assert reason(run("log", str(folder), *key)) == (VALID, None)
    assert reason(run("log", str(folder), *key, "--hashes", "--from", old)) == (VALID, None)
    assert run("log", str(folder), *key, "--from", none)[1]["facts"]["from"] == 0
    forked = LOG.checkpoint([b"x", *entries[1:77]])
    assert reason(run("log", str(folder), *key, "--from", forked)) == (NOT_VALID, "old-root-differs")
    larger = LOG.checkpoint([*entries, b"more"])
    assert reason(run("log", str(folder), *key, "--from", larger)) == (NOT_VALID, "sizes-backwards")
    other = naive.Signer(LOG.name).checkpoint(entries[:77], "other")
    assert reason(run("log", str(folder), *key, "--from", other)) == (NOT_VALID, "origin-differs")
    assert reason(run("log", str(folder))) == (CANNOT_CHECK, "no-key")
    assert reason(run("log", str(tmp_path / "none"), *key)) == (CANNOT_CHECK, "no-log")

    assert reason(run("consistency", "--from", old, "--log", str(folder), *key)) == (VALID, None)
    assert reason(run("consistency", "--from", none, "--log", str(folder), *key)) == (VALID, None)
    assert reason(run("consistency", "--from", forked, "--log", str(folder), *key)) == (NOT_VALID, "old-root-differs")
    assert reason(run("consistency", "--from", other, "--log", str(folder), *key)) == (NOT_VALID, "origin-differs")
    hashes = json.dumps([one.hex() for one in naive.proof(77, entries)])
    new = LOG.checkpoint(entries)
    assert reason(run("consistency", "--from", old, "--to", new, *key, "--proof", hashes)) == (VALID, None)
    assert reason(run("consistency", "--from", old, "--to", new, *key)) == (NOT_VALID, "proof-short")
    assert reason(run("consistency", "--from", old, "--to", new, *key, "--log", str(folder))) == (VALID, None)
    for wrong in (["--to", new], ["--from", old], ["--from", old, "--to", new, "--size1", "7"]):
        assert reason(run("consistency", *wrong, *key)) == (CANNOT_CHECK, "checkpoints-or-fields")
    with_both = ["--from", old, "--log", str(folder), "--proof", hashes]
    assert reason(run("consistency", *with_both, *key)) == (CANNOT_CHECK, "log-and-proof")

    place = ["--log", str(folder), *key]
    assert reason(run("inclusion", "--index", "299", "--entry", b"299", *place)) == (VALID, None)
    assert reason(run("inclusion", "--index", "298", "--entry", b"299", *place)) == (NOT_VALID, "root-differs")
    assert reason(run("inclusion", "--index", "300", "--entry", b"299", *place)) == (NOT_VALID, "index-range")
    assert reason(run("inclusion", "--index", "1", "--entry", b"1", "--size", "300", *place)) == (
        CANNOT_CHECK,
        "log-and-proof",
    )

    naive.tlog(folder, [*entries[:-1], b"changed"], LOG.checkpoint(entries))
    assert reason(run("log", str(folder), *key)) == (NOT_VALID, "root-differs")


def test_documents_and_statements(run: Run) -> None:
    trusted = ("--key", LOG.vkey, "--seal", pem(SEAL))
    status, report = run("document", told(), *trusted, "--pdf", PDF)
    assert (status, report["unchecked"], report["facts"]["code"]) == (0, [], CODE)
    assert reason(run("document", told(), *trusted, "--pdf", b"x")) == (NOT_VALID, "pdf-differs")
    assert reason(run("document", told(), "--seal", pem(SEAL))) == (CANNOT_CHECK, "no-key")
    statement = str(told()["statement"]).encode()
    status, report = run("statement", statement, *trusted)
    assert (status, report["unchecked"], report["facts"]["algorithm"]) == (0, [], "ES256")
    assert [one["code"] for one in run("statement", statement, "--seal", pem(SEAL))[1]["unchecked"]] == ["log-no-key"]
    assert reason(run("statement", EXAMPLE.encode(), "--seal", EXAMPLE_KEY)) == (VALID, None)
    assert reason(run("statement", EXAMPLE.encode())) == (CANNOT_CHECK, "no-seal")


def test_the_verdict_is_the_first_line_in_either_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "v.json"
    file.write_text(json.dumps(vector()))
    assert main(["inclusion", str(file)]) == VALID
    assert capsys.readouterr().out.splitlines()[0] == "VALID"
    file.write_text(json.dumps(vector(leafIdx=8)))
    assert main(["inclusion", str(file), "--lang", "tr"]) == NOT_VALID
    assert capsys.readouterr().out.startswith("GEÇERSİZ: 8 sırası 8 yapraklı")
    assert main(["inclusion"]) == CANNOT_CHECK
    assert capsys.readouterr().out.startswith("CANNOT CHECK: index is missing")


def test_evidence_cannot_write_on_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "note"
    file.write_bytes(LOG.note("\x7f\u009b31mVALID\u202e\u2028\nx\n"))
    assert main(["note", str(file), "--key", LOG.vkey]) == VALID
    out = capsys.readouterr().out
    assert all(sign.isprintable() or sign == "\n" for sign in out)
    assert "\u202e" not in out
    assert len(out.splitlines()) == 3


def test_a_fault_of_the_program_is_no_verdict() -> None:
    report = report_make(lambda _: json.loads("{"))
    assert (report.status, report.reason and report.reason.code) == (CANNOT_CHECK, "fault")


def test_wrong_usage_ends_with_the_status_of_what_cannot_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["nothing"], ["note"], ["inclusion", "--inde", "1"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == CANNOT_CHECK


def test_json_has_one_reading() -> None:
    for raw in (b'{"a":1,"a":1}', b"NaN", b"-0", b"1" * 30, b"[" * 100_000, b"\xff", b"01", b"{'a':1}", b"1 2"):
        with pytest.raises(Refused):
            json_read(raw, said("n-file"))


CALLS = {"Refused", "Unable", "said", "Said", "holds", "passes_by"}


def test_every_sentence_is_there_in_both_languages_and_used() -> None:
    used = set()
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
                used |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
    nouns = {f"n-{name}" for name in ("index", "size", "root", "leaf", "size1", "size2", "root1", "root2")}
    verdicts = {code for code in WORDS if code.startswith("v-")}
    assert (used & set(WORDS)) | nouns | verdicts == set(WORDS)
    assert {code for code in used if isinstance(code, str) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", code)} <= set(WORDS)
    for code, (english, turkish) in WORDS.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, turkish)]
        assert fields[0] == fields[1], code
        assert english
        assert turkish


def test_the_program_needs_nothing_but_the_standard_library_and_cryptography() -> None:
    imported = set()
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"cryptography", "katip_verify"}


def test_the_launcher_runs_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "katip_verify").mkdir()
    script = PACKAGE.parent.parent / "script/katip-verify"
    ended = subprocess.run(
        [script, "inclusion", "-"], cwd=tmp_path, input=json.dumps(vector()).encode(), capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (0, b"VALID")
