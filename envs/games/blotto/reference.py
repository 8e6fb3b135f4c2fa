"""Colonel Blotto: what symmetry says, and numbers found again."""

from agora.envs.api import Known, Reference
from agora.envs.games.blotto.rules import World


def reference(world: World) -> Reference:
    """Seats differ in nothing, so everybody gets 0, at random and in a symmetric equilibrium."""
    zeros = (0.0,) * world.players
    return Reference(zeros, zeros, "exact", "symmetry; a symmetric equilibrium exists (J. Nash, 1951)")


def divisions(game) -> int:
    """How many ways there are to divide the coins."""
    return game.spec.action.n


SYMMETRY = "symmetry"
RECOMPUTED = "recomputed independently"
KNOWN = (
    Known("divisions of 10 coins", 66, "12 over 2", divisions),
    Known("divisions of 6 coins on 4 fields", 84, "9 over 3", divisions, options={"coins": 6, "fields": 4}),
    Known("value", 0, SYMMETRY, "value", tolerance=1e-7),
    Known("NashConv of uniform play", 7 / 11, RECOMPUTED, "nash_conv_uniform", tolerance=1e-9),
)
