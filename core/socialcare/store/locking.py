"""The lock file beside a database file: one process at a time works through it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from socialcare.errors import SettingsError

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 1_000, os.SEEK_SET)  # others can still read the beginning
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

    _share = _lock
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Lock:
    """Held until `release` or until the process is gone, whatever ends it."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            SettingsError: another process has it.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._file)
        except OSError as error:
            holder = os.pread(self._file, 200, 0).decode("ascii", "replace").split()
            os.close(self._file)
            process = f"process {holder[0]}" if holder else "another process"
            raise SettingsError(
                f"{process} works through this database already, and a second one would answer people twice (`{path}`)\n"
                f"help: stop {process} first, or give this one a database of its own"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()} {_boot()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have it."""
        os.close(self._file)


def lock_of(database: Path) -> Path:
    """The file beside a database that the process which works through it holds."""
    return database.with_name(f"{database.name}.lock")


def is_locked(path: Path) -> bool:
    """Whether a process has the lock now; it is gone with the process, whatever ended that."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        _share(file)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _boot() -> str:
    with suppress(OSError):
        return _BOOT.read_text().strip()
    return "-"
