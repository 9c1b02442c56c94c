"""What a meaning refers to in the scene of the prompt, and what is believed of that scene."""
