"""Inclusion and consistency proofs as other programs write them in JSON, and as flags give them.

Names of fields are those of transparency-dev/merkle's test data, RFC 6962's answers, Rekor and Sigstore, and sigsum.
What several files and flags say of one thing must be the same.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from katip_verify.encoding import LARGEST, hash_either, hash_read, is_hex, json_read, number_read
from katip_verify.said import Refused, Said, Unable, said

Shape = Mapping[str, tuple[str, ...]]
"""each field with the names that it goes by"""

INCLUSION: Shape = {
    "index": ("leafIdx", "leaf_index", "leafIndex", "logIndex", "log_index", "index"),
    "size": ("treeSize", "tree_size", "size"),
    "root": ("root", "rootHash", "root_hash", "sha256_root_hash"),
    "leaf": ("leafHash", "leaf_hash"),
    "proof": ("proof", "audit_path", "auditPath", "hashes", "node_hashes", "path"),
}
CONSISTENCY: Shape = {
    "size1": ("size1", "oldSize", "old_size", "first"),
    "size2": ("size2", "newSize", "new_size", "second", "tree_size", "treeSize"),
    "root1": ("root1", "oldRoot", "old_root"),
    "root2": ("root2", "newRoot", "new_root", "sha256_root_hash"),
    "proof": ("proof", "consistency", "consistency_path", "hashes", "node_hashes", "path"),
}
_HASH_DIGITS = 64
_BASE64_LENGTH = 44
_MOST_HASHES = 128
"""more than any right proof has; past it nothing is decoded"""

Fields = dict[str, Any]
"""numbers as `int`, hashes as `bytes`, a proof as a list of them"""


def fields_read(shape: Shape, files: Iterable[bytes], flags: Mapping[str, Any]) -> Fields:
    """The fields that are there. `flags` holds strings, None where not given, and a list of strings for the proof.

    Raises `Refused` for a malformed value, `Unable` where two places say different things.
    """
    found: Fields = {}
    for raw in files:
        _merge(found, _document_read(shape, raw))
    _merge(found, _flags_read(flags))
    found.setdefault("proof", [])
    return found


def fields_needed(fields: Fields, *names: str) -> list[Any]:
    """These fields. Raises `Unable` where one is missing."""
    for name in names:
        if name not in fields:
            raise Unable("field-missing", name=name)
    return [fields[name] for name in names]


def _document_read(shape: Shape, raw: bytes) -> Fields:
    document = json_read(raw, said("n-file"))
    if not isinstance(document, dict):
        raise Refused("json-object")
    told: dict[str, Any] = {}
    for name, spellings in shape.items():
        given = [document[spelling] for spelling in spellings if spelling in document]
        if any(other != given[0] for other in given[1:]):
            raise Refused("field-twice", name=name)
        if given:
            told[name] = given[0]
    if "start" in document or "end" in document:
        raise Unable("subtree")
    return _values_read(told, _decoder(told))


def _decoder(told: Mapping[str, Any]) -> Callable[[str, Said], bytes]:
    """How this document writes hashes: in base64 where one of them can be nothing else, or in hexadecimal digits."""
    proof = told.get("proof")
    texts = [*told.values(), *(proof if isinstance(proof, list) else [])]
    in_base64 = any(isinstance(text, str) and len(text) == _BASE64_LENGTH and not is_hex(text) for text in texts)
    return hash_read if in_base64 else hash_either


def _values_read(told: Mapping[str, Any], decode: Callable[[str, Said], bytes]) -> Fields:
    found: Fields = {}
    for name, value in told.items():
        if name == "proof":
            found[name] = _proof_read(value, decode)
        elif name.startswith(("root", "leaf")):
            found[name] = decode(_text(value, said(f"n-{name}")), said(f"n-{name}"))
        else:
            found[name] = _number(value, said(f"n-{name}"))
    return found


def _proof_read(value: Any, decode: Callable[[str, Said], bytes]) -> list[bytes]:
    """A list of hashes; null, as Go writes an empty one, is empty."""
    hashes = [] if value is None else value
    if not isinstance(hashes, list):
        raise Refused("proof-list")
    if len(hashes) > _MOST_HASHES:
        raise Refused("proof-long", got=len(hashes), needed=_MOST_HASHES)
    return [decode(_text(one, said("n-sibling", no=no)), said("n-sibling", no=no)) for no, one in enumerate(hashes)]


def _text(value: Any, what: Said) -> str:
    """A hash's text; null, as Go writes no bytes, is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused("hash-text", what=what)
    return value


def _number(value: Any, what: Said) -> int:
    if isinstance(value, str):
        return number_read(value, what)
    if type(value) is not int:
        raise Refused("number-form", what=what, text=str(value))
    if not 0 <= value <= LARGEST:
        raise Refused("number-range", what=what, text=str(value))
    return value


def _flags_read(flags: Mapping[str, Any]) -> Fields:
    told = {name: value for name, value in flags.items() if value is not None}
    if (given := told.pop("proof", None)) is not None:
        told["proof"] = [one for text in given for one in _hashes_given(text)]
    return _values_read(told, hash_either)


def _hashes_given(text: str) -> list[Any]:
    """One hash, or a JSON list of them."""
    if not text.lstrip().startswith("[") and text.strip() != "null":
        return [text]
    value = json_read(text, said("n-proof"))
    return value if isinstance(value, list) else []


def _merge(found: Fields, more: Fields) -> None:
    for name, value in more.items():
        if found.setdefault(name, value) != value:
            raise Unable("field-differs", name=name)
