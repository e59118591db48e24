"""The method: Hill's exploration, insight and action as code; it chooses what a turn's question is about."""
