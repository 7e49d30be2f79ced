"""SQLite over a disk that forgets: the files are real ones, and what is done to them is told to the disk first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import apsw
from tests.reliability.disk import Disk, File, PowerIsOff

_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
_KEPT = apsw.SQLITE_OPEN_MAIN_DB | _JOURNALS
_number = count(1)


class PowerVFS(apsw.VFS):
    """The file system of this machine, seen through a disk."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.name = f"power{next(_number)}"
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file; temporary ones are no business of the disk."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or not flags[0] & _KEPT:
            return super().xOpen(name, flags)
        with _failing():
            self.disk.demand_power()
        is_new = not Path(path).exists()
        file = PowerFile(self.disk, name, flags)
        with _failing():
            file.kept = self.disk.file(Path(path).name)
        file.announces = is_new and bool(flags[0] & _JOURNALS)
        return file

    def xDelete(self, name: str, syncdir: bool) -> None:
        """Remove a file."""
        with _failing():
            self.disk.remove(Path(name).name)
            super().xDelete(name, False)
            if syncdir:
                self.disk.sync_folder()

    def excepthook(self, *_: object) -> bool:
        """Say nothing: SQLite is told."""
        return True


class PowerFile(apsw.VFSFile):
    """An open file. `announces`: its first sync makes its name durable too, as SQLite does on Unix for journals."""

    kept: File
    announces = False

    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.disk = disk
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        """Read."""
        with _failing():
            self.disk.demand_power()
        return bytes(super().xRead(amount, offset))

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write."""
        with _failing():
            self.disk.write(self.kept, offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        """Give it a size."""
        with _failing():
            self.disk.truncate(self.kept, size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        """Make it durable; the real file need not be."""
        with _failing():
            self.disk.sync(self.kept)
            if self.announces:
                self.disk.sync_folder()
                self.announces = False

    def excepthook(self, *_: object) -> bool:
        """Say nothing: SQLite is told."""
        return True


@contextmanager
def _failing() -> Iterator[None]:
    """What a disk without power does is an I/O error to SQLite."""
    try:
        yield
    except PowerIsOff as why:
        raise apsw.IOError("the power is off") from why
