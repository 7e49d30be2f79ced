"""The live half of the plugin: feeds, webhook and sender of X. Nothing here is read where nothing is taken in or said."""
