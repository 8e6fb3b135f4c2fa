"""Networks made from an environment's ``Spec``: an encoder of the observation's pieces, heads for actions and values.

Letters as in ``agora.envs.api``; ``N`` is the number of observations, ``F`` of features, ``H`` of the memory's numbers.
Every weight is drawn by ``initialise`` from a generator that the caller gives, so a seed fixes a network.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import nn

from agora.agents.learned.settings import Network
from agora.envs.api import Spec

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": partial(nn.ReLU, inplace=True),
}  # in place: no second array to write and read
SMALL = 0.01  # scale of a policy's first weights: it begins close to uniform
LARGEST = 10.0  # of a normalised number, in deviations


class Output(NamedTuple):
    """What an ``ActorCritic`` says of N observations."""

    policy: torch.Tensor
    """(N, numbers of the distribution): logits, or means and deviations, see distributions.py."""
    value: torch.Tensor
    """(N,), or (N, A) with an action-value critic."""
    memory: torch.Tensor | None
    """(N, H) for the next decision of the same player in the same game; None without recurrence."""


def mlp(sizes: Sequence[int], activation: str, last: bool = False) -> nn.Sequential:
    """Linear layers of ``sizes`` with an activation between them, and after the last one if ``last``."""
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), ACTIVATIONS[activation]()]
    return nn.Sequential(*(layers if last else layers[:-1]))


def initialise(module: nn.Module, generator: torch.Generator, gain: float = math.sqrt(2)) -> None:
    """Draws every weight of linear and convolution layers orthogonally (Saxe et al. 2014), biases at zero.

    Args:
        gain: scale of the weights; heads of an ``ActorCritic`` have their own.
    """
    for name, part in module.named_modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            _orthogonal(part.weight, generator, getattr(part, "gain", gain))
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.GRU):
            for key, parameter in part.named_parameters():
                if key.startswith("weight"):
                    for gate in parameter.data.chunk(3):
                        _orthogonal(gate, generator, 1.0)
                else:
                    nn.init.zeros_(parameter)
        elif isinstance(part, Attention):
            _orthogonal(part.project.weight, generator, 1.0)
        elif any(True for _ in part.parameters(recurse=False)) and not isinstance(part, nn.LayerNorm | ActorCritic):
            raise TypeError(f"initialise does not know how to draw {name}: {type(part).__name__}.")


def _orthogonal(weight: torch.Tensor, generator: torch.Generator, gain: float) -> None:
    nn.init.orthogonal_(weight, gain, generator=generator)


@torch.no_grad()
def follow(slow: nn.Module, fast: nn.Module, rate: float) -> None:
    """Moves the weights of ``slow`` towards those of ``fast`` by the share ``rate`` of the way."""
    for behind, ahead in zip(slow.state_dict().values(), fast.state_dict().values(), strict=True):
        behind.lerp_(ahead, rate)


class Normaliser(nn.Module):
    """Shifts and scales observations (N, O) to mean 0 and deviation 1, by the moments of what ``learn`` was shown.

    Moments are merged batch by batch: T. Chan, G. Golub and R. LeVeque, "Algorithms for computing the sample variance",
    1983.
    """

    mean: torch.Tensor
    variance: torch.Tensor
    count: torch.Tensor

    def __init__(self, size: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("variance", torch.ones(size))
        self.register_buffer("count", torch.zeros(()))

    @torch.no_grad()
    def learn(self, observation: torch.Tensor) -> None:
        """Takes observations (N, O) into the moments."""
        mean, variance, count = observation.mean(0), observation.var(0, correction=0), len(observation)
        total = self.count + count
        shift = mean - self.mean
        within = (self.variance * self.count + variance * count) / total
        self.variance.copy_(within + shift**2 * self.count * count / total**2)
        self.mean += shift * count / total
        self.count.fill_(float(total))

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        # A number that never changes keeps deviation 0: it is shifted to 0 and not blown up.
        deviation = self.variance.sqrt()
        scale = torch.where(deviation > 1e-6, 1 / deviation.clamp(min=1e-6), torch.ones_like(deviation))
        return ((observation - self.mean) * scale).clamp(-LARGEST, LARGEST)


class Residual(nn.Module):
    """Two convolutions around which the input is added: K. He et al., "Deep residual learning", CVPR 2016."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return torch.relu(planes + self.second(torch.relu(self.first(planes))))


class Attention(nn.Module):
    """Self-attention and a hidden layer over entities (N, E, W): A. Vaswani et al., NeurIPS 2017, normalised first."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"network.width={width} cannot be split into network.heads={heads}: give a multiple.")
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.hidden = mlp([width, 2 * width, width], "relu")

    def forward(self, entities: torch.Tensor) -> torch.Tensor:
        count, rows, width = entities.shape
        parts = self.project(self.before(entities)).view(count, rows, 3, self.heads, width // self.heads)
        query, key, content = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, content)
        entities = entities + self.out(seen.transpose(1, 2).reshape(count, rows, width))
        return entities + self.hidden(self.between(entities))


class _Boards(nn.Module):
    """Planes through a convolution and residual blocks, then two channels a square: (N, F)."""

    def __init__(self, planes: int, area: int, network: Network):
        super().__init__()
        self.size = 4 * area
        self.layers = nn.Sequential(
            nn.Conv2d(planes, network.channels, 3, padding=1),
            nn.ReLU(),
            *(Residual(network.channels) for _ in range(network.blocks)),
            nn.Conv2d(network.channels, 4, 1),
            nn.ReLU(),
            nn.Flatten(),
        )

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return self.layers(planes)


class _Entities(nn.Module):
    """Rows of several tables, brought to one width, through attention: (N, F), every row in its place.

    One more row stands for all that is no entity, so that entities can be read in its light.
    """

    def __init__(self, tables: Sequence[tuple[int, int]], plain: int, network: Network):
        super().__init__()
        # A place within its table is told by a one-hot number: rows of the same content must stay apart.
        self.embeddings = nn.ModuleList(nn.Linear(features + rows, network.width) for rows, features in tables)
        self.rest = nn.Linear(max(plain, 1), network.width)
        self.layers = nn.Sequential(*(Attention(network.width, network.heads) for _ in range(network.layers)))
        self.norm = nn.LayerNorm(network.width)
        self.size = network.width * (1 + sum(rows for rows, _ in tables))

    def forward(self, tables: Sequence[torch.Tensor], plain: torch.Tensor) -> torch.Tensor:
        rows = [self.rest(plain)[:, None]]
        for table, embed in zip(tables, self.embeddings, strict=True):
            count = table.shape[1]
            place = torch.eye(count, device=table.device, dtype=table.dtype).expand(len(table), count, count)
            rows.append(embed(torch.cat([table, place], 2)))
        return self.norm(self.layers(torch.cat(rows, 1))).flatten(1)


class Encoder(nn.Module):
    """Flat observations (N, O) to features (N, ``size``), by the layout of the observation's pieces.

    Args:
        spec: of the environment.
        network: kind and sizes. ``auto`` takes what the pieces say: convolution where one is a board, attention where
            one lists entities, else a multilayer perceptron.

    Raises:
        ValueError: the kind asked for finds no piece that it could work on, or boards of several sizes.
    """

    def __init__(self, spec: Spec, network: Network):
        super().__init__()
        self.pieces = _slices(spec)
        self.kind = chosen_kind(spec, network)
        layout: Literal["board", "entities", ""] = {"convolution": "board", "attention": "entities"}.get(self.kind, "")  # type: ignore[assignment]
        self.special = [piece for piece in self.pieces if piece.layout == layout and layout]
        self.plain = [piece for piece in self.pieces if piece not in self.special]
        plain = sum(piece.stop - piece.start for piece in self.plain)
        if self.kind == "convolution":
            areas = {piece.shape[-2:] for piece in self.special}
            if len(areas) != 1:
                raise ValueError(f"network.kind='convolution' needs boards of one size; {spec.id} has {sorted(areas)}.")
            planes = sum(math.prod(piece.shape[:-2]) for piece in self.special)
            self.boards = _Boards(planes, math.prod(areas.pop()), network)
            inputs = self.boards.size + plain
        elif self.kind == "attention":
            tables = [(math.prod(piece.shape[:-1]), piece.shape[-1]) for piece in self.special]
            self.entities = _Entities(tables, plain, network)
            inputs = self.entities.size + plain
        else:
            inputs = spec.observation_size
        self.trunk = mlp([inputs, *network.hidden], network.activation, last=True)
        self.size = network.hidden[-1]
        self.mixed = network.precision == "bfloat16"

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        with torch.autocast(observation.device.type, torch.bfloat16, enabled=self.mixed):
            features = self._features(observation)
        return features.float()

    def _features(self, observation: torch.Tensor) -> torch.Tensor:
        if self.kind == "mlp":
            return self.trunk(observation)
        plain = torch.cat([observation[:, piece.start : piece.stop] for piece in self.plain] or [observation[:, :0]], 1)
        parts = [observation[:, piece.start : piece.stop] for piece in self.special]
        if self.kind == "convolution":
            area = self.special[0].shape[-2:]
            planes = torch.cat([part.view(len(part), -1, *area) for part in parts], 1)
            return self.trunk(torch.cat([self.boards(planes), plain], 1))
        tables = [part.view(len(part), -1, piece.shape[-1]) for part, piece in zip(parts, self.special, strict=True)]
        rest = plain if plain.shape[1] else plain.new_zeros(len(plain), 1)
        return self.trunk(torch.cat([self.entities(tables, rest), plain], 1))


class _Slice(NamedTuple):
    """Where a piece lies in a flat observation."""

    start: int
    stop: int
    shape: tuple[int, ...]
    layout: str


def _slices(spec: Spec) -> list[_Slice]:
    slices, start = [], 0
    for piece in spec.observation:
        stop = start + math.prod(piece.shape)
        slices.append(_Slice(start, stop, piece.shape, piece.layout))
        start = stop
    return slices


def chosen_kind(spec: Spec, network: Network) -> Literal["mlp", "convolution", "attention"]:
    """What ``network.kind`` comes to for ``spec``; ValueError if that cannot be."""
    layouts = {piece.layout for piece in spec.observation}
    if network.kind == "auto":
        return "convolution" if "board" in layouts else "attention" if "entities" in layouts else "mlp"
    needed = {"convolution": "board", "attention": "entities"}.get(network.kind)
    if needed is not None and needed not in layouts:
        raise ValueError(
            f"network.kind={network.kind!r} needs a piece of the observation laid out as {needed!r}; {spec.id} has "
            "none: choose 'mlp' or 'auto'."
        )
    return network.kind


class ActorCritic(nn.Module):
    """A policy and a critic on one encoder, with a memory between decisions if ``network.recurrent``.

    Args:
        spec: of the environment.
        network: kind and sizes.
        policy_size: numbers of the policy's distribution, see distributions.py.
        critic: ``state`` values the observation; ``action`` values the position after each action, what the
            literature calls a post-decision or action-value critic.
        normalise: whether observations pass a ``Normaliser`` first.
    """

    def __init__(
        self,
        spec: Spec,
        network: Network,
        policy_size: int,
        critic: Literal["state", "action"] = "state",
        normalise: bool = False,
    ):
        super().__init__()
        with torch.random.fork_rng(devices=[]):  # torch draws first weights from its global generator
            self.normaliser = Normaliser(spec.observation_size) if normalise else None
            self.encoder = Encoder(spec, network)
            self.memory_size = network.recurrent
            size = self.encoder.size
            if network.recurrent:
                self.gru = nn.GRU(size, network.recurrent, batch_first=True)
                size = network.recurrent
            self.policy = _head(size, policy_size, SMALL)
            self.critic = _head(size, policy_size if critic == "action" else 1, 1.0)
        self.critic_kind = critic

    def forward(self, observation: torch.Tensor, memory: torch.Tensor | None = None) -> Output:
        """Of observations (N, O) float32 and memories (N, H)."""
        features = self.features(observation)
        if self.memory_size:
            assert memory is not None, "a recurrent network needs the memories"
            features, memory = self.gru(features[:, None], memory[None].contiguous())
            features, memory = features[:, 0], memory[0]
        return self._heads(features, memory)

    def sequences(self, observation: torch.Tensor, memory: torch.Tensor) -> Output:
        """Of sequences of decisions of one player in one game each: observations (N, T, O), first memories (N, H).
        Everything comes back flat, (N T, ...)."""
        count, length = observation.shape[:2]
        features = self.features(observation.flatten(0, 1)).view(count, length, -1)
        features, memory = self.gru(features, memory[None].contiguous())
        return self._heads(features.flatten(0, 1), memory[0])

    def features(self, observation: torch.Tensor) -> torch.Tensor:
        return self.encoder(observation if self.normaliser is None else self.normaliser(observation))

    def _heads(self, features: torch.Tensor, memory: torch.Tensor | None) -> Output:
        value = self.critic(features)
        return Output(self.policy(features), value if self.critic_kind == "action" else value[:, 0], memory)


def _head(inputs: int, outputs: int, gain: float) -> nn.Linear:
    head = nn.Linear(inputs, outputs)
    head.gain = gain  # type: ignore[assignment]  # for initialise
    return head
