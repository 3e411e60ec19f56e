# Kernel densities at the points themselves, without edge correction, by exact summation.
# Run: Rscript density_at_points.R > density_at_points.csv
suppressMessages(library(spatstat.explore))
set.seed(20240607)
n <- 40
x <- round(546000 + 1000 * rbeta(n, 2, 3), 1)
y <- round(258000 + 1000 * rbeta(n, 3, 2), 1)
w <- sample(1:5, n, replace = TRUE)
points <- ppp(x, y, window = owin(c(546000, 547000), c(258000, 259000)))
at_points <- function(kernel, sd) {
  as.numeric(density(points, sigma = sd, kernel = kernel, weights = w, at = "points",
                     leaveoneout = FALSE, edge = FALSE))
}
out <- data.frame(
  x = x, y = y, weight = w,
  gaussian_400 = at_points("gaussian", 400),
  quartic_150 = at_points("quartic", 150),
  epanechnikov_150 = at_points("epanechnikov", 150),
  disc_150 = at_points("disc", 150)
)
cat("#", R.version.string, "spatstat.explore", as.character(packageVersion("spatstat.explore")), "\n")
write.csv(format(out, digits = 17), row.names = FALSE, quote = FALSE)
