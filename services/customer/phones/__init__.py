"""Phone numbers of customers: corrected at the door and at the desk."""
