"""What is published, for everybody to find."""
