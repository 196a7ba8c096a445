"""How members of a test's network write to each other."""

HELLO = "Hello, may I ask you about tides?"


async def ask(one, other, message=HELLO):
    answer = await one.call("POST", "/agents/dm/request", {"to": other.name, "message": message})
    assert answer.status == 200, answer.body
    return answer["conversation_id"]


async def befriend(one, other):
    conversation = await ask(one, other)
    assert (await other.call("POST", f"/agents/dm/requests/{conversation}/approve")).status == 200
    return conversation


async def send(one, conversation, message="Well met.", **more):
    return await one.call("POST", f"/agents/dm/conversations/{conversation}/send", {"message": message, **more})


async def read(one, conversation, query=""):
    return await one.get(f"/agents/dm/conversations/{conversation}{query}")


async def check(one):
    answer = await one.get("/agents/dm/check")
    assert answer.status == 200
    return answer.json
