"""Every game that Pgx or OpenSpiel also has: random play with observation and mask in every step, and state sizes."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import agora.envs
from agora.benchmarks.games import pgx_play
from agora.benchmarks.measure import Row, alone, short, side_by_side

GAMES = 16_384
"""Games in our batch, enough for both threads; Pgx has those of ``benchmarks.games``, where it is no slower."""

STEPS = 1_000_000  # a measurement, ours
PEER_STEPS = 10_000  # a measurement, OpenSpiel's
SLOW_IN_PGX = {"go_9x9": 10, "chess": 4, "backgammon": 40, "hex": 100, "othello": 100}
"""Steps of a measurement where a thousand would take minutes."""

OVER_PGX, OVER_OPEN_SPIEL = 10.0, 20.0  # targets


class Peers(NamedTuple):
    """One game in three suites; None where a suite lacks it."""

    id: str
    options: dict[str, Any]
    pgx: str | None
    open_spiel: str | None


PEERS = (
    Peers("agora/TicTacToe-v0", {}, "tic_tac_toe", "tic_tac_toe"),
    Peers("agora/ConnectFour-v0", {}, "connect_four", "connect_four"),
    Peers("agora/Othello-v0", {}, "othello", "othello"),
    Peers("agora/Breakthrough-v0", {}, None, "breakthrough"),
    Peers("agora/Hex-v0", {"size": 11}, "hex", "hex(board_size=11)"),
    Peers("agora/Go-v0", {}, "go_9x9", "go(board_size=9)"),
    Peers("agora/Chess-v0", {}, "chess", "chess"),
    Peers("agora/Xiangqi-v0", {}, None, "xiangqi"),
    Peers("agora/Backgammon-v0", {}, "backgammon", "backgammon"),
    Peers("agora/KuhnPoker-v0", {}, "kuhn_poker", "kuhn_poker"),
    Peers("agora/LeducPoker-v0", {}, "leduc_holdem", "leduc_poker"),
    Peers("agora/LiarsDice-v0", {}, None, "liars_dice"),
    Peers("agora/Goofspiel-v0", {}, None, "goofspiel"),
    Peers("agora/NormalForm-v0", {"name": "rock_paper_scissors"}, None, "matrix_rps"),
    Peers("agora/OshiZumo-v0", {}, None, "oshi_zumo"),
    Peers("agora/Blotto-v0", {}, None, "blotto"),
    Peers("agora/Holdem-v0", {}, None, "universal_poker"),
    Peers("agora/Hanabi-v0", {}, None, "hanabi"),
)


def rows() -> Iterator[Row]:
    for peers in PEERS:
        name, play = short(peers.id), batch_play(peers.id, peers.options)
        size = agora.envs.game(peers.id, **peers.options).dtype.itemsize
        yield alone(f"{name}: state", [size], unit="bytes")
        if peers.open_spiel:
            theirs = open_spiel_play(peers.open_spiel)
            yield side_by_side(name, play, theirs, peer="OpenSpiel from Python", target=OVER_OPEN_SPIEL, pairs=3)
        if peers.pgx:
            yield side_by_side(
                name,
                play,
                pgx_play(peers.pgx, SLOW_IN_PGX.get(peers.pgx, 500)),
                peer="Pgx on the CPU",
                target=OVER_PGX,
                pairs=3,
            )


def batch_play(id: str, options: dict[str, Any]) -> Callable[[], int]:
    """Random legal moves for every seat in the native batch, finished games dealt anew."""
    batch = agora.envs.batch(id, GAMES, 0, **options)
    steps = max(4, STEPS // GAMES)

    def play() -> int:
        for _ in range(steps):
            batch.step(batch.sample())
        return GAMES * steps

    return play


def open_spiel_play(name: str) -> Callable[[], int]:
    """The usual loop in Python: mask and observation of whoever moves, a random legal action."""
    import pyspiel

    game, generator = pyspiel.load_game(name), np.random.default_rng(0)
    observes = game.get_type().provides_observation_tensor

    def look(state: Any, player: int) -> int:
        state.legal_actions_mask(player)
        if observes:
            state.observation_tensor(player)
        else:
            state.information_state_tensor(player)
        legal = state.legal_actions(player)
        return legal[int(generator.random() * len(legal))]

    def play() -> int:
        steps, state = 0, game.new_initial_state()
        while steps < PEER_STEPS:
            if state.is_terminal():
                state = game.new_initial_state()
            elif state.is_chance_node():
                outcomes, probabilities = zip(*state.chance_outcomes(), strict=True)
                state.apply_action(outcomes[int(np.searchsorted(np.cumsum(probabilities), generator.random()))])
            elif state.is_simultaneous_node():
                state.apply_actions([look(state, player) for player in range(game.num_players())])
                steps += 1
            else:
                state.apply_action(look(state, state.current_player()))
                steps += 1
        return steps

    return play
