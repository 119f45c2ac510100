"""The fingerprint of what is being approved."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def terms_hash(terms: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) of the terms as canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
