"""What Qt's views are given: rows and their order. What the station shares is the model; these add only the screen."""
