"""LOCAL, Databricks: a day's work of many people, in one call."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from local.databricks import jupyter, notebooks, paths, vocabulary
from local.databricks.items import DIRECTORY, NOTEBOOK, REPO, Item
from local.databricks.notebooks import Cell
from local.databricks.store import Store

_CREATED, _DELETED, _MOVED = 0.08, 0.07, 0.05  # the rest is edited


@dataclass(slots=True)
class Day:
    """What was done, as paths in the order in which it was done."""

    edited: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    moved: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Show it as `POST /_local/edit` does."""
        return {
            "edited": self.edited,
            "created": self.created,
            "deleted": self.deleted,
            "moved": self.moved,
        }


def worked(store: Store, fraction: float, seed: int, day: Day) -> Iterator[None]:
    """Do something to `fraction` of the notebooks; yields after each change.

    Mostly edits; of four and more at least one creation, deletion and move each. Equal
    seeds do the same to equal workspaces. Git folders are left alone: their content is
    Git's.
    """
    rng = random.Random(f"edit/{seed}")  # noqa: S311
    clones = [item.path for item in store.of_type(DIRECTORY, REPO) if item.git]
    candidates = [
        item
        for item in store.of_type(NOTEBOOK)
        if not any(paths.lies_in(item.path, clone) for clone in clones)
    ]
    chosen = rng.sample(candidates, min(len(candidates), _share(candidates, fraction)))
    for item in _taken(chosen, _CREATED):
        day.created.append(_create(store, item, rng))
        yield
    for item in _taken(chosen, _DELETED):
        store.remove(item.path)
        day.deleted.append(item.path)
        yield
    for item in _taken(chosen, _MOVED):
        target = _target(store, item, rng.choice(candidates), rng)
        store.move(item.path, target)
        day.moved.append({"from": item.path, "to": target})
        yield
    for item in chosen:
        _edit(store, item, rng)
        day.edited.append(item.path)
        yield


def _share(candidates: list[Item], fraction: float) -> int:
    return max(1, round(len(candidates) * fraction)) if fraction > 0 else 0


def _taken(chosen: list[Item], share: float) -> list[Item]:
    if len(chosen) < 4:
        return []
    count = max(1, round(len(chosen) * share))
    taken, chosen[:] = chosen[:count], chosen[count:]
    return taken


def _create(store: Store, beside: Item, rng: random.Random) -> str:
    path = _free(
        store, paths.parent(beside.path), f"new {rng.choice(vocabulary.NOUNS)}"
    )
    language = beside.language or "PYTHON"
    body = notebooks.body_from([_cell(language, rng)], language)
    store.add(path, NOTEBOOK, content=body, language=language, form=notebooks.SOURCE)
    return path


def _target(store: Store, item: Item, other: Item, rng: random.Random) -> str:
    folder = paths.parent(rng.choice((item, other)).path)
    if store.get(folder) is None:
        folder = paths.parent(item.path)
    return _free(store, folder, f"{item.name} moved")


def _free(store: Store, folder: str, name: str) -> str:
    path, number = paths.join(folder, name), 2
    while store.get(path):
        path, number = paths.join(folder, f"{name} {number}"), number + 1
    return path


def _edit(store: Store, item: Item, rng: random.Random) -> None:
    language = item.language or "PYTHON"
    kept, cell = store.content(item.id), _cell(language, rng)
    if item.form == notebooks.JUPYTER:
        cells = [*jupyter.cells_of(jupyter.read(kept)), cell]
        kept = jupyter.document_from(cells, language, item.name, str(item.id))
    else:
        cells = [*notebooks.cells_of(kept, language), cell]
        kept = notebooks.body_from(cells, language)
    store.replace(item, kept, language=item.language, form=item.form)


def _cell(language: str, rng: random.Random) -> Cell:
    mark = notebooks.COMMENTS[language]
    noun, column = rng.choice(vocabulary.NOUNS), rng.choice(vocabulary.COLUMNS)
    return Cell(f"{mark} {noun} by {column}, revision {rng.getrandbits(32):08x}")
