"""Forecasts of workspaces, beside what runs of the same workspaces really do."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.forecast_history import RunKind
from shared.domain.forecast_load import EVERYTHING
from shared.domain.forecast_shape import SizeSource
from shared.domain.runs import Mode
from shared.domain.scope import Scope
from shared.errors import AccessDenied, CredentialsRefused, Unavailable
from shared.services import forecast as module
from shared.services.forecast import Forecast, WantedForecast
from tests.backup_app import BackupApp
from tests.fakes.remotes import FakeWorkspace, no_fault
from tests.forecasting import a_forecast_of, capacity_of
from tests.unit.services.scenes import (
    a_backed_up_app,
    a_dashboard,
    an_app,
    exports,
    forget_calls,
    listed,
)

PERCENT = EVERYTHING // 100


def a_large_app(folders: int, objects: int, seed: int = 1) -> BackupApp:
    """Folders in folders, with up to twice so many objects each, in small shards."""
    drawn = random.Random(seed)
    app = BackupApp(largest_shard=60, push_bytes=200_000)
    paths = ["/Top"]
    for number in range(folders):
        paths.append(f"{drawn.choice(paths)}/folder {number}")
        app.workspace.mkdir(paths[-1])
        for name in range(drawn.randint(0, 2 * objects)):
            text = "x" * drawn.randint(10, 2_000)
            app.workspace.add_notebook(f"{paths[-1]}/notebook {name}", text)
    a_dashboard(app.workspace, f"{paths[-1]}/sales", b"{}" * 300)
    app.workspace.add_file("/Top/wheel.whl", bytes(5_000))
    return app


def forecast_of(app: BackupApp, **wanted: int) -> Forecast:
    return a_forecast_of(app, capacity_of(app))(WantedForecast(**wanted))


def pushes(app: BackupApp) -> int:
    return app.git.calls.count("push")


def test_a_first_run_does_what_was_forecast_of_it() -> None:
    app = a_large_app(folders=120, objects=6)
    forecast = forecast_of(app)
    forget_calls(app)

    run = app.run()

    assert run.status == "complete"
    calls = forecast.first.calls
    assert calls["databricks.list"] == len(listed(app)) == run.tally.folders
    assert calls["databricks.export"] == len(exports(app)) == run.tally.listed
    assert pushes(app) > 10
    assert forecast.first.pushes == pytest.approx(pushes(app), rel=0.1)
    assert forecast.first.load.shards == pytest.approx(run.shards, rel=0.1)


def test_a_night_does_what_was_forecast_of_it_at_its_rate_of_change() -> None:
    app = a_large_app(folders=120, objects=6)
    assert app.run().status == "complete"
    notebooks = sorted(p for p in app.workspace.objects if "notebook" in p)
    changed = random.Random(7).sample(notebooks, len(notebooks) // 10)
    for path in changed:
        app.workspace.edit(path, app.workspace.contents[path] + b"# more\n")
    rate = len(changed) * EVERYTHING // (len(notebooks) + 2) + 1
    forecast = forecast_of(app, rate=rate)
    forget_calls(app)

    run = app.run()

    assert (run.status, run.tally.stored) == ("complete", len(changed))
    nightly = forecast.nightly
    assert nightly.calls["databricks.list"] == len(listed(app))
    assert nightly.load.stored == len(changed)
    assert nightly.calls["databricks.export"] == len(exports(app)) == len(changed) + 1
    assert nightly.pushes == pytest.approx(pushes(app), rel=0.1)
    assert nightly.load.shards == pytest.approx(run.shards, rel=0.1)


def test_a_forecast_only_lists_and_exports_its_sample() -> None:
    app = a_backed_up_app()
    rows, blobs = dict(app.store.rows), dict(app.blobs.contents)

    forecast = forecast_of(app, sample=3)

    assert forecast.sizes.sampled == len(exports(app)) == 3
    assert listed(app) == ["/", "/Clients", "/Clients/acme", "/Clients/bolt"]
    assert {call for call, _ in app.workspace.calls} == {"list", "export"}
    assert (app.store.rows, app.blobs.contents) == (rows, blobs)
    assert app.git.calls == []
    assert app.queue.take() is None


def test_what_is_excluded_and_what_lies_outside_the_roots_is_not_counted() -> None:
    app = an_app(scope=Scope(("/Clients",), ("bolt",)))

    forecast = forecast_of(app, sample=0)

    assert listed(app) == ["/Clients", "/Clients/acme"]
    assert (forecast.folders, forecast.objects, forecast.notebooks) == (2, 3, 3)


def test_the_same_seed_draws_the_same_sample_and_another_one_another() -> None:
    app = a_large_app(folders=20, objects=4)

    def sample(seed: int) -> list[str]:
        app.workspace.calls.clear()
        forecast_of(app, sample=10, seed=seed)
        return exports(app)

    one = sample(1)
    app.workspace.objects = dict(reversed(app.workspace.objects.items()))

    assert len(one) == 10
    assert sample(1) == one != sample(2)


def test_sizes_are_those_of_the_sample() -> None:
    app = an_app()
    for path in list(app.workspace.objects):
        if app.workspace.objects[path].type == "NOTEBOOK":
            app.workspace.edit(path, b"x" * 1_000)
    app.workspace.delete("/notes.txt")

    sizes = forecast_of(app).sizes

    assert (sizes.source, sizes.sampled, sizes.mean) == (SizeSource.SAMPLE, 6, 1_000)
    assert sizes.compressed < 0.05


def test_without_a_sample_sizes_are_those_of_the_last_run_that_stored() -> None:
    app = a_backed_up_app()
    assert app.run().unchanged
    forget_calls(app)
    stored = sum(map(len, app.workspace.contents.values()))

    sizes = forecast_of(app, sample=0).sizes

    assert exports(app) == []
    assert (sizes.source, sizes.sampled) == (SizeSource.LAST_RUN, 0)
    assert sizes.mean == stored / 7


def test_without_a_sample_and_a_run_sizes_are_guessed() -> None:
    assert forecast_of(an_app(), sample=0).sizes.source is SizeSource.GUESS


def test_the_rate_of_change_is_what_nights_stored_on_average() -> None:
    app = a_backed_up_app()
    none = forecast_of(app, sample=0)
    app.workspace.edit("/Clients/acme/load", b"# two\n")
    app.run()
    app.run()

    some = forecast_of(app, sample=0)
    said = forecast_of(app, sample=0, rate=5 * PERCENT)

    assert (none.rate, none.measured) == (PERCENT, False)
    # One of seven in one of two nights.
    assert (some.rate, some.measured) == (-(-EVERYTHING // 14), True)
    assert (said.rate, said.measured) == (5 * PERCENT, False)


def test_runs_that_did_no_nights_work_are_no_measure() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# two\n")
    app.run(dry_run=True)
    app.run(paths=("/Clients",))
    app.run(mode=Mode.FULL)

    forecast = forecast_of(app, sample=0)

    assert not forecast.measured
    assert [each.kind for each in forecast.compared] == [RunKind.FIRST]


def test_runs_are_put_beside_their_forecast() -> None:
    app = a_backed_up_app()
    (first,) = app.run_ids
    app.workspace.edit("/Clients/acme/load", b"# two\n")
    night = app.run()

    told = forecast_of(app, sample=0).compared

    assert [(each.run_id, each.kind) for each in told] == [
        (night.id, RunKind.NIGHTLY),
        (first, RunKind.FIRST),
    ]
    assert [each.pushes for each in told] == [2, 2]
    assert [each.predicted.pushes for each in told] == [2, 2]
    assert told[0].predicted.calls["databricks.export"] == 1
    assert told[1].predicted.calls["databricks.export"] == 7
    assert told[0].predicted.calls["databricks.list"] == 4


def test_more_notebooks_than_there_are_are_like_those_that_are_there() -> None:
    app = an_app()

    forecast = forecast_of(app, notebooks=600)

    assert (forecast.folders, forecast.notebooks) == (4, 6)
    assert forecast.first.load.folders == pytest.approx(400, abs=3)
    assert forecast.first.load.objects == pytest.approx(700, abs=1)


def test_an_empty_workspace_can_be_asked_about_more_notebooks() -> None:
    app = BackupApp()

    forecast = forecast_of(app, notebooks=700)

    assert (forecast.folders, forecast.objects) == (1, 0)
    assert forecast.first.load.objects == 700
    assert forecast_of(app).first.load.objects == 0


def slow(app: BackupApp, call: str, seconds: float) -> Callable[[str, str], None]:
    def passing(made: str, _: str) -> None:
        if made == call:
            app.clock.advance(seconds)

    return passing


def test_where_time_is_up_folders_near_the_roots_were_listed() -> None:
    app = an_app()
    for number in range(10):
        app.workspace.add_notebook(f"/Clients/acme/{number}/deep/x", "# x\n")
    app.workspace.fault = slow(app, "list", module.LIST_SECONDS / 3.5)

    forecast = forecast_of(app, sample=0)

    assert listed(app) == ["/", "/Clients", "/Clients/acme", "/Clients/bolt"]
    assert (forecast.folders, forecast.left) == (4, 10)
    assert forecast.first.load.folders == 14


def test_where_time_is_up_the_last_run_knows_how_many_folders_there_are() -> None:
    app = a_backed_up_app()
    for number in range(10):
        app.workspace.add_notebook(f"/Clients/acme/{number}/deep/x", "# x\n")
    assert app.run().tally.folders == 24
    in_time = forecast_of(app, sample=0)
    app.workspace.delete("/Clients/acme/9")
    app.workspace.fault = slow(app, "list", module.LIST_SECONDS / 3.5)

    cut_off = forecast_of(app, sample=0)
    app.workspace.fault = no_fault
    fewer = forecast_of(app, sample=0)

    assert (in_time.first.load.folders, fewer.first.load.folders) == (24, 22)
    assert (cut_off.folders, cut_off.left) == (4, 9)
    assert cut_off.first.load.folders == 24


def test_where_time_is_up_in_the_midst_of_a_level_the_rest_is_known() -> None:
    app = BackupApp()
    for number in range(10):
        app.workspace.add_notebook(f"/Clients/{number}/deep/x", "# x\n")
    app.workspace.fault = slow(app, "list", module.LIST_SECONDS / 2.5)

    forecast = forecast_of(app, sample=0)

    # What was asked for already when time was up is waited for.
    assert 3 <= forecast.folders == len(listed(app)) <= 5
    # Each client that was listed has made one more folder known.
    assert forecast.left == 10


def test_where_time_is_up_fewer_are_sampled() -> None:
    app = an_app()
    app.workspace.fault = slow(app, "export", module.WHOLE_SECONDS / 2.5)

    assert 3 <= forecast_of(app).sizes.sampled == len(exports(app)) <= 5


def test_a_folder_that_cannot_be_listed_is_counted() -> None:
    app = an_app()

    def denied(call: str, path: str) -> None:
        if (call, path) == ("list", "/Clients/bolt"):
            raise AccessDenied(path)

    app.workspace.fault = denied
    forecast = forecast_of(app)

    assert (forecast.folders, forecast.failed, forecast.objects) == (3, 1, 4)


@pytest.mark.parametrize("error", [Unavailable("down"), CredentialsRefused("no")])
@pytest.mark.parametrize("call", ["list", "export"])
def test_trouble_of_the_workspace_is_told(call: str, error: Exception) -> None:
    app = an_app()

    def failing(made: str, _: str) -> None:
        if made == call:
            raise error

    app.workspace.fault = failing
    with pytest.raises(type(error)):
        forecast_of(app)


def test_a_tighter_shard_makes_more_of_them() -> None:
    app = a_large_app(folders=60, objects=6)
    capacity = capacity_of(app)
    wide = replace(capacity, limits=replace(capacity.limits, largest_shard=2_000))

    narrow_shards, wide_shards = (
        a_forecast_of(app, each)(WantedForecast()).first.load.shards
        for each in (capacity, wide)
    )

    assert narrow_shards > wide_shards


def test_any_sample_is_at_most_all_objects() -> None:
    for size, count in itertools.product((0, 1, 7, 1_000), (0, 3)):
        app = BackupApp(workspace=FakeWorkspace())
        for number in range(count):
            app.workspace.add_notebook(f"/a/{number}", "# x\n")

        assert forecast_of(app, sample=size).sizes.sampled == min(size, count)


def test_a_restore_of_everything_does_what_was_forecast_of_it() -> None:
    app = a_large_app(folders=40, objects=3)
    assert app.run().status == "complete"
    calls = forecast_of(app).restore.calls
    app.workspace.objects.clear()
    forget_calls(app)

    restore = app.restore("/", apply=True)

    assert restore.status == "complete"
    assert calls["databricks.import"] == restore.tally.verified
    assert calls["databricks.mkdirs"] == restore.tally.folders_made + 1
    assert calls["databricks.export"] == len(exports(app))
    assert calls["databricks.list"] == pytest.approx(len(listed(app)), rel=0.2)
    blobs = app.git.calls.count("blobs")
    assert calls["azuredevops.blobs"] == pytest.approx(blobs, abs=3)
