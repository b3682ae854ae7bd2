"""The command `fair`: it joins the model and the backend, which do not know each other.

`main` runs a command, `app` names the commands, and each is a module of `commands` that is imported when it is called.
"""
