"""A first backup that was laid out again is the one that was made."""

from tests.matrix.scene import Scene, a_scene
from tests.matrix.site import Site


def test_what_is_laid_out_again_is_what_was_kept(site: Site) -> None:
    site.first.clear()
    scenes = []
    for _ in range(2):
        scene = a_scene(site)
        scene.begin()
        scenes.append((state_of(scene), scene.run().unchanged))
    (made, made_stays), (laid_out, laid_out_stays) = scenes

    assert laid_out == made
    assert made["blobs"]
    assert made_stays
    assert laid_out_stays


def state_of(scene: Scene) -> dict[str, object]:
    return {
        "workspace": scene.shown(),
        "git": scene.files(),
        "tags": scene.tags,
        "differs": scene.differs(),
        "runs": [scene.app.row(run_id) for run_id in scene.app.run_ids],
        "blobs": {**scene.app.blobs.contents},
        "index": ({**scene.app.index.runs}, scene.app.index.holder),
        "passed": scene.clock.passed,
    }
