"""Batch, single, vector, AEC and Parallel show the same game, byte for byte."""

import numpy as np
from gymnasium.vector import AutoresetMode

import agora.envs
from support import hashed_actions, rows

STEPS = 40
SEED = 11


def traced(observation, rewards, terminated, truncated):
    return observation.tobytes(), np.asarray(rewards, float).tobytes(), bool(terminated), bool(truncated)


def play_batch(id, decisions=STEPS):
    """One game by the batch: what the mover sees, then what the step brings to everybody."""
    batch = agora.envs.batch(id, 1, SEED, autoreset="disabled")
    spec, trace = batch.spec, []
    for _ in range(decisions):
        observation, legal = rows(batch)
        seen = observation.copy()
        batch.step(hashed_actions(spec, seen, legal))
        trace.append(traced(seen, batch.rewards[0], batch.terminated[0], batch.truncated[0]))
        if batch.ended[0]:
            break
    return trace


def test_aec_agrees_with_batch(id):
    env = agora.envs.aec(id)
    env.reset(seed=SEED)
    spec, trace = env.game.spec, []
    together = spec.players if spec.turns == "simultaneous" else 1
    for _ in range(STEPS):
        seen = []
        for _ in range(together):
            shown = env.observe(env.agent_selection)
            mask = shown.get("action_mask", np.zeros(0))
            seen.append(shown["observation"])
            env.step(hashed_actions(spec, shown["observation"][None], mask[None])[0])
        agents = env.possible_agents
        ended = env.terminations[agents[0]], env.truncations[agents[0]]
        trace.append(traced(np.stack(seen), [env.rewards[agent] for agent in agents], *ended))
        if any(ended):
            break
    assert trace == play_batch(id)


def test_parallel_agrees_with_batch(id):
    env = agora.envs.parallel(id)
    shown, infos = env.reset(seed=SEED)
    spec, trace = env.game.spec, []
    for _ in range(STEPS):
        agents = env.agents
        movers = [agent for agent in agents if infos[agent]["moves"]]
        seen = np.stack([shown[agent]["observation"] for agent in movers])
        masks = np.stack([shown[agent].get("action_mask", np.zeros(0)) for agent in movers])
        actions = dict.fromkeys(agents, 0) | dict(zip(movers, hashed_actions(spec, seen, masks), strict=True))
        shown, rewards, terminated, truncated, infos = env.step(actions)
        ended = terminated[agents[0]], truncated[agents[0]]
        trace.append(traced(seen, list(rewards.values()), *ended))
        if any(ended):
            break
    assert trace == play_batch(id)


def test_single_agrees_with_batch(id):
    """The caller's seat plays like everybody else, so the returns of the seat must be those of the batch."""
    spec = agora.envs.spec(id)
    expected = play_batch(id, decisions=spec.max_steps)
    for seat in range(spec.players):
        env = agora.envs.single(id, seat=seat, opponent=lambda *seen: hashed_actions(spec, *seen))
        observation, info = env.reset(seed=SEED)
        total, ended, steps = 0.0, False, 0
        while not ended and steps < STEPS:
            mask = info.get("action_mask", np.zeros(0))
            action = hashed_actions(spec, observation[None], mask[None])[0]
            observation, reward, terminated, truncated, info = env.step(action)
            total, ended, steps = total + reward, terminated or truncated, steps + 1
        if ended:
            assert total == sum(np.frombuffer(rewards)[seat] for _, rewards, _, _ in expected)
            assert (terminated, truncated) == expected[-1][2:]


def test_vector_agrees_with_single(id):
    """Lane i is the single environment with seed + i; the opening of the next episode comes with the autoreset."""
    spec = agora.envs.spec(id)
    for mode in (AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP):
        vector = agora.envs.vector(id, 3, autoreset_mode=mode)
        singles = [agora.envs.single(id) for _ in range(3)]
        observation, info = vector.reset(seed=SEED)
        shown = [env.reset(seed=SEED + lane) for lane, env in enumerate(singles)]
        due = np.zeros(3, bool)
        for _ in range(STEPS):
            masks = info.get("action_mask", np.zeros((3, 0)))
            assert observation.tobytes() == np.stack([seen for seen, _ in shown]).tobytes()
            assert masks.tobytes() == np.stack([known.get("action_mask", np.zeros(0)) for _, known in shown]).tobytes()
            actions = hashed_actions(spec, observation, masks)
            observation, rewards, terminated, truncated, info = vector.step(actions)
            for lane, env in enumerate(singles):
                if due[lane]:
                    shown[lane], reward, ended = env.reset(), 0.0, (False, False)
                else:
                    seen, reward, *ended, known = env.step(actions[lane])
                    shown[lane] = seen, known
                assert (reward, tuple(ended)) == (rewards[lane], (terminated[lane], truncated[lane]))
                if mode is AutoresetMode.SAME_STEP and any(ended):
                    assert info["final_obs"][lane].tobytes() == shown[lane][0].tobytes()
                    shown[lane] = env.reset()
            due = (terminated | truncated) & (mode is AutoresetMode.NEXT_STEP)
