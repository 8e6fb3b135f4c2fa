"""What stands below tables: what ranks, what intervals cover, how games were played."""

from agora.leaderboard.log.records import Contest
from agora.leaderboard.numbers import statistics


def rank_rule(score: str) -> str:
    by = {"rating": "rating", "payoff": "mean payoff", "mean": "mean return"}[score]
    return f"Ranked by {by}: a rank is 1 plus the number of agents whose interval lies wholly above, so ties share it."


def deal_count(contest: Contest) -> str:
    """``1,000 deals``, or ``50 evaluation seeds`` where one plays alone."""
    kind = "deal" if contest.players > 1 else "evaluation seed"
    return f"{contest.deals:,} {kind}{'s' if contest.deals != 1 else ''}"


def interval_rule(contest: Contest, brief: bool = False) -> str:
    """What the intervals cover; ``brief`` below the tables that follow the first."""
    rule = f"Brackets: {100 * statistics.CONFIDENCE:.0f} % percentile bootstrap over {deal_count(contest)}"
    if brief:
        return f"{rule}, as above."
    unit = "a deal with all its seatings and lineups is one unit" if contest.players > 1 else "the same for all agents"
    return (
        f"{rule} ({unit}; {statistics.REPLICATES:,} resamples). They cover the luck of the deals and of the agents' "
        "own draws, not that of training: a learned agent is one checkpoint. Shares are drawn with half a unit more "
        "on either side, since ten of ten is no certainty. "
        f"n/a: fewer than {statistics.FEWEST} units; †: fewer than {statistics.FEW}, likely too narrow."
    )


def shown_rule(shown: int, everybody: int) -> str:
    """How many agents are in a table of pairs; empty where that is everybody."""
    return "" if shown == everybody else f"The first {shown} of {everybody:,} agents by rank. "


def games_rule(contest: Contest) -> str:
    if contest.players == 1:
        return "A forfeit (an illegal action, a crash, a garbled answer) gets the worst return."
    schedule = {
        "round-robin": "Every lineup plays the same deals",
        "swiss": "Swiss system: in each round agents of about equal points meet, on the same deals",
        "adaptive": "Adaptive schedule: agents that cannot be told apart meet again, which is why payoffs do not rank",
    }[contest.schedule]
    return (
        f"{schedule}; each deal is played from balanced seats. "
        "Who forfeits (by an illegal action, a crash, a garbled answer) gets the worst return."
    )
