"""A document's proof and statement from end to end, and every way in which they may not fit together."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from katip_verify.document import document_check
from katip_verify.event import event_parse
from katip_verify.note import keys_parse
from katip_verify.record import record_check
from katip_verify.report import Report
from katip_verify.said import Refused, Unable
from katip_verify.trust import Trust
from tests import naive
from tests.test_statement import CA, KEYS, SEAL, chained, signed

LOG = naive.Signer("katip.example/kayit")
TRUST = Trust(certificates=(CA,))
LOG_KEYS = keys_parse([LOG.vkey])
PDF = b"%PDF-1.7 sample"
TERMS = {"minutes": 40, "workplace": {"title": "Örnek Ğ Ltd."}, "rate": 1.5}


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


TERMS_HASH = naive.sha256(canonical(TERMS).encode()).hex()
DETAIL = {"terms_hash": TERMS_HASH, "reason": "", "step": 2}
SALT = bytes(range(16))


def event_text(number: int, detail: Any, **more: Any) -> str:
    fields = {
        "id": number,
        "at": 1_795_500_000_000_000,
        "tag": "process:step:approved",
        "actor_id": 7,
        "capacity": "employer",
        "organisation_id": None,
        "subject_id": 103,
        "detail_hash": naive.sha256(SALT + canonical(detail).encode()).hex(),
    }
    return "katip event v1\n" + canonical(fields | more)


def opened(number: int, detail: Any) -> dict[str, Any]:
    return {"id": number, "text": event_text(number, detail), "detail": {"salt": SALT.hex(), "body": detail}}


EVENT = event_text(12, DETAIL)
ENTRIES = [naive.sha256(b"%d" % n) for n in range(300)]
ENTRIES[200] = naive.sha256(EVENT.encode())
NOTE = LOG.checkpoint(ENTRIES).decode()
HASHES = [naive.b64(one) for one in naive.path(200, ENTRIES)]
TLOG_PROOF = "\n".join(["c2sp.org/tlog-proof@v1", "index 200", *HASHES, "", NOTE])
CODE = "K7QF-2M9D-AAAA-BBBB-CCCC"
RECORD: dict[str, Any] = {
    "format": "katip-statement/1",
    "document": {"code": CODE},
    "terms": {"process": 103, "sha256": TERMS_HASH, "approved": TERMS},
    "approvals": [
        {"process": 103, "terms_sha256": TERMS_HASH, "event": opened(11, DETAIL), "log_index": 199},
        {"process": 103, "terms_sha256": TERMS_HASH, "event": opened(12, DETAIL), "log_index": 200},
        {"process": 90, "terms_sha256": "00", "event": None, "log_index": None},
    ],
    "month": None,
    "event": opened(12, DETAIL),
    "log": {"origin": LOG.name, "index": 200, "entry": ENTRIES[200].hex(), "proof": TLOG_PROOF},
}


def statement_of(record: Any) -> str:
    header = chained(SEAL, CA, typ="katip-statement+jws")
    return signed(KEYS["seal"], header, canonical(record).encode()).decode()


def told(**more: Any) -> dict[str, Any]:
    statement = more.pop("statement", statement_of(RECORD))
    return {
        "format": "katip-proof/1",
        "origin": LOG.name,
        "index": 200,
        "size": 300,
        "entry": naive.b64(ENTRIES[200]),
        "hashes": HASHES,
        "checkpoint": NOTE,
        "document": {
            "code": CODE,
            "sha256": naive.sha256(PDF).hex(),
            "statement_sha256": naive.sha256(str(statement).encode()).hex(),
        },
        "event": EVENT,
        "detail": {"salt": SALT.hex(), "body": DETAIL},
        "statement": statement,
    } | more


def checked(proof: Any, trust: Trust = TRUST, **more: Any) -> Report:
    report = Report()
    raw = proof if isinstance(proof, bytes) else json.dumps(proof).encode()
    document_check(raw, more.pop("keys", LOG_KEYS), trust, report, **more)
    return report


def codes(report: Report) -> tuple[list[str], list[str]]:
    return [one.code for one in report.checked], [one.code for one in report.unchecked]


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def unable(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Unable) as caught:
        check(*given, **more)
    return caught.value.said.code


def changed(whole: Any, path: str, value: Any) -> Any:
    """A copy in which what lies at the dotted path is another; `...` takes it out."""
    whole = copy.deepcopy(whole)
    place, *names = [int(name) if name.isdigit() else name for name in path.split(".")][::-1]
    part = whole
    for name in names[::-1]:
        part = part[name]
    if value is ...:
        del part[place]
    else:
        part[place] = value
    return whole


def test_a_party_s_proof_is_checked_from_end_to_end() -> None:
    report = checked(told(), pdf=PDF)
    assert codes(report) == (
        [
            "signed",
            "included",
            "event-fits",
            "detail-fits",
            "statement-signed",
            "signed",
            "included",
            "event-fits",
            "detail-fits",
            "terms-fit",
            "approvals-fit",
            "pdf-fits",
        ],
        [],
    )
    assert report.facts["statement"]["terms"]["approved"] == TERMS
    assert report.facts["code"] == CODE


def test_what_everybody_may_have_proves_the_entry_and_says_what_it_does_not() -> None:
    public = {name: value for name, value in told().items() if name not in {"event", "detail", "statement"}}
    report = checked(public, Trust())
    assert codes(report) == (["signed", "included"], ["event-absent", "statement-absent"])
    assert codes(checked(told(detail=None), Trust()))[1] == ["detail-absent", "statement-no-key"]


def test_nothing_is_trusted_that_the_file_brings_along() -> None:
    assert unable(lambda: checked(told(vkey=LOG.vkey), keys=())) == "no-key"
    mine = naive.Signer(LOG.name, 66)
    assert refused(lambda: checked(told(checkpoint=mine.checkpoint(ENTRIES).decode()))) == "note-unverified"
    other = naive.Signer("other.example", 9)
    note = other.note(NOTE.partition("\n\n")[0] + "\n").decode()
    keys = keys_parse([LOG.vkey, other.vkey])
    assert refused(lambda: checked(told(checkpoint=note), keys=keys)) == "origin-unsigned"
    assert checked(told(checkpoint=note), Trust(), keys=keys, origin=LOG.name).checked
    witness = naive.Signer(LOG.name, 9, kind=4)
    cosigned = NOTE.partition("\n\n")[0] + "\n"
    note = f"{cosigned}\n{witness.line(cosigned)}"
    assert refused(lambda: checked(told(checkpoint=note), keys=keys_parse([witness.vkey]))) == "origin-unsigned"
    assert refused(lambda: checked(told(), origin="other.example")) == "origin-differs"


OTHER = naive.b64(naive.sha256(b"other"))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("format", "katip-proof/2", "document-format"),
        ("format", ..., "document-format"),
        ("origin", "other.example", "document-differs"),
        ("index", 201, "root-differs"),
        ("index", 300, "index-range"),
        ("index", -1, "number-range"),
        ("index", 2**64, "number-range"),
        ("index", True, "document-field"),
        ("index", "200", "document-field"),
        ("index", 200.0, "document-field"),
        ("size", 299, "document-differs"),
        ("size", ..., "document-field"),
        ("entry", OTHER, "root-differs"),
        ("entry", naive.b64(bytes(31)), "hash-length"),
        ("entry", bytes(32).hex(), "hash-length"),
        ("entry", None, "document-field"),
        ("hashes", HASHES[:-1], "proof-short"),
        ("hashes", [*HASHES, HASHES[0]], "proof-long"),
        ("hashes", [OTHER, *HASHES[1:]], "root-differs"),
        ("hashes", [*HASHES[:-1], "AAAA"], "hash-length"),
        ("hashes", [*HASHES[:-1], 7], "document-field"),
        ("hashes", [OTHER] * 65, "document-field"),
        ("hashes", "AAAA", "document-field"),
        ("checkpoint", NOTE.replace("\n300\n", "\n301\n"), "signature-wrong"),
        ("checkpoint", NOTE.replace("— ", "- "), "signature-line"),
        ("checkpoint", "", "note-blank"),
        ("checkpoint", "\ud800", "not-utf8"),
        ("event", event_text(13, DETAIL), "event-differs"),
        ("event", EVENT.replace("103", "104"), "event-differs"),
        ("event", EVENT.replace(":103", ": 103"), "event-canonical"),
        ("event", EVENT + " ", "event-canonical"),
        ("event", EVENT + "\n", "event-canonical"),
        ("event", EVENT.replace("v1", "v2"), "event-header"),
        ("event", EVENT.partition("\n")[2], "event-header"),
        ("event", EVENT.replace("null", '"x"'), "event-fields"),
        ("event", EVENT.replace('"id":12', '"id":12.0'), "event-fields"),
        ("event", EVENT.replace('"id":12', '"id":true'), "event-fields"),
        ("event", EVENT.replace('"id":12', '"id":12,"id":13'), "json-twice"),
        ("event", EVENT.replace("}", ',"z":1}'), "event-fields"),
        ("event", "katip event v1\n[]", "event-fields"),
        ("event", "katip event v1\n", "json-form"),
        ("event", 7, "document-field"),
        ("event", ..., "detail-alone"),
        ("detail.body.reason", "other", "detail-differs"),
        ("detail.salt", bytes(16).hex(), "detail-differs"),
        ("detail.salt", SALT.hex().upper(), "hex-form"),
        ("detail.salt", SALT.hex()[:-1], "hex-form"),
        ("detail.salt", "zz" * 16, "hex-form"),
        ("detail.salt", " ".join(["00"] * 17)[:-1], "hex-form"),
        ("detail.salt", bytes(15).hex(), "salt-short"),
        ("detail.salt", "", "salt-short"),
        ("detail.salt", ..., "document-field"),
        ("detail", [], "document-field"),
        ("document.statement_sha256", "00", "document-differs"),
        ("document.code", "XXXX", "statement-log-differs"),
        ("document", None, "statement-log-differs"),
        ("statement", 7, "document-field"),
    ],
)
def test_any_part_that_does_not_fit_is_refused(path: str, value: Any, code: str) -> None:
    assert refused(lambda: checked(changed(told(), path, value))) == code


def test_a_file_that_is_no_proof_is_refused() -> None:
    for raw in (b"", b"{", b"\xff", b"[]", b"null", b"7", b'{"format":"katip-proof/1","format":"x"}', b"[" * 100_000):
        assert refused(checked, raw) in {"json-form", "not-utf8", "document-format", "json-twice"}
    assert refused(lambda: checked(b"\xef\xbb\xbf" + json.dumps(told()).encode())) == "json-form"


def test_the_pdf_is_the_one_that_is_named() -> None:
    assert refused(lambda: checked(told(), pdf=PDF + b"\n")) == "pdf-differs"
    late = changed(told(), "document.sha256", "00" * 32)
    assert refused(lambda: checked(late, pdf=PDF)) == "pdf-differs"
    earlier = ["11" * 32, naive.sha256(PDF).hex()]
    assert codes(checked(changed(late, "document.earlier_sha256", earlier), pdf=PDF))[0][-1] == "pdf-fits"
    for path, value in (("sha256", ""), ("sha256", None), ("earlier_sha256", [7]), ("earlier_sha256", ["x"])):
        assert unable(checked, changed(told(), f"document.{path}", value), pdf=PDF) == "pdf-unnamed"


def test_an_event_of_erased_detail_still_fits() -> None:
    assert event_parse(EVENT).entry == ENTRIES[200]
    record = changed(changed(RECORD, "event.detail", None), "approvals.0.event.detail", None)
    assert codes(checked(told(statement=statement_of(record), detail=None)))[1] == ["detail-absent", "detail-absent"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("format", "katip-statement/2", "document-format"),
        ("log.origin", "other.example", "statement-log-differs"),
        ("log.index", 199, "statement-log-differs"),
        ("log.index", 200.0, "statement-log-differs"),
        ("log.entry", ENTRIES[0].hex(), "statement-log-differs"),
        ("log", ..., "statement-log-differs"),
        ("document.code", "XXXX", "statement-log-differs"),
        ("event.text", event_text(13, DETAIL), "statement-log-differs"),
        ("event.id", 13, "document-differs"),
        ("event", "x", "document-field"),
        ("event.detail.body.step", 3, "detail-differs"),
        ("event.detail", {"salt": SALT.hex()}, "document-field"),
        ("log.proof", TLOG_PROOF.replace("index 200", "index 199"), "root-differs"),
        ("log.proof", TLOG_PROOF.replace("300\n", "301\n"), "signature-wrong"),
        ("log.proof", "", "proof-header"),
        ("terms.approved.minutes", 41, "terms-differ"),
        ("terms.sha256", "00", "terms-differ"),
        ("terms", ..., "document-field"),
        ("approvals", ..., "document-field"),
        ("approvals.0", "x", "document-field"),
        ("approvals.0", 7, "document-field"),
        ("approvals.0.terms_sha256", "00", "terms-differ"),
        ("approvals.0.process", 104, None),
        ("approvals.1.event.detail.body.terms_hash", "00", "detail-differs"),
        ("approvals.0.event", opened(11, {"terms_hash": "00"}), "terms-differ"),
        ("approvals.0.event.text", EVENT, "document-differs"),
        ("approvals.2.process", 103, "terms-differ"),
        ("approvals", [RECORD["approvals"][2]] * 101, "document-field"),
        ("month", {}, "document-field"),
        ("month", 7, "document-field"),
    ],
)
def test_a_signed_statement_must_fit_what_it_opens(path: str, value: Any, code: str | None) -> None:
    proof = told(statement=statement_of(changed(RECORD, path, value)))
    if code is None:
        assert checked(proof).checked
    else:
        assert refused(lambda: checked(proof)) == code


def test_a_statement_of_another_kind_or_signer_is_refused() -> None:
    header = chained(SEAL, CA)
    untyped = signed(KEYS["seal"], header, canonical(RECORD).encode()).decode()
    assert refused(lambda: checked(told(statement=untyped))) == "statement-type"
    other = ec.generate_private_key(ec.SECP256R1())
    forged = signed(other, chained(SEAL, CA, typ="katip-statement+jws"), canonical(RECORD).encode()).decode()
    assert refused(lambda: checked(told(statement=forged))) == "statement-signature"
    assert refused(lambda: checked(told(statement=statement_of([])))) == "document-format"


def test_a_certificate_that_was_not_valid_then_is_said() -> None:
    early = event_text(12, DETAIL, at=0)
    entries = [*ENTRIES[:200], naive.sha256(early.encode()), *ENTRIES[201:]]
    hashes = [naive.b64(one) for one in naive.path(200, entries)]
    note = LOG.checkpoint(entries).decode()
    record = changed(RECORD, "event.text", early)
    record = changed(record, "log.entry", entries[200].hex())
    record = changed(record, "log.proof", "\n".join(["c2sp.org/tlog-proof@v1", "index 200", *hashes, "", note]))
    proof = told(
        statement=statement_of(record), event=early, entry=naive.b64(entries[200]), hashes=hashes, checkpoint=note
    )
    assert codes(checked(proof))[1] == ["certificate-time"]


def test_a_month_s_change_leads_to_the_root_that_its_event_holds() -> None:
    texts = [f"9\x1f0\x1f{place}" for place in range(5)]
    path = [
        [("left", "right")[at], one.hex()]
        for at, one in zip((1, 0, 1), naive.path(2, [text.encode() for text in texts]), strict=True)
    ]
    detail = {"run": 9, "root": naive.root([text.encode() for text in texts]).hex()}
    month = {"leaf_text": texts[2], "leaf": naive.leaf(texts[2].encode()).hex(), "path": path}
    event = opened(12, detail)
    entry = naive.sha256(event["text"].encode()).hex()
    log = {"origin": LOG.name, "index": 200, "entry": entry, "proof": None}
    record = RECORD | {"month": month, "event": event, "log": log}

    def run(record: dict[str, Any]) -> tuple[list[str], list[str]]:
        report = Report()
        record_check(record, LOG_KEYS, report)
        return codes(report)

    assert "month-fits" in run(record)[0]
    assert "log-no-key" in run(record)[1]
    for place, value, code in (
        ("month.leaf_text", texts[3], "month-differs"),
        ("month.leaf", "00", "month-differs"),
        ("month.path.0.0", "left", "month-differs"),
        ("month.path.0.0", "below", "document-field"),
        ("month.path.0.1", "00", "hash-length"),
        ("month.path.0", ["left"], "document-field"),
        ("month.path", path[:-1], "month-differs"),
        ("month.path", path * 30, "document-field"),
        ("event.detail", None, "month-differs"),
    ):
        assert refused(run, changed(record, place, value)) == code


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("log.index", 199, "statement-log-differs"),
        ("log.index", "200", "document-field"),
        ("log.origin", "other.example", "statement-log-differs"),
        ("log.entry", None, "document-field"),
        ("log.entry", ENTRIES[0].hex(), "event-differs"),
        ("log.entry", "00", "hash-length"),
        ("event.detail", 7, "document-field"),
        ("event.detail.salt", 7, "document-field"),
        ("event.text", EVENT.replace("employer", "\ud800"), "not-utf8"),
        ("event.text", EVENT.replace('"employer"', "7"), "event-fields"),
        ("terms.approved", "\ud800", "not-utf8"),
        ("month", {"leaf_text": 7, "path": []}, "document-field"),
        ("month", {"leaf_text": "x", "path": {}}, "document-field"),
        ("month", {"leaf_text": "x", "leaf": naive.leaf(b"x").hex(), "path": ["left"]}, "document-field"),
    ],
)
def test_a_statement_alone_is_held_against_what_it_opens(path: str, value: Any, code: str) -> None:
    assert refused(record_check, changed(RECORD, path, value), LOG_KEYS, Report()) == code


def test_a_statement_alone_says_how_many_events_it_opens() -> None:
    report = Report()
    record_check(RECORD, LOG_KEYS, report)
    assert report.checked[-1].args == {"many": 3, "opened": 2}
    report = Report()
    record_check(changed(RECORD, "event", None), LOG_KEYS, report)
    assert [one.code for one in report.checked] == ["signed", "included", "terms-fit", "approvals-fit"]
