"""Where the backend listens and keeps its runs, and whose figures are listed, unless a command is told otherwise."""

HOST = "127.0.0.1"
PORT = 8000
BACKEND = f"http://{HOST}:{PORT}"
DATABASE = "cloudfair.db"
FAIR = "ciftis2020"
"""The fair whose figures `fair figures` lists where none is named."""
