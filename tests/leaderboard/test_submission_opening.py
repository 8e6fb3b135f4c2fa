"""F39, F40: what runs of a submission, where, and what never does; and digests that tell copies."""

import importlib.util
import subprocess
import sys
import types
from contextlib import contextmanager

import numpy as np
import onnx
import pytest

from agora import envs
from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.submission import opening
from agora.leaderboard.submission.check import check, play_all_seats
from agora.leaderboard.submission.new_agent import write_new_agent
from agora.leaderboard.submission.opening import FreshAgent, opened, prepared
from agora.leaderboard.submission.packing import pack
from agora.leaderboard.submission.weights import pickles
from submissions import HEAD, KUHN, kinds, submission


@pytest.fixture(scope="module")
def jail():
    """The level that this machine can hold; the tests of the jail itself say which ones it should."""
    level, why = opening.highest()
    if not level:
        pytest.skip(f"no jail here: {why}")
    return level


def test_in_the_jail_all_is_the_same(jail, tmp_path):
    findings = list(check(submission(tmp_path / "a")))
    assert {kind for kind, _ in findings} == {"note"}
    assert f"It plays at isolation level {jail:g} of 2." in kinds(findings, "note")
    code = HEAD.replace("legal.argmax(axis=1)", "np.full(len(lanes), 7)")
    errors = kinds(check(submission(tmp_path / "b", code)), "error")
    assert "it answered 7 where `legal` allowed 0, 1" in errors[0]
    errors = kinds(check(submission(tmp_path / "c", "import no_such_module")), "error")
    assert "No module named 'no_such_module'" in errors[0]


def test_an_agent_that_takes_too_long_is_told_how_long_it_may_take(jail, tmp_path):
    code = HEAD.replace("        return legal", "        while True:\n            pass\n        return legal")
    budget = Budget(move=0.2, lane=0.0, bank=0.1)
    (alone, many) = kinds(check(submission(tmp_path / "a", code), budget=budget), "error")
    assert f"time: act took longer than it may: it has {budget.start:g} s for each reset, 0.2 s for each call" in alone
    assert "64 games at once" in many


def test_pickles_are_loaded_inside_the_jail_only(jail, tmp_path):
    """F39: a pickle that writes where only the judge could, in a submission that loads it."""
    mark = tmp_path / "mark"
    code = f"import pickle\npickle.loads({pickled_call(mark)!r})\n{HEAD}"
    list(check(submission(tmp_path / "a", code)))
    assert not mark.exists()
    list(check(tmp_path / "a", trust=True))
    assert mark.exists()  # so the attack works, and the jail is what stopped it


def pickled_call(path):
    """A pickle that makes a folder when it is loaded."""
    return f"cos\nmkdir\n(V{path}\ntR.".encode()


def test_setup_files_of_a_submission_never_run(tmp_path):
    """F40."""
    folder = submission(tmp_path / "a")
    for name in ("setup.py", "conftest.py", "sitecustomize.py", "__init__.py", "test_agent.py"):
        (folder / name).write_text(f"open({str(tmp_path / 'mark')!r}, 'w')")
    list(check(folder, trust=True))
    assert not (tmp_path / "mark").exists()


def test_a_submission_is_judged_without_running_it(tmp_path):
    folder = submission(tmp_path / "a", f"open({str(tmp_path / 'mark')!r}, 'w')")
    with prepared(folder) as found:
        assert found.manifest.name == "mine"
    assert not (tmp_path / "mark").exists()


def test_a_copy_under_another_name_has_the_same_digest(tmp_path):
    one, two = submission(tmp_path / "a", name="one"), submission(tmp_path / "b", name="two")
    other = submission(tmp_path / "c", HEAD + "# other")
    archive = pack(one, tmp_path / "one.zip")
    digests = []
    for path in (one, two, archive, other):
        with prepared(path) as found:
            digests.append(found.digest)
    assert digests[0] == digests[1] == digests[2] != digests[3]


def test_submissions_in_this_process_keep_their_modules_apart(tmp_path):
    code = "import helper\nfrom helper import ACTION\n" + HEAD.replace(
        "legal.argmax(axis=1)", "np.full(len(lanes), ACTION)"
    )
    spec, played, path, modules = envs.spec(KUHN), [], sys.path.copy(), sys.modules.copy()
    for action in (0, 1):
        folder = submission(tmp_path / str(action), code)
        (folder / "helper.py").write_text(f"ACTION = {action}")
        with prepared(folder) as found, opened(found, spec, trust=True) as agent:
            played.append(agent.act(None, np.ones((1, 2), bool), np.arange(1)).tolist())
    assert played == [[0], [1]]
    assert all(sys.modules.get(name) is modules.get(name) for name in ("agent", "helper"))
    assert sys.path == path


def test_a_module_of_the_same_name_from_elsewhere_does_not_stand_in(tmp_path, monkeypatch):
    stranger = types.ModuleType("helper")
    stranger.__file__, stranger.ACTION = str(tmp_path / "elsewhere" / "helper.py"), 0
    monkeypatch.setitem(sys.modules, "helper", stranger)
    code = "from helper import ACTION\n" + HEAD.replace("legal.argmax(axis=1)", "np.full(len(lanes), ACTION)")
    folder = submission(tmp_path / "mine", code)
    (folder / "helper.py").write_text("ACTION = 1")
    with prepared(folder) as found, opened(found, envs.spec(KUHN), trust=True) as agent:
        assert agent.act(None, np.ones((1, 2), bool), np.arange(1)).tolist() == [1]
    assert sys.modules["helper"] is stranger


def test_every_match_has_an_agent_of_its_own(tmp_path):
    code = HEAD.replace("        pass", "        self.resets = getattr(self, 'resets', 0) + 1").replace(
        "legal.argmax(axis=1)", "np.full(len(lanes), self.resets)"
    )
    with prepared(submission(tmp_path / "a", code)) as found:
        agent = FreshAgent(found, trust=True)
        for _ in range(2):
            agent.reset(envs.spec(KUHN), np.arange(1), 0)
            assert agent.act(None, np.ones((1, 2), bool), np.arange(1)) == [1]
        agent.close()


def test_a_new_match_ends_what_ran_for_the_one_before(tmp_path, monkeypatch):
    happened = []

    @contextmanager
    def told(*arguments):
        happened.append("opened")
        with opened(*arguments) as agent:
            yield agent
        happened.append("closed")

    monkeypatch.setattr(opening, "opened", told)
    with prepared(submission(tmp_path / "a")) as found:
        agent = FreshAgent(found, trust=True)
        for _ in range(2):
            agent.reset(envs.spec(KUHN), np.arange(1), 0)
        agent.close()
    assert happened == ["opened", "closed", "opened", "closed"]


def saved_agent(folder):
    """A submission of a small network that Agora saved."""
    from agora.agents.learned import saved
    from agora.agents.learned.networks import ActorCritic
    from agora.agents.learned.settings import Network

    spec = envs.spec(KUHN)
    size = saved.policy_form(spec, 0)[0]
    submission(folder, kind="saved", entry=".")
    saved.save(ActorCritic(spec, Network(), size), folder, spec, network=Network(), algorithm="test")
    return folder


def test_saved_agents_can_be_submitted(tmp_path):
    findings = list(check(saved_agent(tmp_path / "a"), trust=True))
    assert {kind for kind, _ in findings} == {"note"}


def plays_in_the_jail(folder, id=KUHN):
    """Games in every seat go by the rules."""
    with prepared(folder) as found, opened(found, envs.spec(id)) as agent:
        assert [one.faults for one in play_all_seats(envs.game(id), agent, 4)] == [{}] * 4


def test_saved_agents_play_in_the_jail(jail, tmp_path):
    """Settings and safetensors, loaded with torch."""
    plays_in_the_jail(saved_agent(tmp_path / "a"))


def test_arrays_without_objects_play_in_the_jail(jail, tmp_path):
    """F39: NumPy reads .npz without unpickling; one with objects is found before it plays, and not read so."""
    code = "from pathlib import Path\n" + HEAD.replace(
        "self.spec = spec", "self.weights = np.load(Path(__file__).parent / 'net.npz')['weights']"
    ).replace("legal.argmax(axis=1)", "(observation @ self.weights).argmax(axis=1)")
    weights = np.random.default_rng(0).normal(size=(envs.spec(KUHN).observation_size, 2))
    folder = submission(tmp_path / "a", code)
    np.savez(folder / "net.npz", weights=weights)
    assert pickles(folder) == []
    plays_in_the_jail(folder)
    np.savez(folder / "net.npz", weights=np.array([{}], object))
    assert pickles(folder) == ["net.npz"]
    with prepared(folder) as found, opened(found, envs.spec(KUHN)) as agent, pytest.raises(Fault, match="allow_pickle"):
        agent.reset(envs.spec(KUHN), np.arange(1), 0)


def test_models_of_stable_baselines3_are_loaded_in_the_jail_only(jail, tmp_path):
    """F39: PPO.load runs whatever a zip's author put into it. Here that makes a folder, and then a good model."""
    sb3 = pytest.importorskip("stable_baselines3")
    size = envs.spec(KUHN).observation_size
    code = f"""
import numpy as np
from pathlib import Path
from stable_baselines3 import PPO

class Agent:
    needs = "observation"
    def __init__(self, spec):
        self.model = PPO.load(Path(__file__).parent / "model.zip", device="cpu")
    def reset(self, spec, lanes, seed):
        pass
    def act(self, observation, legal, lanes, states=None):
        return self.model.predict(observation.reshape(-1, {size}), deterministic=True)[0]
"""
    folder = submission(tmp_path / "a", code)
    model = sb3.PPO("MlpPolicy", envs.single(KUHN), n_steps=2, batch_size=2, policy_kwargs={"net_arch": [4]})
    mark = tmp_path / "mark"
    model.tripwire = Tripwire(str(mark))
    model.save(folder / "model.zip")
    assert pickles(folder) == ["model.zip"]
    assert not mark.exists()
    plays_in_the_jail(folder)
    assert not mark.exists()
    sb3.PPO.load(folder / "model.zip", device="cpu")
    assert mark.exists()  # so the attack works, and the jail is what stopped it


class Tripwire:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return exec, (f"import os\ntry:\n os.mkdir({self.path!r})\nexcept OSError:\n pass",)


def test_onnx_networks_play_in_the_jail(jail, tmp_path):
    """F39: such a network is numbers and names of operations; its runtime is a module that the submission requires."""
    code = HEAD.replace("import numpy as np", "import numpy as np\nimport onnxruntime\nfrom pathlib import Path")
    code = code.replace(
        "self.spec = spec", "self.net = onnxruntime.InferenceSession(Path(__file__).parent / 'net.onnx')"
    ).replace(
        "return legal.argmax(axis=1)",
        "scores = self.net.run(None, {'observation': observation.astype(np.float32)})[0]\n"
        "        return np.where(legal, scores, -np.inf).argmax(axis=1)",
    )
    size = envs.spec(KUHN).observation_size
    weights = np.random.default_rng(0).normal(size=(size, 2)).astype(np.float32)
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["observation", "weights"], ["scores"])],
        "policy",
        [helper.make_tensor_value_info("observation", kind, ["lanes", size])],
        [helper.make_tensor_value_info("scores", kind, ["lanes", 2])],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    folder = submission(tmp_path / "a", code, requires=["onnxruntime"])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    assert pickles(folder) == []
    assert not kinds(check(folder, trust=True), "error")
    plays_in_the_jail(folder)


def test_a_runtime_that_is_not_here_is_told(tmp_path, monkeypatch):
    """Agora does not bring onnxruntime; a submission that needs it says so."""
    folder = submission(tmp_path / "a", requires=["onnxruntime"])
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find_spec(name))
    (told,) = kinds(check(folder, trust=True), "error")
    assert "onnxruntime" in told


def test_the_template_passes_its_own_test(tmp_path):
    write_new_agent(tmp_path / "a")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path / "a", capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout
