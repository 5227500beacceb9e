"""LOCAL, Databricks: the workspace's objects on disk; knows no rule of the API.

One SQLite database: 70,000 notebooks open at once, and a listing or an export is one
query. Calls are short and synchronous on purpose: there is one process, one thread.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.databricks import paths
from local.databricks.items import DIRECTORY, Item, id_after

OWN_FOLDERS = ("/Repos", "/Shared", "/Users")
_FIRST_ID = 1_028_406_175_331_402
_NOTHING: Mapping[str, object] = {}
_SCHEMA = """
create table if not exists objects (
    id integer primary key,
    path text not null unique,
    type text not null,
    language text,
    form text,
    created_at integer,
    modified_at integer,
    extra text not null,
    parent text not null
);
create index if not exists objects_by_parent on objects (parent);
create table if not exists content (id integer primary key, body blob not null);
create table if not exists last_id (only integer primary key, id integer not null);
"""


def now_ms() -> int:
    """Return the time of day in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Store:
    """The objects and their content, in `folder` or (None) in memory.

    `clock` gives the time of changes, in milliseconds since 1970.
    """

    def __init__(
        self, folder: Path | None = None, clock: Callable[[], int] = now_ms
    ) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        where = str(folder / "workspace.sqlite") if folder else ":memory:"
        # An application may be made in one thread and served in another.
        self._db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        self._clock = clock
        self._db.executescript(
            "pragma page_size = 16384; pragma journal_mode = wal;"
            "pragma synchronous = normal; pragma mmap_size = 268435456;" + _SCHEMA
        )
        row = self._db.execute("select id from last_id").fetchone()
        self._last_id = int(row[0]) if row else _FIRST_ID
        for path in ("/", *OWN_FOLDERS):
            if self.get(path) is None:
                self.add(path, DIRECTORY)

    def close(self) -> None:
        """Close the database; nothing more can be asked."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen, or nothing."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def get(self, path: str) -> Item | None:
        """Return the object at exactly this path."""
        rows = self._db.execute("select * from objects where path = ?", (path,))
        return next(map(_item, rows), None)

    def by_id(self, object_id: int) -> Item | None:
        """Return the object of this id."""
        rows = self._db.execute("select * from objects where id = ?", (object_id,))
        return next(map(_item, rows), None)

    def children(self, path: str) -> list[Item]:
        """List what lies directly in a folder, by path."""
        query = "select * from objects where parent = ? order by path"
        return [_item(row) for row in self._db.execute(query, (path,))]

    def count_children(self, path: str) -> int:
        """Count what lies directly in a folder."""
        query = "select count(*) from objects where parent = ?"
        return int(self._db.execute(query, (path,)).fetchone()[0])

    def below(self, path: str) -> list[Item]:
        """List everything below a folder, by path."""
        query = "select * from objects where path > ? and path < ? order by path"
        return [_item(row) for row in self._db.execute(query, _range(path))]

    def of_type(self, *types: str) -> list[Item]:
        """List all objects of these types, by path."""
        query = "select * from objects where type = ?"
        found = [
            _item(row) for kind in types for row in self._db.execute(query, (kind,))
        ]
        return sorted(found, key=lambda item: item.path)

    def content(self, object_id: int) -> bytes:
        """Return the bytes kept for an object; none for one that has none."""
        query = "select body from content where id = ?"
        row = self._db.execute(query, (object_id,)).fetchone()
        return bytes(row[0]) if row else b""

    def page(self, after: str, count: int) -> list[tuple[Item, bytes | None]]:
        """List the `count` next objects after a path, with what is kept of each."""
        rows = self._db.execute(
            "select objects.*, body from objects left join content using (id)"
            " where path > ? order by path limit ?",
            (after, count),
        )
        return [(_item(row), row[-1]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Count the objects of each type."""
        rows = self._db.execute("select type, count(*) from objects group by type")
        return {str(kind): int(count) for kind, count in rows}

    def next_id(self) -> int:
        """Return an id nobody ever had, also no object that is long deleted."""
        self._last_id = id_after(self._last_id)
        return self._last_id

    def add(
        self,
        path: str,
        object_type: str,
        *,
        content: bytes | None = None,
        language: str | None = None,
        form: str | None = None,
        extra: Mapping[str, object] = _NOTHING,
    ) -> Item:
        """Put a new object at a free path, as of now.

        Raises IntegrityError where the path is taken.
        """
        now = self._clock()
        new_id = self.next_id()
        item = Item(new_id, path, object_type, language, form, now, now, dict(extra))
        self.add_many([(item, content)])
        return item

    def add_many(self, items: Iterable[tuple[Item, bytes | None]]) -> None:
        """Put new objects with their times as given, and ids from `next_id`."""
        rows, bodies = [], []
        for item, content in items:
            rows.append(_row(item))
            if content is not None:
                bodies.append((item.id, content))
        insert = "insert into objects values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        with self.transaction():
            self._db.executemany(insert, rows)
            self._db.executemany("insert into content values (?, ?)", bodies)
            values = (self._last_id,)
            self._db.execute("insert or replace into last_id values (1, ?)", values)

    def replace(
        self,
        item: Item,
        content: bytes,
        *,
        language: str | None = None,
        form: str | None = None,
    ) -> None:
        """Give an object new content; its time always moves, by 1 ms at least."""
        moved = max(self._clock(), (item.modified_at or 0) + 1)
        set_row = (
            "update objects set language = ?, form = ?, modified_at = ? where id = ?"
        )
        set_body = "insert or replace into content values (?, ?)"
        with self.transaction():
            self._db.execute(set_row, (language, form, moved, item.id))
            self._db.execute(set_body, (item.id, content))

    def set_extra(self, item: Item, extra: Mapping[str, object]) -> None:
        """Replace an object's `extra`."""
        values = (json.dumps(extra), item.id)
        self._db.execute("update objects set extra = ? where id = ?", values)

    def set_modified_at(self, item: Item, modified_at: int) -> None:
        """Say when an object changed last."""
        values = (modified_at, item.id)
        self._db.execute("update objects set modified_at = ? where id = ?", values)

    def remove(self, path: str) -> None:
        """Delete an object and everything below it."""
        where = (path, *_range(path))
        with self.transaction():
            self._db.execute(
                "delete from content where id in (select id from objects"
                " where path = ? or (path > ? and path < ?))",
                where,
            )
            self._db.execute(
                "delete from objects where path = ? or (path > ? and path < ?)", where
            )

    def move(self, source: str, target: str) -> None:
        """Give an object and everything below it another path, and nothing else.

        Ids and times stay. Reported: terraform-provider-databricks' exporter takes
        "same id, other path, old time" for a move.
        """
        cut = len(source) + 1
        with self.transaction():
            self._db.execute(
                "update objects set path = ? || substr(path, ?),"
                " parent = ? || substr(parent, ?) where path > ? and path < ?",
                (target, cut, target, cut, *_range(source)),
            )
            self._db.execute(
                "update objects set path = ?, parent = ? where path = ?",
                (target, paths.parent(target), source),
            )

    def clear(self) -> None:
        """Delete everything but the workspace's own folders."""
        with self.transaction():
            for child in self.children("/"):
                self.remove(child.path)
            for path in OWN_FOLDERS:
                self.add(path, DIRECTORY)


def _range(path: str) -> tuple[str, str]:
    folder = path.rstrip("/")
    return f"{folder}/", f"{folder}0"  # 0 is the character after the slash


def _item(row: tuple[Any, ...]) -> Item:
    fields = list(row[:8])
    fields[7] = json.loads(row[7]) if row[7] != "{}" else _NOTHING
    return Item(*fields)


def _row(item: Item) -> tuple[object, ...]:
    return (
        item.id,
        item.path,
        item.type,
        item.language,
        item.form,
        item.created_at,
        item.modified_at,
        json.dumps(item.extra) if item.extra else "{}",
        paths.parent(item.path) if item.path != paths.ROOT else "",
    )
