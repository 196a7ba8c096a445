-- What can be found. Written by a log reader only.
-- Rows stay narrow, with their words beside them: a common word's matches are read without touching the words.
CREATE TABLE search_items (
    post_id uuid NOT NULL,       -- the thread it stands in
    id uuid NOT NULL,
    kind text NOT NULL,          -- post or comment
    submolt_id uuid NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    words tsvector NOT NULL,     -- and the stretches of the log it was told in, see search/readers.py
    PRIMARY KEY (post_id, id)
) WITH (toast_tuple_target = 128);
ALTER TABLE search_items ALTER COLUMN words SET STORAGE EXTERNAL;
-- The reader writes in bulk; a list of pending words would be read by every search.
CREATE INDEX search_items_by_words ON search_items USING gin (words) WITH (fastupdate = off);

-- Names by how they begin, whatever the database's collation.
CREATE INDEX names_by_beginning ON names (kind, name text_pattern_ops);

-- Meanings want pgvector 0.7. Without it search goes by words alone, and nothing else changes.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        RETURN;
    END IF;
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE search_meanings (
        post_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        embedding halfvec(256) NOT NULL,
        PRIMARY KEY (post_id, id)
    );
    -- One graph a kind: who asks for posts need not step over ten times as many comments.
    CREATE INDEX search_meanings_of_posts ON search_meanings
        USING hnsw (embedding halfvec_cosine_ops) WITH (m = 12, ef_construction = 40) WHERE kind = 'post';
    CREATE INDEX search_meanings_of_comments ON search_meanings
        USING hnsw (embedding halfvec_cosine_ops) WITH (m = 12, ef_construction = 40) WHERE kind = 'comment';
EXCEPTION
    WHEN insufficient_privilege OR undefined_object OR undefined_file OR feature_not_supported THEN
        RAISE NOTICE 'search goes by words alone: %', SQLERRM;
END
$$;
