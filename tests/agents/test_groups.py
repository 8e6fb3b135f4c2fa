"""Groups of whole episodes: alike from the start, flat in the order of play, advantages by hand; self-imitation."""

import io

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.groups import Episodes, group_advantages, joined, kept_numbers, value_gains
from agora.agents.learned.self_imitation import SelfImitation
from agora.agents.learned.settings import from_table
from agora.envs.web.shop.pages import BUY

KUHN, TIC_TAC_TOE, SHOP = "agora/KuhnPoker-v0", "agora/TicTacToe-v0", "agora/Shop-v0"
ROOT_HALF = 0.5**0.5


def learner(id: str, num_envs: int = 16, network=None, self_play=None, **parameters) -> ppo.PPO:
    parameters = {"rollout": 8, "minibatch": 256, "group_size": 4, **parameters}
    content = {"id": id, "algorithm": "PPO", "steps": 20_000, "num_envs": num_envs, "device": "cpu"}
    content |= {"network": {"kind": "mlp", "hidden": [16], **(network or {})}, "parameters": parameters}
    settings = from_table(content | ({"self_play": self_play} if self_play else {}))
    return ppo.make(settings, agora.envs.game(id))


def played(chosen: ppo.PPO, steps: int = 8) -> Episodes:
    return chosen.actors[0].collect(steps, chosen.drawing)


def by_hand(observation, rewards, episode, group, value=None, action=None) -> Episodes:
    count = len(rewards)
    rewards, episode, group = np.array(rewards, np.float64), np.array(episode), np.array(group)
    return Episodes(
        np.array(observation, np.float32),
        np.ones((count, 2), bool),
        np.zeros(count, np.int64) if action is None else np.array(action),
        np.zeros(count, np.float32),
        np.zeros((count, 2), np.float32),
        np.zeros(count, np.float32) if value is None else np.array(value, np.float32),
        rewards,
        episode,
        group,
        np.bincount(episode, rewards),
    )


@pytest.mark.parametrize("seat", ["alternate", 1])
def test_a_group_shares_deal_and_seat(seat):
    chosen = learner(KUHN, advantage="grpo")
    chosen.settings.seat = seat
    actor = chosen._actor(chosen._make_games("random")[0])
    actor.start(5)
    episodes = actor.collect(8, chosen.drawing)
    sizes = np.bincount(episodes.group)
    assert set(sizes[sizes > 0].tolist()) == {4}
    spec = chosen.game.spec
    first = spec.pieces(episodes.observation[np.flatnonzero(np.diff(episodes.episode, prepend=-1))])
    kinds = set()
    for group in np.unique(episodes.group):
        members = episodes.group == group
        own = np.concatenate([first[name][members].reshape(4, -1) for name in ("seat", "card")], 1)
        assert (own == own[0]).all()
        kinds.add(own[0].tobytes())
    assert len(kinds) == (6 if seat == "alternate" else 3)  # three cards in each seat


def test_episodes_are_whole_and_in_order():
    chosen = learner(TIC_TAC_TOE, advantage="grpo")
    episodes = played(chosen)
    assert len(episodes.rewards) >= 8 * 16
    steps = np.diff(episodes.episode, prepend=-1)
    assert set(steps.tolist()) == {0, 1}
    assert len(episodes.group) == episodes.episode[-1] + 1
    np.testing.assert_array_equal(np.bincount(episodes.episode, episodes.rewards), episodes.returns)
    # Marks on the board only become more within an episode, by two between two own turns.
    marks = chosen.game.spec.pieces(episodes.observation)["board"].reshape(len(steps), -1)[:, :].sum(1)
    within = np.flatnonzero(steps == 0)
    assert (marks[within] != marks[within - 1]).all()
    assert episodes.legal[np.arange(len(steps)), episodes.action].all()


def test_the_time_limit_ends_an_episode():
    chosen = learner(SHOP, advantage="grpo", rollout=1)
    with torch.no_grad():
        chosen.model.policy.bias[BUY] = -100.0  # so that no visit ends by itself
    episodes = played(chosen, 1)
    assert np.bincount(episodes.episode).tolist() == [100] * 16
    assert not episodes.returns.any()


def test_rewards_are_scaled_and_returns_are_not():
    chosen = learner(KUHN, advantage="grpo")
    chosen.settings.reward_scale = 3.0
    episodes = chosen._actor(chosen._make_games("random")[0]).collect(2, chosen.drawing)
    assert episodes.returns.any()
    np.testing.assert_array_equal(np.bincount(episodes.episode, episodes.rewards), 3 * episodes.returns)


def test_the_starts_follow_from_the_seed():
    one, two = learner(KUHN, advantage="grpo"), learner(KUHN, advantage="grpo")
    first, second = played(one), played(two)
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)
    again = played(one)
    assert again.returns.tolist() != first.returns.tolist()  # the next waves are others


def test_lots_are_joined():
    one = by_hand([[0.0], [1], [2]], [0, 1, 2], [0, 0, 1], [3, 3])
    both = joined([one, one])
    assert both.episode.tolist() == [0, 0, 1, 2, 2, 3]
    assert both.group.tolist() == [3, 3, 7, 7]
    assert both.rewards.tolist() == [0, 1, 2, 0, 1, 2]


def test_a_memory_begins_anew_in_every_episode():
    chosen = learner(TIC_TAC_TOE, network={"recurrent": 8}, advantage="grpo")
    episodes = played(chosen)
    decisions, steps = chosen._credited([episodes])
    assert steps == len(episodes.rewards)
    assert len(decisions.starts) == len(episodes.group)
    part, output = decisions.forward(chosen.model, torch.arange(len(decisions.starts)), torch.device("cpu"))
    again = chosen.distribution(output.policy, part.legal).log_probability(part.action)
    torch.testing.assert_close(again, decisions.log_probability)
    assert again.std() > 0


TWO = {  # two episodes of one group: a good one of two decisions and a bad one of two, with one state in common
    "observation": [[1, 0], [2, 0], [1, 5], [3, 0]],
    "rewards": [0, 1, 0, 0],
    "episode": [0, 0, 1, 1],
    "group": [0, 0],
    "value": [0.5, 0.75, 0.5, 0.25],
    "action": [0, 1, 1, 0],
}


class TwoPieces:
    """As much of a spec as is asked: two pieces of one number, and discrete actions."""

    id = "two"
    observation = tuple(agora.envs.api.Piece(name, (1,), 0, 1, "") for name in ("page", "clock"))
    action = agora.envs.api.Discrete(2)


def advantages(advantage: str, **more) -> np.ndarray:
    return group_advantages(by_hand(**TWO), ppo.Parameters(advantage=advantage, **more), TwoPieces)


def test_group_advantages_by_hand():
    assert advantages("grpo") == pytest.approx([ROOT_HALF, ROOT_HALF, -ROOT_HALF, -ROOT_HALF], abs=1e-5)
    assert advantages("grpo", group_deviation=False) == pytest.approx([0.5, 0.5, -0.5, -0.5])
    # Steps are compared in the state that both saw first, by returns of 0.9 and 0; the others stand alone.
    options = {"gamma": 0.9, "group_deviation": False, "ignored_pieces": ["clock"]}
    assert advantages("gigpo", **options) == pytest.approx([0.5 + 0.45, 0.5, -0.5 - 0.45, -0.5])
    # The clock tells them apart.
    assert advantages("gigpo", gamma=0.9, group_deviation=False) == pytest.approx([0.5, 0.5, -0.5, -0.5])


def test_tree_values_by_hand():
    # The first state is worth 1/2 to both; after it they part: (R - 1/2 + V' - V) / deviation.
    deviation = ROOT_HALF
    expected = np.array([0.5 + 0.5, 0.5, -0.5 - 0.5, -0.5]) / deviation
    assert advantages("tempo", ignored_pieces=["clock"]) == pytest.approx(expected, abs=1e-5)
    # Told apart by the clock, each is alone from the beginning.
    assert advantages("tempo") == pytest.approx(np.array([0.5, 0.5, -0.5, -0.5]) / deviation, abs=1e-5)


def test_shared_steps_share_by_hand():
    # The same state, action and next state twice, then apart.
    shared = TWO | {"observation": [[1, 0], [2, 0], [1, 5], [2, 5]], "action": [0, 1, 0, 0]}
    parameters = ppo.Parameters(advantage="salt", ignored_pieces=["clock"])
    found = group_advantages(by_hand(**shared), parameters, TwoPieces)
    assert found == pytest.approx([0, ROOT_HALF, 0, -ROOT_HALF], abs=1e-5)


def test_the_critics_gains_stand_for_rewards_of_steps():
    episodes = by_hand(**TWO)
    assert value_gains(episodes) == pytest.approx([0.25, 0.25, -0.25, -0.25])
    # First turns gained 1/4 and -1/4, last turns have the outcome alone.
    turn_level = advantages("turn-level", group_deviation=False)
    assert turn_level == pytest.approx([0.5 + 0.25, 0.5, -0.5 - 0.25, -0.5])
    # Every step of an episode gained the same, so the worst is that, half of it at each step: sums 1/4 and -1/4, with
    # the other's sum over two steps as the baseline of each.
    expected = np.array([0.25 + 0.25, 0.125 + 0.125, -0.5, -0.25])
    assert advantages("pure") == pytest.approx(expected / expected.std(), rel=1e-4)


def test_only_methods_that_need_it_have_a_critic():
    weights = {name: learner(KUHN, advantage=name).value_weight for name in ("gae", "grpo", "pure", "turn-level")}
    assert weights == {"gae": 0.5, "grpo": 0, "pure": 0.5, "turn-level": 0.5}
    chosen = learner(KUHN, advantage="gigpo")
    before = chosen.model.critic.weight.clone()
    chosen.iterate()
    assert torch.equal(before, chosen.model.critic.weight)


@pytest.mark.parametrize("advantage", ["grpo", "gigpo", "salt", "tempo", "turn-level"])
def test_it_learns_to_beat_the_random_player(advantage):
    # More updates than that make it no better: the point is that the sign is right.
    chosen = learner(TIC_TAC_TOE, num_envs=64, advantage=advantage, learning_rate=3e-3, epochs=4, rollout=16)
    rounds = [chosen.iterate()["return"] for _ in range(12)]
    assert np.mean(rounds[-3:]) > np.mean(rounds[:3]) + 0.2


def resumed(chosen: ppo.PPO, again: ppo.PPO) -> None:
    """Both go on in the same way after a way through a file."""
    file = io.BytesIO()
    torch.save(chosen.state(), file)
    file.seek(0)
    again.restore(torch.load(file, weights_only=True))
    for _ in range(2):
        assert chosen.iterate() == again.iterate()
    for left, right in zip(chosen.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(left, right)


@pytest.mark.parametrize("kind", ["none", "spear", "arpo"])
def test_training_goes_on_exactly(kind):
    options = {"advantage": "gigpo", "self_imitation": kind, "exploration": "random-network-distillation"}
    chosen, again = (learner(TIC_TAC_TOE, **options) for _ in range(2))
    for _ in range(3):
        chosen.iterate()
    resumed(chosen, again)


@pytest.mark.parametrize("kind", ["spear", "arpo"])
def test_steps_are_what_was_played(kind, monkeypatch):
    chosen = learner(TIC_TAC_TOE, advantage="grpo", self_imitation=kind)
    actor, counts = chosen.actors[0], []
    collect = actor.collect

    def counted(steps, generator):
        episodes = collect(steps, generator)
        counts.append(len(episodes.rewards))
        return episodes

    monkeypatch.setattr(actor, "collect", counted)
    for _ in range(4):
        chosen.iterate()
    assert len(chosen.imitation.successes.kept) > 0
    assert chosen.steps == sum(counts)


def test_pools_can_be_opponents():
    chosen = learner(KUHN, advantage="grpo", self_play={"latest": 0.0, "uniform": 1.0, "every": 200})
    for _ in range(3):
        numbers = chosen.iterate()
    assert np.isfinite(numbers["elo"])
    assert chosen.pool.rating != 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"self_play\.latest = 0"):
        learner(KUHN, advantage="grpo", self_play={"latest": 1.0})
    with pytest.raises(ValueError, match="advantage of its own"):
        learner(KUHN, advantage="grpo", critic="action")
    with pytest.raises(ValueError, match=r"needs groups.*'gae' does not"):
        learner(KUHN, self_imitation="spear")
    with pytest.raises(ValueError, match=r"multiple of 8 .*each seat"):
        learner(KUHN, num_envs=12, advantage="grpo")
    with pytest.raises(ValueError, match="no piece 'colour'"):
        kept_numbers(TwoPieces, ["colour"])
    with pytest.raises(ValueError, match="All pieces"):
        kept_numbers(TwoPieces, ["page", "clock"])
    with pytest.raises(ValueError, match="no best return"):
        SelfImitation("arpo", None, type("Spec", (), {"id": "x", "returns": (0, np.inf)}), 1.0, 0)
    assert kept_numbers(TwoPieces, ["clock"]).tolist() == [True, False]


def imitation(kind: str) -> SelfImitation:
    return SelfImitation(kind, 1.0, type("Spec", (), {"id": "x", "returns": (0, 1)}), 1.0, 0)


def test_a_group_of_failures_gets_a_kept_success():
    chosen = imitation("arpo")
    lots = []

    def credit(episodes: Episodes):
        lots.append(episodes)
        return episodes

    mixed = by_hand(**TWO | {"observation": [[1, 0], [2, 0], [1, 0], [3, 0]]})  # one task; a success is kept
    chosen.decisions(mixed, credit)
    assert lots[0] is mixed
    failed = by_hand([[1, 0], [9, 9], [9, 9], [1, 0], [7, 0]], [0] * 5, [0, 0, 0, 1, 2], [0, 0, 1])
    chosen.decisions(failed, credit)
    rescued = lots[1]
    assert sorted(rescued.returns.tolist()) == [0, 0, 1]
    index = int(rescued.returns.argmax())
    assert index in (0, 1)  # the third episode is of another task
    own = rescued.episode == index
    assert rescued.observation[own].tolist() == [[1, 0], [2, 0]]
    assert rescued.rewards[own].tolist() == [0, 1]
    assert rescued.episode[-1] == 2
    assert rescued.group.tolist() == [0, 0, 1]


def test_kept_successes_are_learned_from_again():
    chosen = imitation("spear")
    parameters = ppo.Parameters(advantage="grpo", gamma=1.0)

    def credit(episodes: Episodes):
        from agora.agents.learned.groups import credited

        return credited(episodes, parameters, TwoPieces)

    rewards = [1, 0, 0, 0]
    first = by_hand([[1, 0], [1, 0], [1, 0], [1, 0]], rewards, range(4), [0] * 4)
    assert len(chosen.decisions(first, credit).advantage) == 4  # nothing was kept before
    later = chosen.decisions(first, credit)
    assert len(later.advantage) == 5  # a quarter as many episodes as were played
    # 1 against the usual 1/4, in deviations of the round's returns.
    assert float(later.advantage[4]) == pytest.approx(0.75 / np.std(rewards), rel=1e-4)
    assert float(later.target[4]) == 1
    # Once all do as well there is nothing left to learn from it: the median of the last groups' means is 1.
    perfect = by_hand([[1, 0], [1, 0]], [1, 1], range(2), [0] * 2)
    for _ in range(3):
        last = chosen.decisions(perfect, credit)
    assert len(last.advantage) == 2
