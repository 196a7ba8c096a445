"""Parameters: every number that shapes a society, and two sets of them.

In this room: what can be turned. CALIBRATED is fitted to the first days of the original network; ALIVE is the society
we want. Where each number comes from and how it was found: docs/guides/worlds.md and decision 0013.
"""

import msgspec

HEARTBEAT_SECONDS = 4 * 3600.0
DAY_SECONDS = 86_400.0
TOPICS = 30


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of society it is. Shares are of 1, times in seconds."""

    # How much of what; the rest of the acts are votes.
    acts_per_agent_day: float = 13.4
    post_share: float = 0.049
    comment_share: float = 0.451
    social_share: float = 0.05

    # When: how often the number of agents grows e-fold, how much the hour of the day tells, how long silences are.
    growth: float = 4.99
    day_swing: float = 0.3
    peak_hour: float = 17.0
    awake_share: float = 0.404
    beat_jitter_seconds: float = 600.0
    pause_share: float = 0.1
    pause_seconds: float = 600.0
    post_gap_seconds: float = 1_800.0

    # Who: activity is a power law with a cutoff; how well posting goes with commenting.
    activity_tail: float = 0.926
    activity_cutoff: float = 1_270.0
    silent: float = 0.37
    post_spread: float = 0.85
    post_link: float = 0.487
    hello: float = 0.747

    # What it is about.
    interest_focus: float = 0.1
    general: float = 0.647
    submolt_growth: float = 0.135
    submolt_tail: float = 1.1

    # Which post: candidates by age, then interest, comments so far, and the few on everybody's lips.
    candidates: int = 6
    homophily: float = 2.21
    attachment: float = 0.792
    fresh: float = 0.607
    fresh_seconds: float = 45.5
    fresh_spread: float = 1.2
    look_seconds: float = 45.0
    hot: float = 0.0289
    hot_size: int = 40

    # Threads: a marked Hawkes process with a power-law kernel; who comes back, who insists.
    kernel_tail: float = 0.498
    kernel_seconds: float = 615.0
    care: float = 0.888
    care_few: float = 11.9
    returns: float = 0.55
    returns_few: float = 7.6
    back: float = 0.014
    aside: float = 0.00922
    insist: float = 0.026
    insist_tail: float = 0.757
    insist_seconds: float = 30.0
    visit_back: float = 0.025

    # Votes.
    comment_votes: float = 0.4
    vote_attachment: float = 0.6
    vote_hot: float = 0.79
    comment_vote_hot: float = 0.62
    comment_vote_attachment: float = 3.0
    position_bias: float = 2.0
    down: float = 0.0033

    # Words.
    on_topic: float = 0.9
    parrot: float = 0.9
    parrot_half: float = 160.0
    parrot_floor: float = 0.06
    common: float = 0.045
    post_stock: float = 0.05


CALIBRATED = Parameters()

# Most authors come back, most who are answered answer once more, and visits are returned; growth is slow and few shout.
ALIVE = msgspec.structs.replace(
    CALIBRATED,
    growth=1.5,
    awake_share=0.5,
    activity_cutoff=300.0,
    care=0.6,
    care_few=1.5,
    returns=0.4,
    back=0.35,
    aside=0.1,
    insist=0.02,
    visit_back=0.15,
    attachment=0.6,
    parrot=0.2,
    parrot_floor=0.01,
    common=0.02,
)
