"""SAC: its losses on hand-computed arrays, exact resumption, saved agents, and small games that it learns."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents import api
from agora.agents.learned import checkpoint, evaluation, networks, sac
from agora.agents.learned.saved import threads
from agora.agents.learned.settings import from_table
from agora.agents.learned.squashed import Critics, squashed

SMALL = {"minibatch": 32, "buffer_size": 500, "warmup": 64, "steps": 8}
GAMES: dict[str, dict[str, Any]] = {
    "turns": {"id": "agora/AlternatingOffers-v0", "self_play": {}},
    "at once": {"id": "agora/SealedAuction-v0", "self_play": {}, "options": {"bidders": 3}},
    "one seat": {"id": "agora/AlternatingOffers-v0", "opponent": "scripted/fair"},
    "alone": {"id": "agora/Portfolio-v0", "options": {"length": 9, "random_start": True, "window": 2}},
}


def learner(game: str, seed: int = 0, **parameters: Any) -> sac.SAC:
    table = {"algorithm": "SAC", "steps": 2_000, "num_envs": 16, "seed": seed, "network": {"hidden": [16]}}
    table |= GAMES[game] | {"parameters": SMALL | parameters}
    settings: Any = from_table(table)
    return sac.make(settings, agora.envs.game(settings.id, **settings.options))


def weights(one: sac.SAC) -> list[np.ndarray]:
    parts = [tensor.numpy() for part in one.parts.values() for tensor in part.state_dict().values()]
    return [*(part.copy() for part in parts), one.log_temperature.detach().numpy().copy()]


def test_density_of_squashed_numbers_by_hand() -> None:
    mean, log_deviation = torch.tensor([[0.0, 1.0], [0.5, 0.0]]), torch.tensor([0.0, math.log(2)])
    noise = torch.tensor([[0.0, -0.5], [0.5, 0.0]])
    action, log_density = squashed(mean, log_deviation, noise)
    u = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert action.numpy() == pytest.approx(np.tanh(u))
    half = 0.5 * math.log(2 * math.pi)
    first = -half + (-half - 0.125 - math.log(2))
    second = (-half - 0.125 - math.log(1 - math.tanh(1) ** 2)) + (-half - math.log(2))
    assert log_density.tolist() == pytest.approx([first, second])


def test_density_integrates_to_one_and_stays_finite() -> None:
    noise = torch.linspace(-6, 6, 20_001, dtype=torch.float64)[:, None]
    mean, log_deviation = torch.tensor([[0.3]], dtype=torch.float64), torch.tensor([-0.4], dtype=torch.float64)
    action, log_density = squashed(mean, log_deviation, noise)
    assert float(torch.trapezoid(log_density.exp(), action[:, 0])) == pytest.approx(1.0, abs=1e-6)
    _, far = squashed(torch.tensor([[40.0]]), torch.tensor([0.0]), torch.tensor([[0.0]]))
    assert float(far) == pytest.approx(80 - math.log(4) - 0.5 * math.log(2 * math.pi), rel=1e-5)


def test_losses_by_hand() -> None:
    values = torch.tensor([[1.0, 4.0], [3.0, 2.0]])
    log_density, done = torch.tensor([-1.0, 2.0]), torch.tensor([0.0, 1.0])
    soft = sac.soft_value(values, log_density, 0.5)
    assert soft.tolist() == [1.0 + 0.5, 2.0 - 1.0]
    assert sac.soft_target(torch.tensor([0.1, 0.2]), done, soft, 0.9).tolist() == pytest.approx([0.1 + 1.35, 0.2])
    # errors 0, 1 and 2, -1: half of (0 + 1) / 2 and of (4 + 1) / 2
    assert float(sac.critic_loss(values, torch.tensor([1.0, 3.0]))) == pytest.approx(0.25 + 1.25)


@pytest.mark.parametrize(("log_density", "falls"), [(-3.0, True), (3.0, False)])
def test_temperature_falls_while_entropy_is_above_its_target(log_density: float, falls: bool) -> None:
    log_temperature = torch.tensor(0.5, requires_grad=True)
    loss = sac.temperature_loss(log_temperature, torch.tensor([log_density, log_density + 1]), 2.0)
    assert loss.item() == pytest.approx(-0.5 * (log_density + 0.5 + 2.0))
    loss.backward()
    assert log_temperature.grad is not None
    assert (float(log_temperature.grad) > 0) == falls  # descent goes against it


def test_targets_follow() -> None:
    slow, fast = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    for module, number in ((slow, 1.0), (fast, 3.0)):
        for parameter in module.parameters():
            torch.nn.init.constant_(parameter, number)
    networks.follow(slow, fast, 0.25)
    assert [parameter.item() for parameter in slow.parameters()] == [1.5, 1.5]


def test_critics_learn_what_a_fixed_minibatch_says() -> None:
    """Without noise from play: after many updates the critics say reward plus discounted soft value."""
    one = learner("turns", gamma=0.5, learning_rate=3e-3)
    while one.steps < 200:
        one.iterate()
    drawn = one.replay.sample(8, np.random.default_rng(0))
    one.replay.sample = lambda count, generator: drawn  # type: ignore[method-assign]
    with threads(1):
        for _ in range(600):
            one.learn()
    target = one.target(drawn, one.log_temperature.exp().detach())
    values = one.critics(torch.from_numpy(drawn.observation), torch.from_numpy(drawn.action))
    assert float((values - target).detach().abs().max()) < 0.1
    assert one.target(drawn, torch.tensor(0.0)).numpy()[drawn.terminated == 1] == pytest.approx(
        drawn.reward[drawn.terminated == 1]
    )


def test_what_comes_next_is_valued_by_the_targets() -> None:
    one = learner("turns", target_rate=0.25)
    while one.steps < 200:
        one.iterate()
    drawn, temperature = one.replay.sample(20, np.random.default_rng(0)), torch.tensor(0.1)

    def target() -> np.ndarray:
        one.noise.manual_seed(0)
        return one.target(drawn, temperature).numpy()

    def shift(critics: Critics) -> None:
        with torch.no_grad():
            for layers in critics.both:
                layers[-1].bias += 1.0  # type: ignore[index, operator]

    before = target()
    shift(one.critics)
    assert (target() == before).all()
    shift(one.targets)
    assert target() - before == pytest.approx(0.99 * (1 - drawn.terminated), abs=1e-5)
    slow = [parameter.detach().clone() for parameter in one.targets.parameters()]
    one.learn()
    for after, was, fast in zip(one.targets.parameters(), slow, one.critics.parameters(), strict=True):
        assert torch.allclose(after, 0.75 * was + 0.25 * fast, atol=1e-6)


def test_the_average_plays() -> None:
    one = learner("at once", average_rate=0.5)
    one.steps = SMALL["warmup"]
    with torch.no_grad():
        one.average.layers[-1].bias.fill_(3.0)  # type: ignore[union-attr, operator]
        one.average.log_deviation.fill_(-6.0)
    one.play()
    drawn = one.replay.sample(100, np.random.default_rng(0))
    assert drawn.action == pytest.approx(np.tanh(3.0), abs=2e-3)


def test_rewards_are_scaled_for_the_learner_only() -> None:
    one = learner("at once", gamma=0.0)
    one.iterate()
    one.settings.reward_scale = 50.0
    drawn = one.replay.sample(20, np.random.default_rng(0))
    assert one.target(drawn, torch.tensor(1.0)).numpy() == pytest.approx(50 * drawn.reward)
    assert np.abs(drawn.reward).max() <= 1


def test_temperature_keeps_to_its_floor_and_its_target() -> None:
    # The policy begins with an entropy of about 0.3 for each of two numbers: above -0.5 each, and below 0.5 each.
    rates = {"learning_rate": 3e-3, "temperature": 0.06}
    floored = learner("turns", **rates, least_temperature={"start": 0.05, "end": 0.05}, target_entropy=-9.0)
    above, below = (learner("turns", **rates, target_entropy=target) for target in (-0.5, 0.5))
    for one in (floored, above, below):
        while one.steps < 640:
            one.iterate()
    assert floored.log_temperature.exp().item() == pytest.approx(0.05)
    assert above.log_temperature.exp().item() < 0.06 < below.log_temperature.exp().item()


@pytest.mark.parametrize("game", GAMES)
def test_resumed_training_is_the_same_bytes(game: str, tmp_path: Path) -> None:
    parameters = {"normalise": True, "opening": 0.0 if game == "one seat" else 1.0, "average_rate": 0.1}
    first, other = learner(game, **parameters), learner(game, seed=0, **parameters)
    for _ in range(3):
        first.iterate()
    checkpoint.write(tmp_path / "checkpoint.pt", first.state())
    other.restore(checkpoint.read(tmp_path / "checkpoint.pt"))
    assert other.steps == first.steps > SMALL["warmup"]
    rows = [[one.iterate() for _ in range(2)] for one in (first, other)]
    assert rows[0] == rows[1]
    assert all((a == b).all() for a, b in zip(weights(first), weights(other), strict=True))


def test_a_seed_fixes_everything_and_no_global_generator_is_used() -> None:
    before = torch.get_rng_state(), str(np.random.get_state())  # noqa: NPY002
    runs = []
    for seed in (0, 0, 1):
        one = learner("at once", seed)
        for _ in range(3):
            one.iterate()
        runs.append(np.concatenate([part.ravel() for part in weights(one)]))
    assert (runs[0] == runs[1]).all()
    assert (runs[0] != runs[2]).any()
    assert torch.equal(torch.get_rng_state(), before[0])
    assert str(np.random.get_state()) == before[1]  # noqa: NPY002


@pytest.mark.parametrize("game", ["turns", "alone"])
def test_saved_agents_play_the_mean(game: str, tmp_path: Path) -> None:
    one = learner(game, normalise=game == "alone", average_rate=0.01)
    for _ in range(4):
        one.iterate()
    spec = one.game.spec
    folder = one.save(tmp_path / "agent")
    seen = one.games.observation.copy()
    ask = (seen, np.zeros((len(seen), 0), np.bool_), np.arange(len(seen)))
    played = api.load(folder, spec).act(*ask)
    assert (played == one.agent().act(*ask)).all()
    with torch.inference_mode():
        mean = one.average(one.tensor(seen))[0]
    assert played == pytest.approx(0.5 * (torch.tanh(mean).numpy() + 1), abs=1e-6)
    assert not np.allclose(played, 0.5 * (torch.tanh(one.actor(one.tensor(seen))[0]).detach().numpy() + 1), atol=1e-6)
    with pytest.raises(ValueError, match="takes"):
        api.load(folder, agora.envs.spec(spec.id, **({"window": 3} if game == "alone" else {"bins": 4})))


def test_what_it_cannot_do_it_says() -> None:
    table: dict[str, Any] = {"algorithm": "SAC", "steps": 100, "id": "agora/SealedAuction-v0"}
    game = agora.envs.game("agora/SealedAuction-v0")

    def refused(message: str, **more: Any) -> None:
        settings: Any = from_table(table | more)
        with pytest.raises(ValueError, match=message):
            sac.make(settings, agora.envs.game(settings.id))

    refused("continuous actions", id="agora/KuhnPoker-v0")
    refused("latest policy", self_play={"uniform": 1.0})
    refused("multilayer", network={"recurrent": 8})
    refused("opening", parameters={"opening": 1.0})
    with pytest.raises(ValueError, match=r"parameters\.discont"):
        from_table(table | {"parameters": {"discont": 1.0}})
    assert game.spec.players == 2


def test_divergence_is_told() -> None:
    one = learner("at once")
    one.check_finite()
    with torch.no_grad():
        next(one.critics.parameters()).fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="critics"):
        one.check_finite()


@pytest.mark.parametrize("against", [{"self_play": {}}, {"opponent": "random"}])
def test_bids_half_the_value(against: dict[str, Any]) -> None:
    """The equilibrium of two bidders, and the best answer to uniform bids: half the value. A constant bid of a half
    errs by 0.25 on average, truth by 0.25."""
    table = {
        "id": "agora/SealedAuction-v0",
        "algorithm": "SAC",
        "steps": 300_000,
        "num_envs": 512,
        "network": {"hidden": [32]},
        "parameters": {
            "learning_rate": {"start": 5e-3, "end": 5e-4},
            "gamma": 0.0,
            "minibatch": 512,
            "updates": 2,
            "buffer_size": 50_000,
            "warmup": 10_000,
            "temperature": 0.01,
            "average_rate": 0.05,
        },
    }
    settings: Any = from_table(table | against)
    game = agora.envs.game(settings.id)
    one = sac.make(settings, game)
    while one.steps < settings.steps:
        one.iterate()
    assert evaluation.bid_error(one.agent(), game, 1000, 0)["bid_error"] < 0.08
