"""Words: which phrases stand for which terminal of the grammar, and how a sentence becomes tokens."""
