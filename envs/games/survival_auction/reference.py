"""The survival auction: what is known of it."""

from agora.envs.api import Known, Reference
from agora.envs.games.playouts import play_uniformly
from agora.envs.games.survival_auction.rules import World

GAMES = 20_000  # played at random

_TWO = {"residents": 2, "days": 1, "salary": 1, "health": 1, "max_health": 1}
KNOWN = (
    # Each bids 0 or 1; who bids more lives, and with equal bids both die.
    Known("uniform play", 1 / 4, "worked by hand", "return_uniform", options=_TWO, tolerance=1e-12),
    Known("NashConv of uniform play", 1 / 2, "worked by hand", "nash_conv_uniform", options=_TWO, tolerance=1e-12),
)


def reference(world: World) -> Reference:
    played = play_uniformly("agora/SurvivalAuction-v0", world._asdict(), GAMES)
    mean = sum(played.returns) / world.residents  # seats differ in nothing
    source = f"nobody lives longer than all days. random: {played.how}"
    return Reference((mean,) * world.residents, (float(world.days),) * world.residents, "bound", source)


def metrics(world: World, state) -> dict[str, float]:
    """``survivors``, how many are alive at the end, and ``money_left``, the mean of what they did not spend."""
    alive = state.health > 0
    return {
        "survivors": float(alive.sum()),
        "money_left": float(state.money[alive].mean()) if alive.any() else 0.0,
    }
