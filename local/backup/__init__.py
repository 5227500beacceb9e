"""LOCAL, backup: the main job as a command for people; holds no logic of a backup."""
