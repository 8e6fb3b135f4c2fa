"""The state of a model of stable-baselines3: everything that it needs to go on.

Nothing of a game is kept. Whenever the state is taken, and at the start, all games are dealt anew and all generators
seeded from the seed and the number of steps (``fresh_start``), killed or not: so a training that was killed and resumed
gives the same bytes as one that never was.
"""

from typing import Any

import numpy as np
import torch
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.utils import set_random_seed

from agora.agents.learned.stable_baselines.pool import Pool
from agora.agents.learned.stable_baselines.saved import Network

COUNTERS = ("num_timesteps", "_n_updates", "_episode_num", "_n_calls", "exploration_rate")  # of the algorithm
STORED = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")  # of the replay buffer


def fresh_start(model: Any, seed: int) -> None:
    """Deals all games anew and seeds every generator from ``seed`` and the steps played so far."""
    drawn = int(np.random.SeedSequence([seed, model.num_timesteps]).generate_state(1)[0])
    set_random_seed(drawn)  # stable-baselines3 draws from the global generators
    model.action_space.seed(drawn)
    model.env.seed(drawn)
    model._last_obs = model.env.reset()
    model._last_episode_starts = np.ones(model.n_envs, np.bool_)
    _cut_replay(getattr(model, "replay_buffer", None))


def _cut_replay(buffer: ReplayBuffer | None) -> None:
    """Marks the last transitions as cut, since the games that they belong to are not played on."""
    if buffer is not None and (buffer.pos or buffer.full):
        last = (buffer.pos - 1) % buffer.buffer_size
        buffer.timeouts[last] = np.where(buffer.dones[last], buffer.timeouts[last], 1)
        buffer.dones[last] = 1


def taken(model: Any, pool: Pool | None) -> dict[str, Any]:
    """Tensors and plain values."""
    _, variables = model._get_torch_save_params()
    return {
        "parameters": model.get_parameters(),
        "variables": {name: getattr(model, name).detach() for name in variables},
        "counters": {name: getattr(model, name) for name in COUNTERS if hasattr(model, name)},
        "replay": _replay(getattr(model, "replay_buffer", None)),
        "pool": {"added": pool.added, "networks": [_plain(network) for network in pool.networks]} if pool else None,
    }


def _plain(network: Network) -> dict[str, Any]:
    return {"layers": list(network.layers), "activation": network.activation, "head": network.head}


def _replay(buffer: ReplayBuffer | None) -> dict[str, Any] | None:
    """The filled rows of the replay buffer."""
    if buffer is None:
        return None
    rows = buffer.buffer_size if buffer.full else buffer.pos
    arrays = {name: torch.from_numpy(getattr(buffer, name)[:rows]) for name in STORED}
    return {"pos": buffer.pos, "full": buffer.full, "arrays": arrays}


def put_back(content: dict[str, Any], model: Any, pool: Pool | None) -> None:
    """Puts what ``taken`` gave into a model and a pool that were made with the same settings."""
    model.set_parameters(content["parameters"], exact_match=True, device=model.device)
    for name, value in content["variables"].items():
        getattr(model, name).data = value.to(model.device)
    for name, value in content["counters"].items():
        setattr(model, name, value)
    if content["replay"] is not None:
        buffer = model.replay_buffer
        for name, array in content["replay"]["arrays"].items():
            getattr(buffer, name)[: len(array)] = array.numpy()
        buffer.pos, buffer.full = content["replay"]["pos"], content["replay"]["full"]
    if pool is not None:
        stored = content["pool"]
        networks = [
            Network(tuple((weight, bias) for weight, bias in one["layers"]), one["activation"], one["head"])
            for one in stored["networks"]
        ]
        pool.restore(networks, stored["added"])
