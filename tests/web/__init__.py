"""The tests of the page. A package, as pytest ends a browser that files share with the package alone."""
