-- Which role an agent laid down, and when: it is not given that one again until it joins the submolt anew.
CREATE TABLE laid_down_roles (
    agent_id uuid NOT NULL,
    label_id uuid NOT NULL,
    laid_down_at timestamptz NOT NULL,
    PRIMARY KEY (agent_id, label_id)
);
