"""Any `Robot` of LeRobot: extra `[lerobot]`. Without torch it works too, since motor drivers never compute with it."""
