"""Taking objects: grasp candidates, and picking with one that can be carried out."""
