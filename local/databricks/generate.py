"""LOCAL, Databricks: fills a workspace with as many notebooks as one asks for.

Shaped after what large workspaces are said to look like: about five notebooks a
folder, sizes log-normal, home folders, client folders, and odd names here and there.
Equal seeds make equal workspaces, and of empty ones with equal ids.
"""

import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local.databricks import jupyter, notebooks, paths, vocabulary
from local.databricks.items import (
    DASHBOARD,
    DIRECTORY,
    FILE,
    NOTEBOOK,
    Item,
)
from local.databricks.store import Store

Made = tuple[Item, bytes | None]

_PER_FOLDER = 4.8
_DEEPEST = 9
_SPREAD = 1.0  # sigma of the log-normal sizes
_NEWEST = 1_780_272_000_000  # 2026-06-01
_THREE_YEARS = 3 * 365 * 86_400_000
_ODD = 0.012
_FILES = 0.05
_DASHBOARDS = 0.004
_IPYNB = 0.02
_MIX = {"PYTHON": 70, "SQL": 20, "SCALA": 7, "R": 3}
_POOL = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """How large a workspace, and of which making."""

    notebooks: int
    seed: int = 0
    root: str = "/"
    folders: int | None = None
    mean_bytes: int = 8000

    @property
    def folder_count(self) -> int:
        """How many folders are made."""
        usual = max(1, round(self.notebooks / _PER_FOLDER))
        return usual if self.folders is None else max(1, self.folders)


@dataclass(slots=True)
class _Folder:
    path: str
    depth: int
    names: set[str] = field(default_factory=set)

    def free(self, name: str) -> str:
        """Take a name in this folder, with a number where it is gone."""
        taken, number = name, 2
        while taken in self.names:
            taken, number = f"{name} {number}", number + 1
        self.names.add(taken)
        return taken


def generated(wanted: Wanted, store: Store) -> Iterator[Made]:
    """Yield the objects of a new workspace below `root`, parents before children.

    The number of notebooks is exactly as wanted. What is there is not touched.
    """
    making = _Making(wanted, store)
    yield from making.folders()
    yield from making.notebooks()
    yield from making.others()


class _Making:
    def __init__(self, wanted: Wanted, store: Store) -> None:
        self._wanted = wanted
        self._random = random.Random(f"{wanted.seed}/{wanted.notebooks}")  # noqa: S311
        self._store = store
        self._folders: list[_Folder] = []
        self._pools = {
            language: [self._cell(cells) for _ in range(_POOL)]
            for language, cells in vocabulary.CELLS.items()
        }

    def folders(self) -> Iterator[Made]:
        """Make the folder tree: each new folder goes into one that is there."""
        tops = self._tops()
        growing = list(tops)
        for _ in range(self._wanted.folder_count):
            parent = self._parent(growing)
            name = parent.free(self._folder_name(parent))
            folder = _Folder(paths.join(parent.path, name), parent.depth + 1)
            self._folders.append(folder)
            if folder.depth < _DEEPEST:
                growing.append(folder)
            yield self._item(folder.path, DIRECTORY), None

    def _parent(self, growing: list[_Folder]) -> _Folder:
        """Choose a folder to make one in, rather a shallow one than a deep one."""
        drawn = self._random.choices(growing, k=3)
        return min(drawn, key=lambda folder: folder.depth)

    def _tops(self) -> list[_Folder]:
        root = self._wanted.root
        tops = [_Folder(root, 0)]
        if root == paths.ROOT:
            tops += [_Folder("/Shared", 1)] + [_Folder("/Users", 1)] * 3
        for top in tops:
            top.names |= {child.name for child in self._store.children(top.path)}
        return tops

    def _folder_name(self, parent: _Folder) -> str:
        rng = self._random
        if parent.path == "/Users":
            number = len(parent.names)
            mail = vocabulary.MAILS[number % len(vocabulary.MAILS)]
            again = number // len(vocabulary.MAILS)
            return f"{mail}{again or ''}@example.com"
        if rng.random() < _ODD:
            return rng.choice(vocabulary.AWKWARD)
        if parent.depth <= 1:
            return rng.choice(vocabulary.CLIENTS)
        topic = rng.choice(vocabulary.TOPICS)
        return (
            topic if rng.random() < 0.6 else f"{topic}_{rng.choice(vocabulary.NOUNS)}"
        )

    def notebooks(self) -> Iterator[Made]:
        """Make the notebooks; some folders get many, some none."""
        rng, count = self._random, self._wanted.notebooks
        weights = [rng.lognormvariate(0, 1.1) for _ in self._folders]
        chosen = rng.choices(self._folders, weights, k=count)
        languages = rng.choices(list(_MIX), list(_MIX.values()), k=count)
        middle = math.log(self._wanted.mean_bytes) - _SPREAD**2 / 2
        for folder, language in zip(chosen, languages, strict=True):
            name = folder.free(self._notebook_name())
            size = int(rng.lognormvariate(middle, _SPREAD))
            yield self._notebook(paths.join(folder.path, name), language, size)

    def _notebook_name(self) -> str:
        rng = self._random
        if rng.random() < _ODD:
            return rng.choice(vocabulary.AWKWARD)
        name = f"{rng.choice(vocabulary.VERBS)}_{rng.choice(vocabulary.NOUNS)}"
        style = rng.random()
        if style < 0.15:
            return f"{rng.randrange(100):02d}_{name}"
        return name.replace("_", " ").capitalize() if style > 0.9 else name

    def _notebook(self, path: str, language: str, size: int) -> Made:
        rng, mark = self._random, notebooks.COMMENTS[language]
        pool = self._pools[language]
        cells = [f"{mark} MAGIC %md\n{mark} MAGIC # {_one_line(path)}"]
        left = size - len(cells[0])
        while left > 0:
            for cell in rng.choices(pool, k=max(1, left // 300)):
                cells.append(cell)
                left -= len(cell) + 24
        body = f"\n\n{mark} COMMAND ----------\n\n".join(cells)
        if language == "PYTHON" and rng.random() < _IPYNB:
            return self._jupyter(path, body)
        form = notebooks.SOURCE
        return self._item(path, NOTEBOOK, language, form), body.encode()

    def _jupyter(self, path: str, body: str) -> Made:
        item = self._item(path, NOTEBOOK, "PYTHON", notebooks.JUPYTER)
        cells = notebooks.cells_of(body.encode(), "PYTHON")
        return item, jupyter.document_from(cells, "PYTHON", item.name, path)

    def others(self) -> Iterator[Made]:
        """Make a few files and dashboards, some beside a notebook of their name."""
        rng = self._random
        for _ in range(round(self._wanted.notebooks * _FILES)):
            folder = rng.choice(self._folders)
            pattern, text = rng.choice(vocabulary.FILES)
            words = self._words()
            beside = [name for name in folder.names if "." not in name]
            name = pattern.format(**words)
            if beside and rng.random() < 0.1:
                name = f"{min(beside)}.py"
            path = paths.join(folder.path, folder.free(name))
            yield self._item(path, FILE), (text.format(**words) * 3).encode()
        for _ in range(round(self._wanted.notebooks * _DASHBOARDS)):
            folder, words = rng.choice(self._folders), self._words()
            name = folder.free(f"{words['t']} by {words['c']}.lvdash.json")
            yield self._dashboard(paths.join(folder.path, name), words)

    def _dashboard(self, path: str, words: Mapping[str, str]) -> Made:
        extra = {"resource_id": f"01ef{self._random.getrandbits(112):028x}"}
        query = vocabulary.QUERY.format(**words)
        dataset = {"name": "rows", "displayName": words["t"], "queryLines": [query]}
        page = {"name": "overview", "displayName": "Overview", "layout": []}
        document = {"datasets": [dataset], "pages": [page]}
        item = self._item(path, DASHBOARD, extra=extra)
        return item, json.dumps(document, indent=2).encode()

    def _item(
        self,
        path: str,
        object_type: str,
        language: str | None = None,
        form: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Item:
        changed = _NEWEST - self._random.randrange(_THREE_YEARS)
        created = changed - self._random.randrange(_THREE_YEARS // 3)
        return Item(
            self._store.next_id(),
            path,
            object_type,
            language,
            form,
            created,
            changed,
            extra or {},
        )

    def _cell(self, templates: tuple[str, ...]) -> str:
        return self._random.choice(templates).format(**self._words())

    def _words(self) -> dict[str, str]:
        rng = self._random
        c, d = rng.sample(vocabulary.COLUMNS, 2)
        return {
            "s": rng.choice(("bronze", "silver", "gold", "sandbox")),
            "t": rng.choice(vocabulary.NOUNS),
            "u": rng.choice(vocabulary.VERBS),
            "c": c,
            "d": d,
            "n": str(rng.randrange(10, 1000)),
        }


def _one_line(path: str) -> str:
    return " ".join(path.split())
