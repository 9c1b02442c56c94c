"""What a scene consists of, where its objects start, and what disturbs it."""
