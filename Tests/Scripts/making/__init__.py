"""Writers of the file formats, and what the programs beside this folder share."""
