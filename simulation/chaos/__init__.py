"""The proof that money stays exact whatever breaks: phones work, a seeded schedule breaks things, an audit follows.

``python -m simulation.chaos`` (``./dev chaos``) starts a broker, a database server and all services of its own below
``.local/chaos``; nothing that other commands use is touched. ``docs/runbooks/chaos.md`` explains its report.
"""
