"""The module of stub commands: a package only so that installing azsconfig takes its files along."""
