"""The rules stand on the standard library alone."""

import json
import subprocess
import sys
from pathlib import Path

import katip

ROOT = Path(katip.__file__).resolve().parent.parent

# -S leaves site-packages out, so a third-party import fails outright; -I ignores the environment. The list of modules
# then shows what came in, also where the interpreter had it from elsewhere. Modules that stood before do not count.
PROBE = """
import json, sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
from katip.rules import required_minutes
from katip.rules import Profession, hazard_class_of
from datetime import date
day = date(2026, 11, 1)
need = required_minutes(Profession.SAFETY_SPECIALIST, hazard=hazard_class_of("22.12.01", day), employees=12, as_of=day)
print(json.dumps([need.minutes, sorted(set(sys.modules) - before)]))
"""


def test_importing_the_rules_brings_in_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-W", "error", "-c", PROBE, str(ROOT)], capture_output=True, text=True, check=True
    )
    minutes, modules = json.loads(done.stdout)
    assert minutes == 240
    assert "katip.rules.minutes" in modules
    tops = {name.partition(".")[0] for name in modules}
    assert tops <= sys.stdlib_module_names | {"katip"}
    assert {name for name in modules if name.startswith("katip") and not name.startswith("katip.rules")} == {"katip"}
