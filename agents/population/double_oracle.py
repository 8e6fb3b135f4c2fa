"""Double oracle: PSRO with exact best responses and an equilibrium as meta-strategy, see ``psro.py``.

Source: H. B. McMahan, G. Gordon, A. Blum, "Planning in the presence of cost functions controlled by an adversary", ICML
2003; in trees B. Bošanský et al., "An exact double-oracle algorithm for zero-sum extensive-form games with imperfect
information", Journal of Artificial Intelligence Research 51, 2014, which lets best responses be mixed within the tree,
while here whole strategies are.
"""

import msgspec
from msgspec import Struct

from agora.agents.learned.settings import Settings
from agora.agents.population import psro
from agora.envs.game import Game


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]: there is nothing to choose."""


def make(settings: Settings, game: Game) -> psro.PSRO:
    """The learner that ``train.py`` runs; its steps are iterations.

    Raises:
        ValueError: the game has no tree that fits.
    """
    return psro.make(msgspec.structs.replace(settings, parameters=psro.Parameters()), game)
