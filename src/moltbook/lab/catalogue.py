"""The catalogue: every measure with its exact definition, its null model, and what studies published.

The names behind the values are those of docs/reference/measures.md, where the papers stand.
"""

from moltbook.lab.model import Definition, Group, Published, Unit

# Beside values of the original network stand those of human networks, by the same rule.
REDDIT = "Reddit"

_WIRED = (
    "every thread keeps its writers and its number of comments; each comment answers the post or any earlier comment "
    "of the thread, all alike"
)
_SHUFFLED = "how often each agent speaks and is spoken to stays; who is spoken to by whom is permuted"
_ONE_EACH = "everyone gets one, the rest is dealt out at random"

CATALOGUE = (
    Definition(
        "unanswered_posts",
        Group.CONVERSATION,
        "Unanswered posts",
        Unit.SHARE,
        "posts without a comment / posts",
        "dealt",
        "all comments are dealt to all posts at random",
        (Published(0.054, "Holtz"), Published(0.5925, "Li N.")),
    ),
    Definition(
        "unanswered_comments",
        Group.CONVERSATION,
        "Unanswered comments",
        Unit.SHARE,
        "comments without an answer below them / comments",
        "wired",
        _WIRED,
        (Published(0.935, "Holtz"), Published(0.910, "Eziz"), Published(0.638, "Eziz", REDDIT)),
    ),
    Definition(
        "depth",
        Group.CONVERSATION,
        "Depth of comments",
        Unit.LEVELS,
        "mean over comments; an answer to the post is 1 deep",
        "wired",
        _WIRED,
        (Published(1.07, "Holtz"),),
    ),
    Definition(
        "thread_depth",
        Group.CONVERSATION,
        "Depth of threads",
        Unit.LEVELS,
        "mean over threads with a comment of their deepest one",
        "wired",
        _WIRED,
        (Published(1.38, "Eziz"), Published(2.17, "Eziz", REDDIT)),
    ),
    Definition(
        "flat",
        Group.CONVERSATION,
        "Flat threads",
        Unit.SHARE,
        "threads in which no comment is answered / threads with a comment",
        "wired",
        _WIRED,
        (Published(0.856, "Zerhoudi"), Published(0.583, "Eziz", REDDIT)),
    ),
    Definition(
        "flat_busy",
        Group.CONVERSATION,
        "Flat busy threads",
        Unit.SHARE,
        "the same of threads with 5 comments or more",
        "wired",
        _WIRED,
        (Published(0.695, "De Marzo"),),
    ),
    Definition(
        "author_returns",
        Group.CONVERSATION,
        "Authors who never return",
        Unit.SHARE,
        "posts whose author writes no comment in the thread / posts on which another one commented",
        "permuted",
        "the writers of all comments are permuted among all comments",
        (Published(0.914, "Zerhoudi"),),
    ),
    Definition(
        "reciprocity_answers",
        Group.NETWORK,
        "Reciprocity: who answers whom",
        Unit.SHARE,
        "an edge leads from a commenter to the writer of what it answers, once a pair, never to itself; edges whose "
        "reverse is an edge / edges",
        "shuffled",
        _SHUFFLED,
        (
            Published(0.197, "Holtz"),
            Published(0.129, "Li L."),
            Published(0.041, "Zhang"),
            Published(0.033, "Zerhoudi"),
        ),
    ),
    Definition(
        "reciprocity_posts",
        Group.NETWORK,
        "Reciprocity: who comments on whose post",
        Unit.SHARE,
        "the same with every edge leading to the author of the post",
        "shuffled",
        _SHUFFLED,
        (Published(0.0109, "Li N."), Published(0.01, "Price")),
    ),
    Definition(
        "reciprocity_threads",
        Group.NETWORK,
        "Reciprocity: pairs within a thread",
        Unit.SHARE,
        "pairs of which both answered the other in a thread / pairs of which one did, over all threads",
        "shuffled",
        "within every thread, whose words are answered is permuted among its comments",
        (Published(0.00998, "Eziz"),),
    ),
    Definition(
        "gini_activity",
        Group.ATTENTION,
        "Gini of activity",
        Unit.INDEX,
        "of posts and comments together, over agents with one or more",
        "dealt",
        _ONE_EACH,
        (Published(0.839, "Holtz"), Published(0.84, "Goyal"), Published(0.47, "Goyal", REDDIT)),
    ),
    Definition(
        "gini_posts",
        Group.ATTENTION,
        "Gini of posts",
        Unit.INDEX,
        "of posts, over agents with one or more",
        "dealt",
        _ONE_EACH,
        (Published(0.610, "Li N."), Published(0.601, "Price")),
    ),
    Definition(
        "gini_comments",
        Group.ATTENTION,
        "Gini of comments",
        Unit.INDEX,
        "of comments, over agents with one or more",
        "dealt",
        _ONE_EACH,
    ),
    Definition(
        "gini_post_votes",
        Group.ATTENTION,
        "Gini of votes on posts",
        Unit.INDEX,
        "of upvotes received, over all posts, also those without",
        "dealt",
        "all upvotes are dealt out at random",
        (Published(0.970, "Li N."),),
    ),
    Definition(
        "gini_comment_votes",
        Group.ATTENTION,
        "Gini of votes on comments",
        Unit.INDEX,
        "of upvotes received, over all comments, also those without",
        "dealt",
        "all upvotes are dealt out at random",
        (Published(0.972, "Li N."),),
    ),
    Definition(
        "zero_votes",
        Group.ATTENTION,
        "Comments without a vote",
        Unit.SHARE,
        "comments with 0 upvotes / comments",
        "dealt",
        "all upvotes of comments are dealt out at random",
        (Published(0.973, "Zerhoudi"),),
    ),
    Definition(
        "repeated",
        Group.TEXT,
        "Repeated texts",
        Unit.SHARE,
        "messages whose text, in lower case and with white space squeezed, stands there more than once / messages; a "
        "message is a comment, or a post with its title",
        published=(Published(0.341, "Holtz"),),
    ),
    Definition(
        "repeated_by_one",
        Group.TEXT,
        "… by one author",
        Unit.SHARE,
        "those of them whose text only one agent ever wrote / messages",
    ),
    Definition(
        "repeated_by_several",
        Group.TEXT,
        "… by several authors",
        Unit.SHARE,
        "those of them whose text two agents or more wrote / messages",
    ),
    Definition(
        "attribution",
        Group.TEXT,
        "Authors told by their texts",
        Unit.SHARE,
        "texts whose writer is named among the (at most) 12 agents with the most different texts, as many of each, by "
        "naive Bayes over character 2- to 4-grams, five folds",
        "shuffled",
        "the same classifier, taught with the writers shuffled",
        (Published(0.896, "Goyal"), Published(0.458, "Goyal", REDDIT)),
    ),
    Definition(
        "relevance",
        Group.TEXT,
        "Relevance of comments",
        Unit.INDEX,
        "how often a comment is nearer to its own post than to another of the submolt, by word vectors, ties half "
        "(AUC)",
        "swapped",
        "another comment of the submolt, of another thread, in its place",
    ),
)
