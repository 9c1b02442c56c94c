"""What the model is told: prompt, scene table and feedback."""
