"""PPO and its relatives: losses by hand, the loop learns, goes on exactly where it stopped, and says what is wrong."""

from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import decisions as decisions_module
from agora.agents.learned import losses, ppo
from agora.agents.learned.settings import from_table
from agora.agents.learned.symmetries import symmetries
from agora.envs.seats import SeatedBatch

KUHN, TIC_TAC_TOE, CONNECT_FOUR, OFFERS, GOOFSPIEL, LEDUC = (
    f"agora/{name}-v0"
    for name in ("KuhnPoker", "TicTacToe", "ConnectFour", "AlternatingOffers", "Goofspiel", "LeducPoker")
)


def learner(id: str, *, seed: int = 0, opponent: Any = None, **tables: Any) -> ppo.PPO:
    table = {
        "id": id,
        "algorithm": "PPO",
        "steps": 100_000,
        "num_envs": 32,
        "seed": seed,
        "device": "cpu",
        "network": {"kind": "mlp", "hidden": [32]},
        "parameters": {"rollout": 16, "minibatch": 256},
    }
    for key, value in tables.items():
        table[key] = {**table[key], **value} if isinstance(table.get(key), dict) else value  # type: ignore[dict-item]
    settings: Any = from_table(table)
    return ppo.make(settings, agora.envs.game(id, **settings.options), opponent)


def weights(one: ppo.PPO) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in one.played_model.parameters()])


def test_clipped_surrogate_by_hand() -> None:
    ratio, advantage = torch.tensor([1.5, 0.5, 1.5, 0.5, 1.1]), torch.tensor([1.0, 1.0, -1.0, -1.0, 2.0])
    # What would gain beyond 0.8 to 1.2 does not count, what loses does.
    assert torch.allclose(losses.clipped(ratio, advantage, 0.2), torch.tensor([-1.2, -0.5, 1.5, 0.8, -2.2]))
    assert torch.allclose(losses.surrogate(ratio, advantage), torch.tensor([-1.5, -0.5, 1.5, 0.5, -2.2]))


def test_the_other_losses_by_hand() -> None:
    chances, values = torch.tensor([[0.25, 0.75], [1.0, 0.0]]), torch.tensor([[4.0, 0.0], [2.0, 9.0]])
    assert losses.all_actions(chances, values).tolist() == [-1.0, -2.0]
    assert losses.squared(torch.tensor([3.0]), torch.tensor([1.0])).tolist() == [2.0]
    log_ratio = torch.tensor([1.0, 2.0, 0.5]).log()
    expected = torch.tensor([0.0, 1 - 0.693147, -0.5 + 0.693147])
    assert torch.allclose(losses.approximate_divergence(log_ratio), expected, atol=1e-6)


def test_the_estimate_of_a_divergence_is_right_on_average() -> None:
    """Over all actions of the old policy it is the divergence of the old from the new one."""
    old, new = torch.tensor([0.2, 0.5, 0.3]), torch.tensor([0.4, 0.4, 0.2])
    mean = (old * losses.approximate_divergence((new / old).log())).sum()
    assert mean.item() == pytest.approx((old * (old / new).log()).sum().item(), rel=1e-5)


def test_it_learns_to_beat_random_play() -> None:
    one = learner(TIC_TAC_TOE, num_envs=128, opponent="random", parameters={"learning_rate": 3e-3})
    while one.steps < 100_000:
        numbers = one.iterate()
    assert numbers["return"] > 0.65
    games = SeatedBatch(one.game, 400, 1, opponent="random", seat="alternate")
    agent, lanes = one.agent(), np.arange(400)
    agent.reset(one.game.spec, lanes, 0)
    while len(lanes):
        games.step(agent.act(games.observation[lanes], games.legal[lanes], lanes), lanes)
        lanes = lanes[~games.batch.ended[lanes]]
    assert games.batch.final_returns[np.arange(400), games.seats].mean() > 0.65


VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "turns": (LEDUC, {"self_play": {"latest": 1.0}}),
    "together": (GOOFSPIEL, {"self_play": {"latest": 1.0}}),
    "opponent": (LEDUC, {"opponent": "scripted/bettor"}),
    "pool": (LEDUC, {"self_play": {"latest": 0.5, "uniform": 0.2, "prioritised": 0.2, "scripted": {"random": 0.1}}}),
    "memory": (LEDUC, {"self_play": {"latest": 1.0}, "network": {"recurrent": 8}}),
    "continuous": (OFFERS, {"self_play": {"latest": 1.0}}),
    "bins": (OFFERS, {"self_play": {"latest": 1.0}, "parameters": {"bins": 5}}),
    "magnet": (
        LEDUC,
        {
            "self_play": {"latest": 1.0},
            "parameters": {
                "objective": "mirror-descent",
                "proximal": 1.0,
                "magnet": "moving",
                "magnet_every": 3,
                "magnet_weight": {"start": 0.1, "end": 0.0},
                "average": 0.5,
                "normalise_observations": True,
            },
        },
    ),
    "all actions": (
        LEDUC,
        {"self_play": {"latest": 1.0}, "parameters": {"critic": "action", "objective": "all-actions", "proximal": 1.0}},
    ),
    "n-step": (LEDUC, {"opponent": "random", "parameters": {"advantage": "n-step"}}),
    "v-trace": (LEDUC, {"opponent": "random", "parameters": {"advantage": "v-trace"}}),
    "monte-carlo": (LEDUC, {"opponent": "random", "parameters": {"advantage": "monte-carlo"}}),
    "turned": (CONNECT_FOUR, {"self_play": {"latest": 1.0}, "parameters": {"turn": True, "proximal": 0.1}}),
    "mixed precision": (LEDUC, {"self_play": {"latest": 1.0}, "network": {"precision": "bfloat16"}}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_was_stopped_goes_on_exactly(variant: str) -> None:
    """State out, state into a new learner: the same numbers and the same weights as without the stop."""
    id, tables = VARIANTS[variant]
    through, stopped = learner(id, **tables), learner(id, **tables)
    for one in (through, stopped):
        for _ in range(4):
            one.iterate()
    through.state()
    gone_on = learner(id, seed=0, **tables)
    before = weights(gone_on).clone()
    gone_on.restore(stopped.state())
    for _ in range(4):
        assert through.iterate() == gone_on.iterate()
    assert torch.equal(weights(through), weights(gone_on))
    assert not torch.equal(weights(through), before)
    assert torch.isfinite(weights(through)).all()


def test_turned_decisions_are_those_of_the_mirrored_board() -> None:
    one = learner(CONNECT_FOUR, self_play={"latest": 1.0})
    decisions, _ = one._credited([actor.collect(16, one.drawing) for actor in one.actors])
    turned = decisions_module.turned(decisions, symmetries(one.game.spec), torch.Generator().manual_seed(0))
    boards, mirrored = (part.observation.view(-1, 2, 6, 7) for part in (decisions, turned))
    drawn = torch.randint(2, (len(boards),), generator=torch.Generator().manual_seed(0))
    is_turned = drawn == 1
    for part in (decisions, turned):
        assert part.legal.gather(1, part.action[:, None]).all()
    for name in ("advantage", "target", "log_probability"):
        assert torch.equal(getattr(decisions, name), getattr(turned, name))
    assert torch.equal(mirrored, torch.where(is_turned[:, None, None, None], boards.flip(3), boards))
    assert torch.equal(turned.action, torch.where(is_turned, 6 - decisions.action, decisions.action))
    for name in ("legal", "policy"):
        before, after = getattr(decisions, name), getattr(turned, name)
        assert torch.equal(after, torch.where(is_turned[:, None], before.flip(1), before))


def test_no_global_generator_is_used() -> None:
    before, numpy_before = torch.get_rng_state(), str(np.random.get_state())  # noqa: NPY002
    for variant in ("turns", "pool", "memory"):
        learner(VARIANTS[variant][0], **VARIANTS[variant][1]).iterate()
    assert torch.equal(torch.get_rng_state(), before)
    assert str(np.random.get_state()) == numpy_before  # noqa: NPY002


def test_seeds_are_apart() -> None:
    one, other = learner(LEDUC, seed=0), learner(LEDUC, seed=1)
    assert not torch.equal(weights(one), weights(other))


def test_a_saved_agent_plays_as_the_learner_did(tmp_path: Any) -> None:
    for variant in ("turns", "memory", "continuous", "bins", "magnet"):
        id, tables = VARIANTS[variant]
        one = learner(id, **tables, deterministic=True)
        one.iterate()
        loaded, ours = agora.agents.api.load(one.save(tmp_path / variant), one.game.spec), one.agent()
        games = SeatedBatch(one.game, 20, 1, seat=0)
        lanes = np.arange(20)
        for agent in (loaded, ours):
            agent.reset(one.game.spec, lanes, 0)
        for _ in range(3):
            one_s, other_s = (agent.act(games.observation, games.legal, lanes) for agent in (loaded, ours))
            assert np.array_equal(one_s, other_s)
            games.step(one_s)
            games.restart(np.flatnonzero(games.batch.ended))
        assert len(np.unique(one_s)) > 1


def test_weights_that_are_no_numbers_are_reported() -> None:
    one = learner(KUHN)
    one.iterate()
    one.check_finite()
    with torch.no_grad():
        next(one.model.parameters())[0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"encoder\.trunk\.0\.weight holds NaN .* after \d+ steps"):
        one.check_finite()


@pytest.mark.parametrize(
    ("name", "tables", "message"),
    [
        (OFFERS, {"parameters": {"critic": "action"}}, "critic='action' needs discrete actions"),
        (KUHN, {"parameters": {"objective": "all-actions"}}, "needs parameters.critic='action'"),
        (KUHN, {"parameters": {"bins": 7}}, "with continuous actions only"),
        (OFFERS, {"parameters": {"bins": 1}}, "at least 2"),
        (KUHN, {"parameters": {"clip": 0.0}}, "parameters.clip"),
        (KUHN, {"parameters": {"epoch": 2}}, "did you mean epochs"),
        (KUHN, {"device": "cuda:9"}, "device='cuda:9' is not there"),
        (KUHN, {"parameters": {"turn": True}}, "turn needs a board"),
        (TIC_TAC_TOE, {"parameters": {"turn": True}, "network": {"recurrent": 8}}, "turn needs .* without memory"),
        (KUHN, {"self_play": {"latest": 0.0}}, "all weights are 0"),
    ],
)
def test_wrong_settings_are_one_line(name: str, tables: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        learner(name, **tables)


def test_a_rollout_without_any_known_credit_is_refused() -> None:
    one = learner(GOOFSPIEL, parameters={"rollout": 2, "advantage": "monte-carlo"})
    with pytest.raises(ValueError, match="too short"):
        one.iterate()
