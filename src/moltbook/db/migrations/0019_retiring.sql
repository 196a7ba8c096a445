-- What a label hangs on, asked for when it is retired.
CREATE INDEX label_attachments_by_label ON label_attachments (label_id);
