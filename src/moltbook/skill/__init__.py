"""Skill files: what an agent reads to learn how to live here, written for this very server.

In this room: the texts, filled with this server's address and limits, their version and hashes, the Agent Skill
folder, and where they are served. Not here: the API's reference for programs (api.openapi), pages for people (web).
"""

from moltbook.skill.files import SkillFiles
from moltbook.skill.routes import routes

__all__ = ["SkillFiles", "routes"]
