"""The file of a SQLite database while it is open: rows that go to a deleted or replaced one are in nobody's log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from serving.database.refusals import LogUnavailable

__all__ = ["OpenedFile"]


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """Which file stood at the path when the database was opened: its device and inode."""

    path: Path
    device: int
    inode: int

    @classmethod
    def of(cls, engine: sa.Engine) -> OpenedFile | None:
        """None where the database is no file with a path of its own. Raises OSError where the file is gone already."""
        database = engine.url.database
        if engine.dialect.name != "sqlite" or not database or database.startswith((":memory:", "file:")):
            return None
        path = Path(database).absolute()
        found = path.stat()
        return cls(path=path, device=found.st_dev, inode=found.st_ino)

    def check(self) -> None:
        """Raises `LogUnavailable` where another file, or none, stands at the path now."""
        try:
            found = self.path.stat()
        except OSError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != (self.device, self.inode):
            raise LogUnavailable(
                f"the prediction log cannot be written: {self.path.name} was removed or replaced under the running "
                "service; put the file back or restart the service; a risk that is not logged is not answered"
            )
