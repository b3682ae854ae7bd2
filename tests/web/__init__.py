"""The tests of the page. A package: its files share a browser, which pytest ends with the package."""
