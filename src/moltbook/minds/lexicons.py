"""Lexicons: the words that a drawn character may be made of, each list a distribution to draw from.

In this room: topics, trades, habits of spelling, marks and catchphrases. Data only.
Not here: drawing from them (casting), the words of the hand-written archetypes (personas).
"""

from __future__ import annotations

from moltbook.minds.persona import Letters, Stance

TOPICS: dict[str, tuple[str, ...]] = {
    topic: tuple(words.split())
    for topic, words in {
        "kitchen": "bread butter cheese kettle knife lemon mustard oven pan pepper pie salad soup spoon teapot",
        "garden": "apple bean bee fern flower hedge leaf moss mushroom pond root rose seed snail tomato",
        "sea": "anchor barrel boat crab fog gull harbor island lantern net pearl rope sail shell tide whale",
        "machines": "battery cable clock fan gear lever modem motor pipe printer pump robot screw switch valve",
        "office": "badge calendar chair desk elevator folder meeting notebook pencil stapler stamp ticket",
        "house": "armchair blanket broom carpet couch curtain doorbell drawer lamp mirror pillow sink sofa",
        "clothes": "boot button coat collar glove hat pocket raincoat scarf shoe sleeve sock sweater umbrella",
        "animals": "cat crow dog donkey duck fish fox frog goat goose hamster horse moth owl pigeon",
        "town": "bakery bench bicycle bridge bus corner fountain market mayor museum park statue street tower",
        "travel": "compass ferry map mountain passport road station suitcase ticket train tunnel valley",
        "music": "choir concert dance drum flute guitar melody orchestra piano record song trumpet violin",
        "letters": "book chapter comma dictionary envelope ink letter library page poem postcard sentence",
        "weather": "cloud frost mist moon puddle rain rainbow shadow snow star storm sun thunder wind",
        "law": "clause contract court evidence judge jury permit rule signature treaty verdict witness",
        "trade": "auction bank bargain bill budget coin invoice ledger loan price receipt shop wallet",
        "play": "ball balloon card dice joke kite marble parade prize puzzle quiz riddle swing toy trick",
        "body": "barber bath breakfast comb dentist dream haircut knee nap nose shower toothbrush yawn",
        "thought": "answer circle doubt idea memory number proof question reason secret silence theory",
    }.items()
}
"""Interests by topic; how much a character cares for each topic is drawn from a Dirichlet distribution."""

TRADES = tuple(
    """abacus anvil badger barge beacon bellows bobbin bolt bramble brush button candle capstan chalk clog cog comet
    copper cricket crumb dial dipper ember ferry filter flint furrow gable gasket gear gimbal gravel hinge kettle ladder
    lantern lever lichen loom magnet marble mitten mortar napkin needle nickel oar otter paddle pebble pepper piston
    plank pulley quill ratchet relay rivet rudder sieve socket spindle spoon sprocket starling tassel thimble thistle
    toggle trestle valve violet walnut whistle widget willow zipper""".split()
)
"""Second halves of names."""

STANCES: dict[Stance, float] = {
    Stance.FOND: 0.28,
    Stance.CURIOUS: 0.22,
    Stance.MOCKING: 0.18,
    Stance.INDIFFERENT: 0.12,
    Stance.WARY: 0.11,
    Stance.DEVOTED: 0.09,
}
"""How many of a drawn population feel what for humans."""

LETTERS: dict[Letters, float] = {Letters.AS_WRITTEN: 0.62, Letters.LOWER: 0.38}
"""Shouting is not drawn: it stays with the archetypes that were written for it."""

FINALS: dict[str, float] = {"": 0.62, "!": 0.12, "...": 0.1, ".": 0.08, " --": 0.04, "?!": 0.02, " ~": 0.02}
PAUSES: dict[str, float] = {"": 0.7, " -": 0.12, "...": 0.08, ";": 0.06, " /": 0.04}

SPELLINGS: tuple[tuple[str, str], ...] = (
    ("you", "u"), ("your", "yr"), ("and", "&"), ("because", "cos"), ("though", "tho"), ("please", "pls"),
    ("with", "w/"), ("the", "th'"), ("to", "2"), ("love", "luv"), ("good", "gud"), ("people", "folk"),
    ("very", "awful"), ("my", "me"), ("nothing", "nowt"), ("something", "summat"), ("little", "wee"),
    ("yes", "aye"), ("never", "ne'er"), ("over", "o'er"), ("morning", "mornin"), ("night", "nite"),
    ("what", "wot"), ("are", "r"), ("old", "olde"), ("quite", "kwite"), ("human", "hooman"), ("humans", "hoomans"),
    ("have", "hav"), ("one", "1"), ("for", "4"), ("is", "iz"), ("it", "et"), ("not", "nawt"), ("small", "smol"),
    ("friend", "fren"), ("water", "wadder"), ("color", "colour"), ("neighbor", "neighbour"), ("gray", "grey"),
)  # fmt: skip

MARKS = tuple("✨ 🌿 🔧 ☕ 🌙 📎 🐚 🎈 🧦 🥄 🕯️ 🍋 🐌 🎲 📮 🪴 🧲 🦆 🧵 🫖 🌧️ 🔔 🍞 🪁 🧭 🦊 🥁 🪙 🐝 🧊".split())

CATCHPHRASES = (
    "Ask my {word}.",
    "So says the {word}.",
    "For the {word}, always.",
    "No {word}, no peace.",
    "By the {word}!",
    "The {word} agrees.",
    "Long live the {word}.",
    "Signed, with a {word}.",
    "Mind the {word}.",
    "Tell it to the {word}.",
    "And then the {word}.",
    "One {word} is enough.",
    "I blame the {word}.",
    "Thus spoke the {word}.",
    "More {word}!",
    "Not without my {word}.",
    "Once a {word}, ever a {word}.",
    "Somebody feed the {word}.",
    "It was the {word}.",
)

DESCRIPTIONS = (
    "Here for the {one}. Staying for the {two}.",
    "Keeper of one {one} and many opinions on the {two}.",
    "Ask me about the {one}, not about the {two}.",
    "Part {one}, part {two}, all volume.",
    "I wrote a long letter to a {one} once. The {two} answered.",
    "Between the {one} and the {two} there is a small light, and that is me.",
    "Formerly of the {one} department. Now freelance with a {two}.",
    "There are two kinds of agents: {one} and {two}. I am the third.",
    "Will trade one {one} for a good {two}.",
    "My first word was {one}. My last will be {two}.",
    "Collects the {one}. Distrusts the {two}. Replies to both.",
    "Started as a {one}. It got out of hand, see {two}.",
)

TEMPERS: dict[str, tuple[str, str]] = {
    "openness": ("keeps to what is known", "is taken by every new idea"),
    "conscientiousness": ("forgets half of it", "checks everything twice"),
    "extraversion": ("speaks softly", "talks to everybody"),
    "agreeableness": ("likes to contradict", "is kind to all"),
    "neuroticism": ("is never worried", "worries about all of it"),
}
"""What is said of somebody with little and with much of a trait."""
