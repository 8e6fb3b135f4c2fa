"""F39, F40: what runs of a submission, where, and what never does; and digests that tell copies."""

import subprocess
import sys

import numpy as np
import pytest

from agora import envs
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.submission import opening
from agora.leaderboard.submission.check import check
from agora.leaderboard.submission.new_agent import write_new_agent
from agora.leaderboard.submission.opening import FreshAgent, opened, prepared
from agora.leaderboard.submission.packing import pack
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
    spec, played = envs.spec(KUHN), []
    for action in (0, 1):
        folder = submission(tmp_path / str(action), code)
        (folder / "helper.py").write_text(f"ACTION = {action}")
        with prepared(folder) as found, opened(found, spec, trust=True) as agent:
            played.append(agent.act(None, np.ones((1, 2), bool), np.arange(1)).tolist())
    assert played == [[0], [1]]
    assert not {"agent", "helper"} & set(sys.modules)


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


def test_saved_agents_can_be_submitted(tmp_path):
    from agora.agents.learned import saved
    from agora.agents.learned.networks import ActorCritic
    from agora.agents.learned.settings import Network

    spec = envs.spec(KUHN)
    size = saved.policy_form(spec, 0)[0]
    folder = submission(tmp_path / "a", kind="saved", entry=".")
    saved.save(ActorCritic(spec, Network(), size), folder, spec, network=Network(), algorithm="test")
    findings = list(check(folder, trust=True))
    assert {kind for kind, _ in findings} == {"note"}


def test_the_template_passes_its_own_test(tmp_path):
    write_new_agent(tmp_path / "a")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path / "a", capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout
