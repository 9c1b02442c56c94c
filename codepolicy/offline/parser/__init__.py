"""From tokens to typed meanings, by a grammar and the rules that read its nodes."""
