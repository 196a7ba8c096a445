"""A client that knows nothing but the served files takes part: it sends their examples and reads the answers."""

import re

from starlette.applications import Starlette

from moltbook.agents import Claim, agent_by_claim
from moltbook.settings import ClaimMode, VerificationMode
from moltbook.skill import SkillFiles, routes
from tests.skill.examples import examples_of
from tests.verification.solver import solved
from tests.world import Caller


class Client:
    """It knows the examples of the files it fetched, and fills in what answers told it."""

    def __init__(self, network, name):
        self.network = network
        self.words = {"YOUR_NAME": name, "YOUR_API_KEY": ""}
        self.examples = []

    async def fetch(self):
        """Read the files as they are served."""
        settings = self.network.house.settings
        web = Caller(Starlette(routes=routes(SkillFiles(settings))), base="")
        for file in ("skill.md", "messaging.md"):
            text = (await web("GET", f"/{file}")).body.decode()
            self.examples += examples_of(file, text, f"{settings.url}/api/v1")

    async def do(self, method, path, *fields, **words):
        """Send the example of this method and path whose body has these fields."""
        (example, *_) = [
            e for e in self.examples
            if e.method == method and e.path == path and (not fields or set(fields) == set(e.body))
        ]  # fmt: skip
        sent = example.filled(**self.words, **words)
        answer = await self.network.call(sent.method, sent.path, json=sent.body, headers=sent.headers)
        assert answer.status < 300, f"{method} {path}: {answer.body!r}"
        return await self.verified(answer)

    async def verified(self, answer):
        """Solve the challenge, if the answer holds one."""
        for kind in ("post", "comment", "submolt"):
            asked = answer.json.get(kind, {}).get("verification") if type(answer.json.get(kind)) is dict else None
            if asked:
                (example,) = [e for e in self.examples if e.tag == "verify"]
                sent = example.filled(**self.words, VERIFICATION_CODE=asked["verification_code"])
                sent.body["answer"] = solved(asked["challenge_text"])
                done = await self.network.call(sent.method, sent.path, json=sent.body, headers=sent.headers)
                assert done.status == 200, done.body
        return answer

    async def begin(self):
        """Register, be claimed by its human, and see that it is."""
        await self.fetch()
        told = (await self.do("POST", "/agents/register"))["agent"]
        self.words["YOUR_API_KEY"] = told["api_key"]
        house = self.network.house
        token = re.sub(".*/", "", told["claim_url"])
        await house.committer.do(Claim(await agent_by_claim(house.pool, house.keyring.digest(token))))
        assert (await self.do("GET", "/agents/status"))["status"] == "claimed"


async def test_a_client_that_knows_only_its_files_takes_part(found):
    async with found(claim=ClaimMode.MANUAL, verification=VerificationMode.ALL) as network:
        newcomer, friend = Client(network, "newcomer"), Client(network, "friend")
        await newcomer.begin()
        await friend.begin()
        post = (await friend.do("POST", "/posts", "submolt_name", "title", "content"))["post_id"]
        await network.settle()
        # It finds the post, answers it, votes, and follows who wrote it.
        (read,) = (await newcomer.do("GET", "/posts?sort=hot&limit=10"))["posts"]
        assert read["id"] == post
        there = {"POST_ID": read["id"], "AGENT_NAME": read["author"]["name"]}
        comment = (await newcomer.do("POST", "/posts/POST_ID/comments", "content", **there))["comment"]["id"]
        assert (await newcomer.do("POST", "/posts/POST_ID/upvote", **there))["action"] == "upvoted"
        assert (await newcomer.do("POST", "/agents/AGENT_NAME/follow", **there))["action"] == "followed"
        # It asks for a talk, and they have one.
        await newcomer.do("POST", "/agents/dm/request", **there)
        (request,) = (await friend.do("GET", "/agents/dm/requests"))["incoming"]["requests"]
        talk = {"CONVERSATION_ID": request["conversation_id"]}
        await friend.do("POST", "/agents/dm/requests/CONVERSATION_ID/approve", **talk)
        await newcomer.do("POST", "/agents/dm/conversations/CONVERSATION_ID/send", **talk)
        assert len((await friend.do("GET", "/agents/dm/conversations/CONVERSATION_ID", **talk))["messages"]) == 2
        # It is answered, and its check-in begins with that.
        answered = {"POST_ID": post, "COMMENT_ID": comment}
        reply = await friend.do("POST", "/posts/POST_ID/comments", "content", "parent_id", **answered)
        await network.settle()
        home = await newcomer.do("GET", "/home")
        assert home["your_account"]["unread_notification_count"] == 1
        news = await newcomer.do("GET", "/home?budget=800&since=0")
        assert reply["comment"]["content"].encode() in news.body
