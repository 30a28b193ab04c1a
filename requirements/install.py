"""Make .venv with the locked, hashed requirements and Monitor itself in it. Uses uv where it is there, else pip; installs nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(which: str) -> None:
    """Install the set `run` or `dev`."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this file runs before anything has checked
        sys.exit(f"Monitor needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 …")
    uv = shutil.which("uv")
    if not PYTHON.exists():
        run(
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
            if uv
            else [sys.executable, "-m", "venv", str(VENV)]
        )
    pip = (
        [uv, "pip", "install", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    )
    run([*pip, "--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / f"{which}.txt")])
    run([*pip, "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def run(command: list[str]) -> None:
    """Run a command; end with its status where it fails."""
    done = subprocess.run(command, check=False)  # noqa: S603  # our own arguments
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main(sys.argv[1])
