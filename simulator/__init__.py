"""A city on the wire: real servers, real protocols, believable physics. For the demo, for training, for tests."""
