"""On a Ray cluster of two nodes, one of which is killed, a season has the log that it has on one machine."""

import importlib
import shutil

import pytest

from agora import envs
from agora.agents.solvers.tree import build
from agora.agents.tabular import Table, save
from agora.leaderboard import season as season_module
from agora.leaderboard.judge import set_stage
from agora.leaderboard.log.writing import Log
from agora.leaderboard.machines import cluster, here
from agora.leaderboard.machines.jobs import Job
from agora.leaderboard.machines.recipe import Stages, write_recipe
from agora.leaderboard.schedules import units
from agora.leaderboard.schedules.units import Unit
from agora.leaderboard.season import run_season
from agora.leaderboard.submission.opening import FreshAgent, prepared
from submissions import HEAD, KUHN, submission

SEASON = """
[[environments]]
id = "agora/KuhnPoker-v0"
games = 80
agents = ["random", "scripted/honest", {{ name = "guest", submission = "{guest}" }}]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 200
schedule = "adaptive"
agents = ["random", "scripted/honest", "scripted/equilibrium", "scripted/always_bet"]

[[environments]]
id = "agora/Shop-v0"
games = 40
agents = ["random", "scripted/rule"]
"""
JOBS = [Job(0, Unit((0, 1), first, 10)) for first in (0, 50, 10)]


@pytest.fixture(scope="module")
def nodes():
    """A cluster of two nodes on this machine, of one processor each."""
    utils = pytest.importorskip("ray.cluster_utils")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        small = {"num_cpus": 1, "object_store_memory": 100 << 20}
        started = utils.Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
        started.add_node(**small)
        yield started
        started.shutdown()


@pytest.fixture(autouse=True)
def small_units_and_no_tables(monkeypatch):
    monkeypatch.setattr(units, "_GAMES_AT_ONCE", 20)
    monkeypatch.setattr(season_module, "make_sections", lambda results: [])
    monkeypatch.setattr(season_module, "write_all", lambda *arguments: None)


def test_a_season_is_the_same_there_although_a_node_dies(nodes, tmp_path, monkeypatch):
    path = tmp_path / "season.toml"
    path.write_text(SEASON.format(guest=submission(tmp_path / "guest")))
    run_season(path, tmp_path / "here", progress=False)
    append, written = Log.append, []

    def watched(self, contest, unit, played):
        append(self, contest, unit, played)
        written.append((contest, unit))
        if len(written) == 12:
            (victim,) = nodes.worker_nodes
            nodes.remove_node(victim, allow_graceful=False)

    monkeypatch.setattr(Log, "append", watched)
    (tmp_path / "agora").mkdir()
    (tmp_path / "agora" / "__init__.py").write_text("raise ImportError('a checkout is not what is installed')")
    monkeypatch.chdir(tmp_path)
    run_season(path, tmp_path / "there", progress=False, cluster=nodes.address)
    assert len(written) == len(set(written)) > 40
    assert (tmp_path / "there" / "log.jsonl").read_bytes() == (tmp_path / "here" / "log.jsonl").read_bytes()


def test_other_software_is_refused(nodes):
    recipe = write_recipe([set_stage(KUHN, {}, [("a", "random"), ("b", "random")], 40)], "season", "secret")
    other = recipe._replace(made_with=recipe.made_with | {"sources": "0123"})
    told = r"other software than the judge .*instead of 0123.*: install the same"
    with cluster.player(nodes.address, other) as player, pytest.raises(ValueError, match=told):
        list(player(JOBS))


def test_a_machine_without_agora_is_refused(nodes, tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("def play_there(shipped, job):\n    pass")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cluster, "play_there", importlib.import_module("only_here").play_there)
    recipe = write_recipe([set_stage(KUHN, {}, [("a", "random"), ("b", "random")], 40)], "season", "secret")
    with cluster.player(nodes.address, recipe) as player, pytest.raises(ValueError, match=r"has no agora-rl: install"):
        list(player(JOBS))


def test_a_unit_that_ends_every_process_is_named(nodes, tmp_path):
    dies = submission(tmp_path / "dies", HEAD.replace("return", "import os\n        os._exit(7)\n        return"))
    with prepared(dies) as found:
        entries = [("a", "random"), ("dies", FreshAgent(found, trust=True))]
        stage = set_stage(KUHN, {}, entries, 40)
        stage.contest.entrants[1].jail = 0.0
        recipe, told = write_recipe([stage], "season", "secret"), r"Unit 0-1/0 of agora/KuhnPoker-v0 .* 3 times"
        with cluster.player(nodes.address, recipe) as player, pytest.raises(ChildProcessError, match=told):
            list(player(JOBS))


def test_there_is_no_cluster(tmp_path):
    pytest.importorskip("ray")
    with pytest.raises(ValueError, match="There is no Ray cluster at nowhere: "), cluster.player("nowhere", None):
        pass


def test_files_travel_with_the_recipe(tmp_path):
    """On another machine the folders that the judge has are not there."""
    game = envs.game(KUHN)
    tree = build(game)
    chances = tree.legal / tree.legal.sum(axis=1, keepdims=True)
    table = Table(tree.owner, tree.before, tree.observation, tree.legal, chances)
    saved = save(table, tmp_path / "saved", game.spec, name="uniform")
    with prepared(submission(tmp_path / "mine")) as mine:
        entries = [("saved", str(saved)), ("mine", FreshAgent(mine, trust=True))]
        stage = set_stage(KUHN, {}, entries, 40)
        stage.contest.entrants[1].jail = 0.0
        expected = list(here.player([stage], "secret", "season")(JOBS))
        shipment = cluster.pack(write_recipe([stage], "season", "secret"))
    shutil.rmtree(saved)
    shutil.rmtree(tmp_path / "mine")
    (tmp_path / "elsewhere").mkdir()
    stages = Stages(cluster.unpack(shipment, tmp_path / "elsewhere"))
    assert [stages.play(job) for job in JOBS] == expected
