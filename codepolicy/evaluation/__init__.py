"""Evaluation: many trials under one configuration, kept so that they can be resumed, compared and replayed."""
