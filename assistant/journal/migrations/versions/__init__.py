"""The steps, oldest first; each module is one."""
