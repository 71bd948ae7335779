"""One notebook, executed by papermill in this process: the program that the runner starts.

Reads a job as JSON from standard input, and tells by its exit code how the execution ended. The
kernel is always this interpreter, whatever kernels are installed, and reads no one's settings.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from proofbook.suite.light import light_imports

with light_imports():
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

#: Exit codes of this program.
EXECUTED, CELL_RAISED, KERNEL_DIED, NOT_WRITTEN, BROKEN = 0, 10, 11, 12, 13

#: Errors of the output folder, not of the notebook.
_OUTPUT_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES}

#: Seconds between two looks at whether the runner is still there.
_POLL_S = 1.0


def kernel_environment(folder: Path) -> dict[str, str]:
    """The environment that gives a notebook this interpreter as its kernel and a quiet page.

    ``folder`` receives the kernel's specification; IPython profiles and Jupyter settings of the
    user are not read.
    """
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return {
        "JUPYTER_PATH": str(folder),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONWARNINGS": "ignore",
        "TQDM_DISABLE": "1",
    }


def execute(job: dict[str, Any]) -> int:
    """Executes the notebook of a job into its output file; one of the exit codes above."""
    try:
        papermill.execute_notebook(
            _literal(job["source"]),
            _literal(job["output"]),
            parameters=job["parameters"],
            kernel_name="python3",
            language="python",
            cwd=job["cwd"],
            progress_bar=False,
            start_timeout=120,
        )
    except PapermillExecutionError as error:
        print(f"cell {error.cell_index} raised {error.ename}: {error.evalue}", file=sys.stderr)
        return CELL_RAISED
    except DeadKernelError as error:
        print(f"the kernel died: {error}", file=sys.stderr)
        return KERNEL_DIED
    except OSError as error:
        if error.errno not in _OUTPUT_ERRORS:
            raise
        print(f"{job['output']} cannot be written: {error}", file=sys.stderr)
        return NOT_WRITTEN
    return EXECUTED


def kill_tree(pid: int, *, itself: bool = True) -> None:
    """Kills a process and all its descendants; a kernel leads a process group of its own."""
    try:
        process = psutil.Process(pid)
        family = process.children(recursive=True) + ([process] if itself else [])
    except psutil.NoSuchProcess:
        return
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


def _literal(path: str) -> str:
    """A path that papermill's formatting of ``{}`` leaves as it is."""
    return path.replace("{", "{{").replace("}", "}}")


def _end_with(parent: int) -> None:
    """Ends this process, and with it the kernel, soon after the runner has gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_S)
        kill_tree(os.getpid(), itself=False)
        os._exit(BROKEN)

    threading.Thread(target=watch, daemon=True).start()


def main() -> int:
    """Executes the job that standard input holds."""
    _end_with(os.getppid())
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="proofbook-", ignore_cleanup_errors=True) as folder:
        os.environ.update(kernel_environment(Path(folder)))
        os.environ.update(job["environment"])
        with contextlib.suppress(KeyboardInterrupt):
            return execute(job)
    return BROKEN


if __name__ == "__main__":
    sys.exit(main())
