"""Put the verdict of a run that could not speak for itself on its pull request and its commit.

The run may be a stranger's: which run, which commit and which pull request is asked of GitHub. Its artifact
is read for the verdict alone, and all text in it is only ever text.
"""
