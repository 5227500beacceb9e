"""USE CASE PARTS: the folders that a restore is to write into, as they are now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby

from shared.domain.objects import depth, is_within, parent
from shared.domain.restore_decision import Place, place_below
from shared.errors import CredentialsRefused, ExportDisabled, Permanent, Transient
from shared.ports import Workspace
from shared.services.side_by_side import side_by_side
from shared.services.steps import RestoreStep, step
from shared.services.trouble import Trouble


@dataclass(slots=True)
class Site:
    """Looks at folders from the top down, so that what is missing costs no request.

    One invocation's: what was seen is remembered as long as it is near.
    """

    workspace: Workspace
    concurrency: int
    trouble: Trouble
    _places: dict[str, Place] = field(default_factory=dict)

    def look(self, folders: Iterable[str], renew: Callable[[], None]) -> None:
        """List those of the folders, and of the ones above them, that are there.

        `renew` is called in between, for there may be many.
        """
        wanted = {path for folder in folders for path in _and_above(folder)}
        new = sorted(wanted - self._places.keys(), key=lambda path: (depth(path), path))
        for _, level in groupby(new, depth):
            asked = [path for path in level if not self._decided(path)]
            listed = side_by_side(self._listed, asked, self.concurrency)
            for path, place in listed:
                self._places[path] = place
                renew()

    def place(self, folder: str) -> Place:
        """A folder that was looked at."""
        return self._places[folder]

    def forget_all_but(self, folder: str) -> None:
        """Keep only what is known of the folder and of those above it."""
        self._places = {
            path: place
            for path, place in self._places.items()
            if is_within(folder, path)
        }

    def _decided(self, path: str) -> bool:
        """Whether the folder above says all there is to say."""
        below = place_below(self._places[parent(path)], path) if path != "/" else None
        if below is not None:
            self._places[path] = below
        return below is not None

    @step(RestoreStep.T4)
    def _listed(self, path: str) -> Place:
        try:
            objects = self.workspace.list(path)
        except (CredentialsRefused, ExportDisabled):
            raise
        except Transient as error:
            self.trouble.met(error)
            return _hidden(path, error)
        except Permanent as error:
            return _hidden(path, error)
        self.trouble.over()
        return Place({obj.name: obj for obj in objects})


def _hidden(path: str, error: Exception) -> Place:
    return Place(None, f"{path} cannot be looked at: {error}", hidden=True)


def _and_above(folder: str) -> Iterable[str]:
    yield "/"
    while folder != "/":
        yield folder
        folder = parent(folder)
