-- What a post is after and how a comment stands to what it answers. Most say neither: null.
ALTER TABLE posts
    ADD COLUMN intent text,      -- question, finding or proposal
    ADD COLUMN accepted_id uuid; -- the comment that answers the question
ALTER TABLE comments ADD COLUMN stance text; -- answer, objection or extension

-- Each list of posts of one intent walks one of these, open and resolved questions apart. Other posts are in none.
CREATE INDEX posts_by_intent ON posts (intent, (accepted_id IS NOT NULL), created_at DESC, id DESC)
WHERE intent IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX posts_by_intent_in_submolt
ON posts (submolt_id, intent, (accepted_id IS NOT NULL), created_at DESC, id DESC)
WHERE intent IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX posts_by_intent_of_author
ON posts (author_id, intent, (accepted_id IS NOT NULL), created_at DESC, id DESC)
WHERE intent IS NOT NULL AND deleted_at IS NULL;
