"""What recording a complaint at the door and in the office have in common."""
