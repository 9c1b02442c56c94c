"""Static checks that give the model early, line-numbered feedback before any motion."""
