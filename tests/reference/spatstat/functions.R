# K, L, pair correlation, F and G of a pattern in a polygon, and in its bounding rectangle.
# Rscript functions.R
suppressMessages(library(spatstat))
options(digits = 15)

corners <- read.csv("functions_window.csv")
points <- read.csv("functions_points.csv")
windows <- list(
  polygon = owin(poly = list(x = corners$x, y = corners$y)),
  rectangle = owin(range(corners$x), range(corners$y))
)
r <- seq(0, 240, by = 0.5)
kept <- seq(20, 240, by = 20)
rows <- NULL
for (name in names(windows)) {
  W <- windows[[name]]
  X <- ppp(points$x, points$y, window = W)
  n <- npoints(X)
  K <- Kest(X, r = r, correction = c("none", "translate"))
  pairs <- closepairs(X, 250)
  e <- edge.Trans(dx = pairs$dx, dy = pairs$dy, W = W, exact = TRUE, paired = TRUE)
  exact <- sapply(kept, function(t) area(W) / (n * (n - 1)) * sum(e[pairs$d <= t]))
  g <- pcf(X, r = seq(0, 240, length.out = 3841), correction = "translate", divisor = "r",
           stoyan = 0.15)
  G <- Gest(X, r = r, correction = "rs")
  # F: the empty space at the centres of cells of 25 m, as Fest's raster has them.
  M <- as.mask(W, eps = 25)
  here <- rasterxy.mask(M, drop = TRUE)
  places <- ppp(here$x, here$y, window = W)
  nearest <- nncross(places, X, what = "dist")
  border <- bdist.points(places)
  F <- sapply(kept, function(t) sum(nearest <= t & border >= t) / sum(border >= t))
  index <- match(kept, r)
  rows <- rbind(rows, data.frame(
    window = name, r = kept,
    k_none = K$un[index], k_translate = K$trans[index], k_exact = exact,
    pcf = g$trans[match(kept, round(g$r, 6))], G = G$rs[index], F = F
  ))
}
write.csv(rows, "functions.csv", row.names = FALSE)
