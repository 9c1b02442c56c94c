"""The words of instructions: templates with slots, and sentences brought to one wording."""
