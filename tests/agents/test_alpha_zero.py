"""AlphaZero: what self-play takes down, what is learned from it, and a learner that stops, goes on and is saved."""

import io
import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.api import PolicyAgent, load
from agora.agents.learned import alpha_zero, evaluation, planned_play
from agora.agents.learned.planned_play import PlannedPlay, Window, position_dtype
from agora.agents.learned.planner import Lesson, Planner, cross_entropy, turned
from agora.agents.learned.settings import Network, from_table, read
from agora.agents.learned.symmetries import symmetries
from agora.agents.search.network_search import NetworkSearch, Plan

TIC, OTHELLO = "agora/TicTacToe-v0", "agora/Othello-v0"


def learner(seed: int = 0, id: str = TIC, **changed: Any) -> Planner:
    table = {
        "id": id,
        "algorithm": "AlphaZero",
        "steps": 20_000,
        "num_envs": 64,
        "seed": seed,
        "device": "cpu",
        "network": {"kind": "mlp", "hidden": [32, 32]},
        "parameters": {
            "minibatch": 128,
            "moves": 8,
            "window": 5000,
            "playing": 8,
            "learning_rate": 5e-3,
            "search": {"simulations": 8, "considered": 4},
        },
    }
    for key, value in changed.items():
        table[key] = {**table[key], **value} if isinstance(table.get(key), dict) else value  # type: ignore[dict-item]
    settings: Any = from_table(table)
    return alpha_zero.make(settings, agora.envs.game(id, **settings.options))


def played(game: Any, moves: int, num_envs: int = 4, seed: int = 3, **keywords: Any) -> tuple[PlannedPlay, np.ndarray]:
    """Positions of games played with a network that knows nothing."""
    play = PlannedPlay(game, num_envs, seed, keywords.pop("opening", 0))
    actions = game.spec.action.n
    search = NetworkSearch(
        game,
        Plan(**{"simulations": 4, "considered": 2, **keywords}),
        lambda seen: (np.zeros((len(seen), actions), np.float32), np.zeros(len(seen), np.float32)),
    )
    return play, play.play(search, moves, np.random.default_rng(seed))


def games_of(rows: np.ndarray) -> list[np.ndarray]:
    ends = np.flatnonzero(rows["left"] == 1) + 1
    assert ends[-1] == len(rows)
    return np.split(rows, ends[:-1])


@pytest.mark.parametrize(
    ("id_", "options", "tape"),
    [(TIC, {}, 4), (OTHELLO, {"size": 4}, 64), (OTHELLO, {"size": 4, "returns": "margin"}, 4)],
)
def test_positions_replay_to_the_game_they_tell_of(monkeypatch, id_, options, tape):
    monkeypatch.setattr(planned_play, "SHORTEST_TAPE", tape)
    game = agora.envs.game(id_, **options)
    play, rows = played(game, 40)
    best = game.spec.returns[1]
    games = games_of(rows)
    assert len(games) == len(play.returns) >= 8
    for positions, returned in zip(games, play.returns, strict=True):
        state, earned, rewards = game.new(), np.zeros(2), []
        for number, row in enumerate(positions):
            mover = int(state.to_move)
            assert row["mover"] == mover
            assert row["left"] == len(positions) - number
            np.testing.assert_array_equal(row["observation"], game.observe(state, mover))
            np.testing.assert_array_equal(row["legal"], game.legal(state))
            assert (row["policy"][~row["legal"]] == 0).all()
            rewards.append(game.step(state, row["action"]))
            earned += rewards[-1]
            assert row["reward"] == pytest.approx(rewards[-1][mover] / best)
        assert state.over
        assert earned[0] == returned
        later = np.cumsum(rewards[::-1], axis=0)[::-1]
        np.testing.assert_allclose(positions["outcome"], later[np.arange(len(positions)), positions["mover"]] / best)


def test_what_was_earned_before_is_no_longer_to_win():
    """None of the games pays before its end, so the account is written by hand."""
    game = agora.envs.game(TIC)
    play = PlannedPlay(game, 2, 0, 0)
    search = NetworkSearch(
        game, Plan(simulations=2), lambda seen: (np.zeros((len(seen), 9), "f4"), np.zeros(len(seen), "f4"))
    )
    generator = np.random.default_rng(0)
    play.play(search, 4, generator)
    play._tape["earned"][:4] = 0.25
    rows = games_of(play.play(search, 5, generator))[0]
    won = rows["outcome"] + rows["earned"]
    assert rows["earned"].tolist() == [0.25] * 4 + [0.0] * (len(rows) - 4)
    assert (won == won[0] * np.where(rows["mover"] == 0, 1, -1)).all()


def test_openings_are_drawn_from_the_policy_found():
    game = agora.envs.game(TIC)
    _, rows = played(game, 60, 200, root="puct", dirichlet=1.0, opening=1)
    starts = np.stack([one[0] for one in games_of(rows)])
    assert (starts["policy"][np.arange(len(starts)), starts["action"]] > 0).all()
    assert (starts["policy"].argmax(1) != starts["action"]).mean() > 0.2
    later = np.concatenate([one[1:] for one in games_of(rows)])
    assert (later["policy"][np.arange(len(later)), later["action"]] == later["policy"].max(1)).all()


def test_window_keeps_the_latest_in_order():
    spec = agora.envs.spec(TIC)
    rows = np.zeros(25, position_dtype(spec))
    rows["action"] = np.arange(25)
    window = Window(spec, 10)
    window.add(rows[:4])
    assert len(window) == 4
    window.add(rows[4:12])
    assert len(window) == 10
    drawn = window.sample(500, np.random.default_rng(0), following=2)["action"]
    assert set(drawn[:, 0]) == set(range(2, 12))
    inside = drawn[:, 0] < 10  # the others have nothing after them
    assert (drawn[inside, 1] == drawn[inside, 0] + 1).all()
    assert (drawn[inside, 2] == drawn[inside, 0] + 2).all()
    window.add(rows)  # more than fit
    assert set(window.sample(500, np.random.default_rng(0))["action"].ravel()) == set(range(15, 25))


def test_window_is_stored_whole():
    spec = agora.envs.spec(TIC)
    rows = np.zeros(7, position_dtype(spec))
    rows["action"] = np.arange(7)
    one, other = Window(spec, 5), Window(spec, 5)
    one.add(rows)
    other.restore(one.state())
    first, second = (window.sample(30, np.random.default_rng(1)) for window in (one, other))
    assert first.tobytes() == second.tobytes()


def test_turned_positions_are_positions_of_turned_games():
    game = agora.envs.game(TIC)
    _, rows = played(game, 40)
    known = symmetries(game.spec)
    for one in games_of(rows)[:8]:
        states = []
        for index in range(8):
            observation, legal, action, policy = turned(one[:, None], known, np.full(len(one), index))
            state = game.new()
            for number in range(len(one)):
                np.testing.assert_array_equal(observation[number], game.observe(state, int(state.to_move)))
                np.testing.assert_array_equal(legal[number], game.legal(state))
                assert policy[number, 0, action[number, 0]] == one["policy"][number, one["action"][number]]
                assert (policy[number, 0][~legal[number]] == 0).all()
                game.step(state, action[number, 0])
            states.append(game.save(state))
        assert len(set(states)) > 1


def test_a_lesson_says_what_the_positions_do():
    one = learner(parameters={"found_share": 0.25, "turn": False})
    _, rows = played(one.game, 20)
    rows["found"] = np.linspace(-1, 1, len(rows))
    drawn = rows[: len(rows) // 2 * 2].reshape(-1, 2)
    lesson = one.lesson(drawn)
    np.testing.assert_allclose(lesson.value, 0.75 * drawn["outcome"] + 0.25 * drawn["found"], rtol=1e-6)
    np.testing.assert_array_equal(lesson.reward, drawn["reward"])
    np.testing.assert_array_equal(lesson.left, drawn["left"][:, 0])
    np.testing.assert_array_equal(lesson.observation, drawn["observation"][:, 0])
    np.testing.assert_array_equal(lesson.action, drawn["action"])


def test_the_learning_rate_follows_its_schedule():
    one = learner(parameters={"learning_rate": {"start": 1e-2, "end": 0.0}})
    while one.steps < 10_000:
        one.iterate()
    assert one.optimiser.param_groups[0]["lr"] == pytest.approx(1e-2 * (1 - one.steps / 20_000))


def test_losses_by_hand():
    policy = torch.tensor([[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]])
    logarithms = torch.log(torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]]))
    expected = [-(0.25 * np.log(0.5) + 0.75 * np.log(0.25)), np.log(8)]
    assert cross_entropy(policy, logarithms).tolist() == pytest.approx(expected)
    game = agora.envs.game(TIC)
    parts = alpha_zero.make_parts(game, Network(kind="mlp", hidden=[4]), torch.device("cpu"), value_weight=3.0)
    for parameter in parts.model.parameters():
        torch.nn.init.zeros_(parameter)
    legal = torch.zeros(1, 9, dtype=torch.bool)
    legal[0, :4] = True
    empty = torch.zeros(1, 1)
    target = torch.zeros(1, 1, 9)
    target[0, 0, 1] = 1.0
    lesson = Lesson(torch.zeros(1, 18), legal, empty.long(), target, torch.tensor([[-0.5]]), empty, empty.long()[0])
    losses = parts.loss(lesson)
    assert losses["policy_loss"].item() == pytest.approx(np.log(4))  # uniform over the legal four
    assert losses["value_loss"].item() == pytest.approx(3 * 0.5 * 0.25)


@pytest.mark.parametrize("root", ["gumbel", "puct"])
def test_learns_tic_tac_toe(root):
    search = {"simulations": 12, "considered": 6, "root": root}
    one = learner(parameters={"search": search, "opening": 2, "playing": 16})
    while one.steps < 20_000:
        last = one.iterate()
    assert last["value_loss"] < 0.16  # knowing nothing: 0.4
    game = one.game
    assert evaluation.against(one.agent(), game, "random", 200, 1)["against random"] > 0.8
    assert evaluation.against(one.agent(), game, "search/mcts:300", 60, 1)["against search/mcts:300"] > -0.3
    one.parameters.playing = 0  # the policy alone
    assert evaluation.against(one.agent(), game, "random", 200, 1)["against random"] > 0.4


def stored(state: dict[str, Any]) -> dict[str, Any]:
    """Through a checkpoint's file."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def weights(one: Planner) -> np.ndarray:
    return torch.cat([parameter.detach().flatten() for parameter in one.parts.model.parameters()]).numpy()


def test_resumed_is_as_never_stopped():
    whole, before = learner(), learner()
    for _ in range(3):
        whole.iterate()
        before.iterate()
    kept = stored(before.state())
    before.iterate()  # what happens after a checkpoint must not matter
    after = learner(seed=5)
    after.restore(kept)
    for _ in range(3):
        assert whole.iterate() == after.iterate()
    assert whole.steps == after.steps
    np.testing.assert_array_equal(weights(whole), weights(after))


def test_seed_decides_everything():
    one, same, other = learner(3), learner(3), learner(4)
    for each in (one, same, other):
        for _ in range(2):
            each.iterate()
    np.testing.assert_array_equal(weights(one), weights(same))
    assert (weights(one) != weights(other)).any()


@pytest.fixture(scope="module")
def trained():
    one = learner(name="Zero")
    for _ in range(3):
        one.iterate()
    return one


def decisions(agent: Any, game: Any) -> np.ndarray:
    _, rows = played(game, 20)
    states = []
    for one in games_of(rows):
        state = game.new()
        for row in one:
            states.append(game.clone(state))
            game.step(state, row["action"])
    records = np.zeros(len(states), game.dtype).view(np.recarray)
    for index, state in enumerate(states):
        records[index] = state
    agent.reset(game.spec, np.arange(len(rows)), 1)
    return agent.act(rows["observation"], rows["legal"], np.arange(len(rows)), records)


def test_saved_agent_plays_as_the_learner(trained, tmp_path):
    folder = trained.save(tmp_path / "agent")
    agent = load(folder, trained.game.spec)
    assert agent.needs == "states"
    np.testing.assert_array_equal(decisions(agent, trained.game), decisions(trained.agent(), trained.game))
    text = (folder / "agent.toml").read_text()
    assert 'name = "Zero"' in text
    (folder / "agent.toml").write_text(text.replace("simulations = 8\ndeterministic", "simulations = 0\ndeterministic"))
    plain = load(folder, trained.game.spec)
    assert isinstance(plain, PolicyAgent)
    _, rows = played(trained.game, 12)
    policy = plain.policy(rows["observation"], rows["legal"])
    assert policy.sum(axis=1) == pytest.approx(1)
    assert (policy[~rows["legal"]] == 0).all()
    assert (decisions(plain, trained.game) != decisions(agent, trained.game)).any()


def test_damaged_and_foreign_folders_are_told(trained, tmp_path):
    folder = trained.save(tmp_path / "agent")
    text = (folder / "agent.toml").read_text()
    for old, new, message in (
        ("[search]", "[sought]", "damaged: KeyError"),
        ('root = "gumbel"', 'root = "grumble"', "damaged"),
        ("hidden = [32, 32]", "hidden = [32, 16]", "agent.toml describes"),
        ("actions = 9", "actions = 16", "trained with options"),
    ):
        (folder / "agent.toml").write_text(text.replace(old, new))
        assert old in text
        with pytest.raises(ValueError, match=re.escape(message)):
            load(folder, trained.game.spec)


def test_divergence_is_told(trained):
    one = learner()
    one.check_finite()
    with torch.no_grad():
        next(one.parts.model.parameters())[0, 0] = torch.nan
    with pytest.raises(FloatingPointError, match="after 0 steps"):
        one.check_finite()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "agora/LeducPoker-v0"}, "hides information"),
        ({"opponent": "random"}, "opponent is set"),
        ({"self_play": {}}, "self_play"),
        ({"network": {"recurrent": 8}}, "recurrent"),
        ({"reward_scale": 2.0}, "reward_scale"),
        ({"parameters": {"search": {"simulation": 3}}}, "did you mean simulations"),
        ({"parameters": {"reuse": 0}}, "reuse"),
    ],
)
def test_settings_that_do_not_fit_are_told(changed, message):
    with pytest.raises(ValueError, match=message):
        learner(**changed)


def test_settings_of_the_baseline_are_read():
    folder = Path(agora.envs.__file__).parents[1] / "baselines"
    for name in ("othello", "tic_tac_toe_mu_zero"):
        assert msgspec.to_builtins(read(folder / f"{name}.toml"))["parameters"]["search"]["simulations"] >= 8
