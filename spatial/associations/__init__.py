"""Local association of values: Geary, Lee, bivariate Moran, and local heteroscedasticity."""
