"""USE CASE PARTS: P3 to P5, walk the workspace, compare, and send shards meanwhile."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from shared.domain.index import Index
from shared.domain.objects import Format, WorkspaceObject, parent
from shared.domain.plan import PlannedFolder, planned_objects
from shared.domain.remedies import Remedy, remedy_of_read
from shared.domain.room import shard_is_full, shard_size
from shared.domain.runs import Mode
from shared.domain.walk import FolderToList, Walk, take_in
from shared.errors import (
    BackupError,
    CredentialsRefused,
    NotFound,
    Throttled,
    Transient,
)
from shared.ports import Clock, Workspace
from shared.services.known_git_folders import KnownGitFolders
from shared.services.plan_shards import ShardSender
from shared.services.run_claim import RunClaim
from shared.services.steps import Step, step

TROUBLE_AFTER = 5
"""So many listings in a row that fail with a passing fault: it is the remote."""

type Listing = Future[tuple[WorkspaceObject, ...]]


@dataclass(slots=True)
class WalkWorkspace:
    """Lists folder after folder, several at once, until none is left or time is up."""

    workspace: Workspace
    claim: RunClaim
    sender: ShardSender
    index: Index
    walk: Walk
    git_folders: KnownGitFolders
    notebook_format: Format
    clock: Clock
    concurrency: int
    largest_shard: int
    stop_at: float
    _pending: list[PlannedFolder] = field(default_factory=list)
    _pending_objects: int = 0
    _in_flight: dict[Listing, FolderToList] = field(default_factory=dict)
    _troubled: list[tuple[FolderToList, Transient]] = field(default_factory=list)

    def __call__(self) -> bool:
        """Whether the walk has come to its end; if not, its checkpoint is written.

        So it is where the workspace is down or asks us to wait: then the error is
        raised, and the folders it concerns are still to be listed.
        """
        trouble = None
        with ThreadPoolExecutor(self.concurrency) as pool:
            while trouble is None and (self.walk.frontier or self._in_flight):
                if self._must_end() and not self._in_flight:
                    break
                self._list(pool)
                if not self._in_flight and self._in_trouble():
                    trouble = self._trouble()
        trouble = trouble or self._trouble()
        finished = not self.walk.frontier
        if self._pending:
            self._send()
        elif not finished:
            self.sender.checkpoint(self._checkpoint())
        if trouble is not None:
            raise trouble
        return finished

    def _must_end(self) -> bool:
        return self.clock.monotonic() >= self.stop_at or bool(self.claim.run.stop)

    def _in_trouble(self) -> bool:
        """Whether it may be the workspace, and not a folder, that has the fault."""
        faults = [error for _, error in self._troubled]
        throttled = any(isinstance(error, Throttled) for error in faults)
        return throttled or len(faults) >= TROUBLE_AFTER

    @step(Step.P3)
    def _trouble(self) -> Transient | None:
        """The workspace's own trouble, and then its folders are still to be listed.

        A workspace that tells who we are is up: the folders have failed.
        """
        if not self._troubled:
            return None
        _, error = self._troubled[-1]
        try:
            if isinstance(error, Throttled):
                raise error
            self.workspace.identity()
        except Transient as trouble:
            self.walk.frontier.extend(folder for folder, _ in self._troubled)
            self._troubled.clear()
            return trouble
        self._give_up()
        return None

    def _fail(self, folder: FolderToList, error: BackupError) -> None:
        self.walk.failed[folder.path] = str(error)
        self.walk.remedies[folder.path] = remedy_of_read(error)

    def _give_up(self) -> None:
        """Others could be listed meanwhile: these could not."""
        for folder, error in self._troubled:
            self._fail(folder, error)
        self._troubled.clear()

    def _list(self, pool: ThreadPoolExecutor) -> None:
        """Keep the pool busy, and take in what is there, as it was asked for."""
        if not self._must_end() and not self._in_trouble():
            self._submit(pool)
        done, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
        for listing in [each for each in self._in_flight if each in done]:
            self._take(self._in_flight.pop(listing), listing)

    def _submit(self, pool: ThreadPoolExecutor) -> None:
        while self.walk.frontier and len(self._in_flight) < self.concurrency:
            folder = self.walk.frontier.pop()
            self._in_flight[pool.submit(self._listed, folder.path)] = folder

    @step(Step.P3)
    def _listed(self, path: str) -> tuple[WorkspaceObject, ...]:
        objects = self.workspace.list(path)
        self.git_folders.learn(objects)
        return objects

    @step(Step.P3)
    def _take(self, folder: FolderToList, listing: Listing) -> None:
        try:
            objects = listing.result()
        except CredentialsRefused:
            raise
        except Transient as error:
            self._troubled.append((folder, error))
        except NotFound as error:
            self._not_found(folder, error)
        except BackupError as error:
            self._fail(folder, error)
        else:
            if not self._in_trouble():
                self._give_up()
            self._make_room(folder, objects)
            self._compare(folder, objects)
        self.claim.renew()

    @step(Step.P4)
    def _compare(
        self, folder: FolderToList, objects: tuple[WorkspaceObject, ...]
    ) -> None:
        request = self.claim.run.request
        listed = take_in(
            self.walk,
            folder,
            objects,
            self.index,
            request.scope,
            self.notebook_format,
            self.git_folders.facts,
            everything=request.mode is Mode.FULL,
        )
        if request.slice is None:
            self.walk.frontier.extend(reversed(listed.next))
        if listed.store is not None:
            self._pending.append(listed.store)
            self._pending_objects += planned_objects([listed.store])

    def _not_found(self, folder: FolderToList, error: NotFound) -> None:
        """Listed before, not found itself: look whether it has just gone."""
        if folder.path in self.claim.run.request.scope.roots:
            self._fail(folder, error)
            self.walk.remedies[folder.path] = Remedy.CHECK_ROOTS
        elif self._is_shown(folder.path):
            self._fail(folder, error)
        else:
            self.walk.vanished.append(folder.path)

    def _is_shown(self, path: str) -> bool:
        """Whether the folder above shows it still, or cannot tell."""
        above = parent(path)
        try:
            return path in {obj.path for obj in self.workspace.list(above)}
        except NotFound:
            is_root = above in self.claim.run.request.scope.roots
            return is_root or self._is_shown(above)
        except BackupError:
            return True

    def _make_room(
        self, folder: FolderToList, objects: tuple[WorkspaceObject, ...]
    ) -> None:
        """Send what is pending if this folder may not fit into the shard with it."""
        size = shard_size(self.claim.run.shards + 1, self.largest_shard)
        more = sum(obj.storable for obj in objects)
        if shard_is_full(len(self._pending), self._pending_objects, more, size):
            self._send(folder)

    def _send(self, *still_to_list: FolderToList) -> None:
        """Send what is pending; the checkpoint no longer holds it, the shard does."""
        pending, self._pending, self._pending_objects = self._pending, [], 0
        self.sender.store(pending, self._checkpoint(*still_to_list))

    def _checkpoint(self, *still_to_list: FolderToList) -> bytes:
        """The walk, with what is being listed right now still to be listed."""
        frontier = self.walk.frontier
        try:
            self.walk.frontier = [
                *frontier,
                *self._in_flight.values(),
                *(troubled for troubled, _ in self._troubled),
                *still_to_list,
            ]
            return self.walk.to_bytes()
        finally:
            self.walk.frontier = frontier
