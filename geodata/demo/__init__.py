"""The demonstration district: real names, generated geometry."""
