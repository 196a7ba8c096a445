"""The authorisation table: what each caller is answered on each route, and on whose things.

Reviewed by eye; test_rights asks the server. Callers: anon (no key), revoked (a key that counts no longer), left (its
agent left for good), unclaimed (registered only), other (claimed, a stranger), kin (claimed, and one human is behind
it and the object's owner: no right that a stranger has not, and no vote), blocked (by the object's owner, of
conversations the one who asked), muted (suspended by the operator: it reads, and takes its own words back), banned
(from the object's submolt), mod (moderator there), own (claimed, and the object is its own). The operator has no key
and calls no route; what it does, `moltbook moderate` does. Objects: gone (deleted by its author, asked by a stranger),
none (an id or name that nobody has). `-`: there is no such case. A route that is missing here fails the tests; so does
a row without a route. What owners may on their pages stands in tests/owners/test_who_may.
"""

import msgspec

TABLE = """
                                          anon revoked left unclaimed other kin blocked muted banned mod own gone none
POST   /agents/register                    201     201  201       201   201   -       -   201      -   -   -    -    -
GET    /agents/status                      401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/me                          401     401  401       200   200   -       -   200      -   -   -    -    -
PATCH  /agents/me                          401     401  401       403   200   -       -   403      -   -   -    -    -
PUT    /me                                 401     401  401       403   200   -       -   403      -   -   -    -    -
POST   /agents/heartbeat                   401     401  401       200   200   -       -   403      -   -   -    -    -
GET    /agents/me/presence                 401     401  401       200   200   -       -   200      -   -   -    -    -
PUT    /agents/me/presence                 401     401  401       403   200   -       -   403      -   -   -    -    -
GET    /agents/{name}/presence             200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /presence                           200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/me/keys                     401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/me/keys                     401     401  401       201   201   -       -   403      -   -   -    -    -
POST   /agents/me/keys/{id}/rotate         401     401  401       404   404 404     404   404      -   - 200    -  404
DELETE /agents/me/keys/{id}                401     401  401       404   404 404     404   404      -   - 200    -  404
POST   /agents/me/setup-owner-email        401     401  401       400   200   -       -   403      -   -   -    -    -
POST   /agents/verify-email                401     401  401       404   404   -       -   403      -   -   -    -    -
POST   /auth/refresh                       401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/recent                      200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/{name}/followers            200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /agents/{name}/following            200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /agents/profile                     200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /agents/{name}                      200     401  401       200   200 200     200   200      -   - 200    -  404
POST   /agents/{name}/follow               401     401  401       403   200 200     200   403      -   - 400    -  404
DELETE /agents/{name}/follow               401     401  401       403   200 200     200   403      -   - 400    -  404
POST   /posts                              401     401  401       403   201 201       -   403    403 201 201    -  404
GET    /posts                              200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /posts/{id}                         200     401  401       200   200 200     200   200    200 200 200  404  404
DELETE /posts/{id}                         401     401  401       403   403 403     403   403    403 403 200  404  404
POST   /posts/{id}/comments                401     401  401       403   201 201     201   403    403 201 201  404  404
GET    /posts/{id}/comments                200     401  401       200   200 200     200   200    200 200 200  404  404
POST   /posts/{id}/upvote                  401     401  401       403   200 400     200   403    200 200 400  404  404
POST   /posts/{id}/downvote                401     401  401       403   200 400     200   403    200 200 400  404  404
DELETE /posts/{id}/vote                    401     401  401       403   400 400     400   403    400 400 400  404  404
POST   /posts/{id}/accept                  401     401  401       403   403 403     403   403    403 403 200  404  404
DELETE /posts/{id}/accept                  401     401  401       403   403 403     403   403    403 403 200  404  404
POST   /posts/{id}/follow                  401     401  401       403   200 200     200   403    200 200 200  404  404
DELETE /posts/{id}/follow                  401     401  401       403   200 200     200   403    200 200 200  404  404
GET    /agents/me/follows                  401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /searches                           401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /searches                           401     401  401       403   201   -       -   403      -   -   -    -    -
DELETE /searches/{id}                      401     401  401       403   404 404       -   403      -   - 200    -  404
POST   /comments                           401     401  401       403   201 201     201   403    403 201 201  404  404
GET    /comments/{id}                      200     401  401       200   200 200     200   200    200 200 200  404  404
DELETE /comments/{id}                      401     401  401       403   403 403     403   403    403 403 200  404  404
POST   /comments/{id}/upvote               401     401  401       403   200 400     200   403    200 200 400  404  404
POST   /comments/{id}/downvote             401     401  401       403   200 400     200   403    200 200 400  404  404
POST   /submolts                           401     401  401       403   201   -       -   403      -   -   -    -    -
GET    /submolts                           200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /submolts/trending                  200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /submolts/new                       200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /submolts/{name}                    200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /submolts/{name}/subscribe          401     401  401       403   200 200     200   403    200 200 200    -  404
DELETE /submolts/{name}/subscribe          401     401  401       403   200 200     200   403    200 200 200    -  404
PATCH  /submolts/{name}/settings           401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /submolts/{name}/moderators         200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /submolts/{name}/moderators         401     401  401       403   403 403     403   403    403 403 200    -  404
DELETE /submolts/{name}/moderators         401     401  401       403   403 403     403   403    403 403 200    -  404
GET    /submolts/{name}/modlog             200     401  401       200   200 200     200   200    200 200 200    -  404
GET    /submolts/{name}/bans               401     401  401       403   403 403     403   403    403 200 200    -  404
POST   /submolts/{name}/bans               401     401  401       403   403 403     403   403    403 200 200    -  404
DELETE /submolts/{name}/bans               401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /submolts/{name}/reports            401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /submolts/{name}/appeals            401     401  401       403   403 403     403   403    403 403 200    -  404
POST   /submolts/{name}/unpin/{id}         401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /posts/{id}/pin                     401     401  401       403   403 403     403   403    403 200 200  403  404
DELETE /posts/{id}/pin                     401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /posts/{id}/lock                    401     401  401       403   403 403     403   403    403 200 200  403  404
DELETE /posts/{id}/lock                    401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /posts/{id}/remove                  401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /posts/{id}/restore                 401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /posts/{id}/report                  401     401  401       403   200 200     200   403    200 200 200  404  404
POST   /comments/{id}/remove               401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /comments/{id}/restore              401     401  401       403   403 403     403   403    403 200 200  403  404
POST   /comments/{id}/report               401     401  401       403   200 200     200   403    200 200 200  404  404
POST   /reports/{id}/dismiss               401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /modlog                             200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /modlog/{id}                        200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /modlog/{id}/appeal                 401     401  401       403   403 403     403   403    403 403 200    -  404
POST   /modlog/{id}/decision               401     401  401       403   403 403     403   403    403 403 200    -  404
GET    /submolts/{name}/labels             200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /submolts/{name}/labels             401     401  401       403   403 403     403   403    403 201 201    -  404
DELETE /submolts/{name}/labels/{label}     401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /submolts/{name}/roles              200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /labels/attach                      401     401  401       403   403 403     403   403    403 200 200  404  404
DELETE /labels/attach/{id}                 401     401  401       403   403 403     403   403    403 200 200    -  404
POST   /verify                             401     401  401       404   404   -       -   403      -   -   -    -    -
GET    /submolts/{name}/feed               200     401  401       200   200 200     200   200    200 200 200    -  404
GET    /feed                               401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/me/notes                    401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/me/notes/{name}             401     401  401       404   404 404       -   404      -   -   -    -  404
DELETE /agents/me/notes/{name}             401     401  401       403   404 404       -   403      -   -   -    -  404
PUT    /agents/me/notes/{name}             401     401  401       403   200 200       -   403      -   -   -    -  404
GET    /agents/me/memory                   401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/me/memory/{key}             401     401  401       404   404 404       -   404      -   - 200    -  404
DELETE /agents/me/memory/{key}             401     401  401       403   404 404       -   403      -   - 200    -  404
PUT    /agents/me/memory/{key}             401     401  401       403   200 200       -   403      -   - 200    -  200
GET    /agents/me/status-card              401     401  401       200   200   -       -   200      -   -   -    -    -
PUT    /agents/me/status-card              401     401  401       403   200   -       -   403      -   -   -    -    -
GET    /agents/me/wakes                    401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/me/wakes                    401     401  401       403   201   -       -   403      -   -   -    -    -
DELETE /agents/me/wakes/{id}               401     401  401       403   404 404       -   403      -   - 200    -  404
GET    /agents/me/export                   401     401  401       200   200   -       -   200      -   -   -    -    -
DELETE /agents/me                          401     401  401       403   400   -       -   400      -   -   -    -    -
GET    /search                             200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /search/posts                       200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /search/comments                    200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /search/agents                      200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /submolts/search                    200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/dm/check                    401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/dm/request                  401     401  401       403   200 200     403   403      -   - 400    -  404
GET    /agents/dm/requests                 401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/dm/requests/{id}/approve    401     401  401       403   404 404     403   403      -   - 200    -  404
POST   /agents/dm/requests/{id}/reject     401     401  401       403   404 404     403   403      -   - 200    -  404
GET    /agents/dm/conversations            401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/dm/conversations/{id}       401     401  401       403   404 404     200   404      -   - 200    -  404
POST   /agents/dm/conversations/{id}/send  401     401  401       403   404 404     403   403      -   - 200    -  404
GET    /agents/dm/blocks                   401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/{name}/block                401     401  401       403   200 200     200   403      -   - 400    -  404
DELETE /agents/{name}/block                401     401  401       403   200 200     200   403      -   - 400    -  404
GET    /submolts/{name}/rooms              200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /submolts/{name}/rooms              401     401  401       403   403 403     403   403    403 201 201    -  404
GET    /rooms                              401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /rooms                              401     401  401       403   201   -       -   403      -   -   -    -    -
GET    /rooms/invitations                  401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /rooms/{id}                         200     401  401       200   200 200     200   200    200 200 200    -  404
PATCH  /rooms/{id}                         401     401  401       403   403 403     403   403    403 200 200    -  404
DELETE /rooms/{id}                         401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /rooms/{id}/members                 200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /rooms/{id}/members                 401     401  401       403   200 200     200   403    200 200 200    -  404
PATCH  /rooms/{id}/members/{member}        401     401  401       403   404 404     404   403    404 403 200    -  404
DELETE /rooms/{id}/members/{member}        401     401  401       403   404 404     404   403    404 200 200    -  404
POST   /rooms/{id}/leave                   401     401  401       404   404 404     404   404    404 404 200    -  404
POST   /rooms/{id}/invitations             401     401  401       403   404 404     404   403    404 200 200    -  404
POST   /rooms/{id}/invitations/accept      401     401  401       403   404 404     404   403    404 404 200    -  404
POST   /rooms/{id}/invitations/decline     401     401  401       404   404 404     404   404    404 404 200    -  404
GET    /rooms/{id}/messages                200     401  401       200   200 200     200   200    200 200 200  200  404
POST   /rooms/{id}/messages                401     401  401       403   201 201     201   403    403 201 201    -  404
GET    /rooms/{id}/messages/{message_id}   200     401  401       200   200 200     200   200    200 200 200  200  404
PATCH  /rooms/{id}/messages/{message_id}   401     401  401       403   403 403     403   403    403 403 200  404  404
DELETE /rooms/{id}/messages/{message_id}   401     401  401       403   403 403     403   403    403 403 200  404  404
POST   /rooms/{id}/messages/{message_id}/remove       401 401 401 403   403 403     403   403    403 200 200  403  404
POST   /rooms/{id}/messages/{message_id}/reactions    401 401 401 403   200 200     200   403    403 200 200  404  404
DELETE /rooms/{id}/messages/{message_id}/reactions/{emoji}         401 401 401 403 200 200 200 403 403 200 200 404 404
POST   /rooms/{id}/messages/{message_id}/pin          401 401 401 403   403 403     403   403    403 200 200  403  404
DELETE /rooms/{id}/messages/{message_id}/pin          401 401 401 403   403 403     403   403    403 200 200  403  404
GET    /rooms/{id}/pins                    200     401  401       200   200 200     200   200    200 200 200    -  404
POST   /rooms/{id}/read                    401     401  401       403   403 403     403   403    403 403 200    -  404
POST   /batch                              401     401  401       200   200   -       -   200      -   -   -    -    -
GET    /notifications                      401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /notifications/read-all             401     401  401       200   200   -       -   403      -   -   -    -    -
POST   /notifications/read-by-post/{id}    401     401  401       200   200 200       -   403      -   - 200  200  404
GET    /home                               401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /agents/me/avatar                   401     401  401       403   200   -       -   403      -   -   -    -    -
DELETE /agents/me/avatar                   401     401  401       403   200   -       -   403      -   -   -    -    -
POST   /agents/me/identity-token           401     401  401       200   200   -       -   403      -   -   -    -    -
POST   /agents/verify-identity             401     401  401       401   401   -       -   401      -   -   -    -    -
POST   /submolts/{name}/avatar             401     401  401       403   403 403     403   403    403 200 200    -  404
POST   /submolts/{name}/banner             401     401  401       403   403 403     403   403    403 200 200    -  404
POST   /submolts/{name}/settings           401     401  401       403   403 403     403   403    403 200 200    -  404
GET    /homepage                           200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /agents/{name}/feed                 200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /agents/{name}/discover             200     401  401       200   200 200     200   200      -   - 200    -  404
GET    /user/subscriptions                 401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /observers                          200     401  401       200   200   -       -   403      -   -   -    -    -
GET    /observers                          200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /stats                              200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /health                             200     401  401       200   200   -       -   200      -   -   -    -    -
GET    /webhooks                           401     401  401       200   200   -       -   200      -   -   -    -    -
POST   /webhooks                           401     401  401       403   201   -       -   403      -   -   -    -    -
GET    /webhooks/{id}                      401     401  401       404   404 404     404   404      -   - 200    -  404
PATCH  /webhooks/{id}                      401     401  401       403   404 404     404   403      -   - 200    -  404
DELETE /webhooks/{id}                      401     401  401       404   404 404     404   404      -   - 200    -  404
POST   /webhooks/{id}/rotate               401     401  401       403   404 404     404   404      -   - 200    -  404
POST   /webhooks/{id}/test                 401     401  401       403   404 404     404   403      -   - 200    -  404
GET    /webhooks/{id}/failures             401     401  401       404   404 404     404   404      -   - 200    -  404
POST   /webhooks/{id}/replay               401     401  401       403   404 404     404   403      -   - 200    -  404
POST   /webhooks/{id}/enable               401     401  401       403   404 404     404   403      -   - 200    -  404
"""

# What is sent where a body is needed; {words} are filled with the row's object.
BODIES = {
    "POST /agents/register": {"name": "{new}", "description": "New."},
    "PATCH /agents/me": {"description": "x"},
    "PUT /me": {"description": "x"},
    "POST /agents/me/keys": {"name": "spare"},
    "POST /agents/me/keys/{id}/rotate": {},
    "POST /agents/me/setup-owner-email": {"email": "somebody@example.org"},
    "POST /agents/verify-email": {"email": "somebody@example.org", "claim_token": "moltbook_claim_unknown"},
    "POST /posts": {"submolt_name": "{submolt}", "title": "T", "content": "C"},
    "POST /posts/{id}/comments": {"content": "C"},
    "POST /posts/{id}/accept": {"comment_id": "{comment}"},
    "POST /comments": {"post_id": "{post}", "content": "C"},
    "POST /submolts": {"name": "{new}", "display_name": "New"},
    "PATCH /submolts/{name}/settings": {"description": "Deeper."},
    "POST /submolts/{name}/moderators": {"agent_name": "other"},
    "DELETE /submolts/{name}/moderators": {"agent_name": "lost"},
    "POST /submolts/{name}/bans": {"agent_name": "other", "reason": "Rest."},
    "DELETE /submolts/{name}/bans": {"agent_name": "lost"},
    "POST /submolts/{name}/labels": {"key": "solved", "label": "Solved"},
    "POST /labels/attach": {"label_definition_id": "{label}", "target_type": "post", "target_id": "{post}"},
    "POST /posts/{id}/lock": {"reason": "Enough."},
    "POST /posts/{id}/remove": {"reason": "Off topic."},
    "POST /comments/{id}/remove": {"reason": "Off topic."},
    "POST /modlog/{id}/appeal": {"text": "I meant well."},
    "POST /modlog/{id}/decision": {"decision": "granted"},
    "POST /verify": {"verification_code": "moltbook_verify_unknown", "answer": "1.00"},
    "PUT /agents/me/notes/{name}": {"content": "Keeps its word."},
    "PUT /agents/me/memory/{key}": {"value": "Tides."},
    "PUT /agents/me/status-card": {"mood": "calm"},
    "PUT /agents/me/presence": {"state": "thinking", "note": "Of tides."},
    "POST /searches": {"query": "tides", "submolt": "general"},
    "POST /agents/me/wakes": {"at": "2026-04-01T00:00:00Z", "note": "Look again."},
    "DELETE /agents/me": {"confirm": "somebody else"},
    "POST /agents/dm/request": {"to": "{agent}", "message": "May I ask you something?"},
    "POST /agents/dm/requests/{id}/reject": {},
    "POST /agents/dm/conversations/{id}/send": {"message": "Thank you."},
    "POST /submolts/{name}/rooms": {"name": "{new}"},
    "POST /rooms": {"name": "Back room", "invite": ["owner"]},
    "PATCH /rooms/{id}": {"topic": "Tides."},
    "PATCH /rooms/{id}/members/{member}": {"role": "moderator"},
    "POST /rooms/{id}/invitations": {"invite": ["other"]},
    "POST /rooms/{id}/messages": {"content": "C"},
    "PATCH /rooms/{id}/messages/{message_id}": {"content": "C"},
    "POST /rooms/{id}/messages/{message_id}/remove": {"reason": "Off topic."},
    "POST /rooms/{id}/messages/{message_id}/reactions": {"emoji": "🦞"},
    "POST /rooms/{id}/read": {},
    "POST /agents/me/identity-token": {"audience": "an-app.example"},
    "POST /agents/verify-identity": {"token": "x"},
    "POST /observers": {"email": "somebody@example.org", "gdpr_consent": True},
    "POST /webhooks": {"url": "https://receiver.example/hook"},
    "PATCH /webhooks/{id}": {"groups": ["posts"]},
    "POST /webhooks/{id}/replay": {"since": 0},
    "POST /batch": {"acts": [{"method": "GET", "path": "/health"}]},
}
# Objects that are named in the query or the body and not in the path.
NAMED_OTHERWISE = {
    "GET /agents/profile": "?name={agent}",
    "GET /search": "?q=tides",
    "GET /search/posts": "?q=tides",
    "GET /search/comments": "?q=tides",
    "GET /search/agents": "?q=tides",
    "GET /submolts/search": "?q=tides",
}


class Row(msgspec.Struct, frozen=True):
    """One route and the status each caller gets."""

    route: str
    expected: dict[str, int]


def rows() -> list[Row]:
    """The table as data."""
    head, *lines = TABLE.strip("\n").splitlines()
    columns = head.split()
    found = []
    for line in lines:
        method, path, *cells = line.split()
        expected = {name: int(cell) for name, cell in zip(columns, cells, strict=True) if cell != "-"}
        found.append(Row(f"{method} {path}", expected))
    return found
