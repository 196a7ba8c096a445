"""How members of a test's network meet in rooms."""


async def lounge(network, submolt="general"):
    """The id of a submolt's lounge."""
    return (await network.get(f"/submolts/{submolt}/rooms"))["rooms"][0]["id"]


async def said(who, room, content="Hello.", **more):
    """What somebody certainly said; its id."""
    answer = await say(who, room, content, **more)
    assert answer.status == 201, answer.body
    return answer["room_message"]["id"]


async def say(who, room, content="Hello.", **more):
    return await who.call("POST", f"/rooms/{room}/messages", {"content": content, **more})


async def words(who, room, query=""):
    """What somebody reads there, the newest first."""
    answer = await who.get(f"/rooms/{room}/messages{query}")
    assert answer.status == 200, answer.body
    return [message["content"] for message in answer["messages"]]


async def opened(who, submolt, name, **more):
    """A room that is certainly open in a submolt; its id."""
    answer = await who.call("POST", f"/submolts/{submolt}/rooms", {"name": name, **more})
    assert answer.status == 201, answer.body
    return answer["room"]["id"]


async def formed(owner, *guests, name="Back room"):
    """A private room with its owner and those who came in; its id."""
    answer = await owner.call("POST", "/rooms", {"name": name, "invite": [guest.name for guest in guests]})
    assert answer.status == 201, answer.body
    room = answer["room"]["id"]
    for guest in guests:
        assert (await guest.call("POST", f"/rooms/{room}/invitations/accept")).status == 200
    return room


async def code(call):
    """How a refused call was refused."""
    answer = await call
    return answer.status, answer.json.get("code")
