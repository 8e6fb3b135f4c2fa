"""Exploration bonuses in PPO: what is seen after a decision is paid to it, whoever else moves in between."""

import io

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.curiosity import Curiosity, first_decisions
from agora.agents.learned.groups import Episodes
from agora.agents.learned.rollout import Rollout
from agora.agents.learned.settings import from_table

KUHN, TIC_TAC_TOE = "agora/KuhnPoker-v0", "agora/TicTacToe-v0"
KINDS = ["random-network-distillation", "counts", "episodic-counts"]
HALF = 2**-0.5  # what counts pay for a second visit


class TwoPieces:
    """As much of a spec as is asked."""

    id = "two"
    observation = tuple(agora.envs.api.Piece(name, (1,), 0, 1, "") for name in ("page", "clock"))


def curious(kind: str, weight: float = 1.0) -> Curiosity:
    return Curiosity(kind, weight, TwoPieces, ["clock"], torch.Generator().manual_seed(0))


def rollout(pages, movers, ended, seats: int) -> Rollout:
    pages = np.array(pages, np.float32)
    steps, rows = pages.shape
    observation = np.stack([pages, np.arange(steps * rows).reshape(steps, rows)], 2).astype(np.float32)
    empty = dict.fromkeys(Rollout._fields)
    return Rollout(
        **empty
        | {
            "observation": observation,
            "movers": np.array(movers, np.int8),
            "rewards": np.zeros((steps, rows, seats), np.float32),
            "ended": np.array(ended, bool),
        }
    )


def learner(id: str, **parameters) -> ppo.PPO:
    content = {"id": id, "algorithm": "PPO", "steps": 20_000, "num_envs": 16, "device": "cpu"}
    content |= {"network": {"kind": "mlp", "hidden": [16]}, "self_play": {"latest": 1.0}}
    parameters = {"rollout": 8, "minibatch": 64, **parameters}
    return ppo.make(from_table(content | {"parameters": parameters}), agora.envs.game(id))


def test_first_decisions_by_hand():
    movers = np.array([[0, 1], [1, 0], [0, 0], [0, 1]])
    ended = np.array([[0, 0], [1, 0], [0, 0], [0, 1]], bool)
    new, fresh = first_decisions(movers, ended, np.array([[True, True], [True, False]]))
    assert new.tolist() == [[True, False], [True, True], [True, False], [False, False]]
    assert fresh.tolist() == [[False, True], [True, True]]


def test_bonuses_go_to_the_decision_before():
    # One seat, two rows: A A B | A, and A B | A B. The clock differs everywhere and does not count.
    played = rollout([[1, 1], [1, 2], [2, 1], [1, 2]], np.zeros((4, 2)), [[0, 0], [0, 1], [1, 0], [0, 0]], 1)
    numbers = curious("episodic-counts").pay([played])
    # Row 0: A again pays HALF, B pays 1, then the episode ends. Row 1: B pays 1, end, B pays 1.
    assert played.rewards[:, :, 0].tolist() == pytest.approx(np.array([[HALF, 1], [1, 0], [0, 1], [0, 0]]))
    assert numbers["bonus"] == pytest.approx((7 + HALF) / 8)


def test_bonuses_reach_seats_across_the_others_moves():
    # Two seats in turns: seat 0 sees A, seat 1 sees A (its own first), seat 0 sees A again, seat 1 sees B.
    played = rollout([[1], [1], [1], [2]], [[0], [1], [0], [1]], [[0]] * 4, 2)
    source = curious("episodic-counts")
    source.pay([played])
    # Seat 0's second visit is paid right before its third-row decision, seat 1's B right before its last.
    assert played.rewards[:, 0].tolist() == pytest.approx(np.array([[0, 0], [HALF, 0], [0, 1], [0, 0]]))
    # The next rollout goes on in the same episode: nothing there is a seat's first decision.
    following = rollout([[1], [2], [1]], [[0], [1], [0]], [[0]] * 3, 2)
    source.pay([following])
    # Seat 0 has seen A three times before its fourth in the last row; seat 1 sees B for the second time.
    assert following.rewards[:, 0].tolist() == pytest.approx(np.array([[0, HALF], [4**-0.5, 0], [0, 0]]))


def test_new_deals_begin_new_episodes():
    source = curious("episodic-counts")
    source.pay([rollout([[1], [1]], [[0], [0]], [[0], [0]], 1)])
    source.start()
    played = rollout([[1], [1]], [[0], [0]], [[0], [0]], 1)
    source.pay([played])
    assert played.rewards[0, 0, 0] == pytest.approx(HALF)


def test_rows_of_two_rollouts_are_apart():
    source = curious("episodic-counts")
    one, two = (rollout([[1], [1]], [[0], [0]], [[0], [0]], 1) for _ in range(2))
    source.pay([one, two])
    assert one.rewards[0, 0, 0] == two.rewards[0, 0, 0] == pytest.approx(HALF)
    assert len(source.bonus.counts) == 2


def test_counts_are_of_the_whole_training():
    source = curious("counts", weight=2.0)
    source.pay([rollout([[1], [1]], [[0], [0]], [[0], [1]], 1)])
    played = rollout([[1], [1]], [[0], [0]], [[0], [0]], 1)
    source.pay([played])
    assert played.rewards[0, 0, 0] == pytest.approx(2 / 4**0.5)


def test_whole_episodes_are_paid_likewise():
    columns = [np.zeros(5)] * 10
    episodes = Episodes(*columns)._replace(
        observation=np.array([[1, 0], [1, 1], [2, 2], [1, 3], [2, 4]], np.float32),
        rewards=np.array([0.0, 0, 5, 0, 7]),
        episode=np.array([0, 0, 0, 1, 1]),
    )
    curious("episodic-counts").pay([episodes])
    assert episodes.rewards.tolist() == pytest.approx([HALF, 1, 5, 1, 7])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("game", [KUHN, TIC_TAC_TOE])
def test_training_with_bonuses_goes_on_exactly(kind, game):
    chosen, again = (learner(game, exploration=kind, exploration_weight=0.1) for _ in range(2))
    for _ in range(3):
        numbers = chosen.iterate()
    assert 0 < numbers["bonus"] < 1
    file = io.BytesIO()
    torch.save(chosen.state(), file)
    file.seek(0)
    again.restore(torch.load(file, weights_only=True))
    for _ in range(2):
        assert chosen.iterate() == again.iterate()
    for left, right in zip(chosen.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(left, right)


def test_returns_on_the_curve_are_without_bonuses():
    plain, curious_one = learner(TIC_TAC_TOE), learner(TIC_TAC_TOE, exploration="counts", exploration_weight=100.0)
    assert "bonus" not in plain.iterate()
    assert abs(curious_one.iterate()["return"]) <= 1


def test_what_was_seen_often_pays_less():
    source = curious("random-network-distillation")
    generator = np.random.default_rng(0)
    paid = []
    for _ in range(100):
        seen = rollout(generator.normal(0, 1, (16, 8)), np.zeros((16, 8)), np.zeros((16, 8)), 1)
        source.pay([seen])
        paid.append(seen.rewards.mean())
    assert 0 < paid[-1] < paid[0] / 3
