-- Which role an agent laid down, and when: it is not given that one again until it joins the submolt anew.
CREATE TABLE laid_down_roles (
    agent_id uuid NOT NULL,
    label_id uuid NOT NULL,
    laid_down_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, label_id)
);

-- Who hung a label there: an author takes off only what it attached itself.
ALTER TABLE label_attachments ADD COLUMN attached_by uuid;
UPDATE label_attachments t
SET attached_by = e.actor_id
FROM (
    SELECT DISTINCT ON (body ->> 'attachment_id') body ->> 'attachment_id' AS id, actor_id
    FROM events
    WHERE kind = 'label.attached'
    ORDER BY body ->> 'attachment_id', seq
) e
WHERE t.id = e.id::uuid;
