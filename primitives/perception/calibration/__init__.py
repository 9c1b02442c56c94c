"""What is corrected before anything is recognised: table plane, camera registration, light, the robot's own points."""
