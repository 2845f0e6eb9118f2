"""Kills the served process and checks what is left: every confirmed payment charged once, nothing lost."""
