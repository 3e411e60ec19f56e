# Values that the tests of edge correction, adaptive bandwidths and bandwidth rules carry.
# Run in this folder: Rscript edge_and_bandwidth.R
# Made with R spatstat.explore 3.0-6 and spatstat.geom 3.0-6.
suppressMessages(library(spatstat))
set.seed(20240601)

# A study area of two parts, one with a hole, known by its cells of 200 m, metres.
outline <- owin(poly = list(
  list(x = c(200, 4400, 4400, 3000, 2600, 200), y = c(300, 300, 4100, 4700, 3500, 3900)),
  list(x = c(2100, 2200, 2900, 2700), y = c(1500, 2400, 2300, 1400)),
  list(x = c(4700, 6100, 5900, 4900), y = c(2500, 2300, 5900, 6000))
))
centres <- seq(100, 6300, by = 200)
area <- as.mask(outline, xy = list(x = centres, y = centres))

# Points at cell centres, so that no pixel approximation enters: three clusters and a few more.
clusters <- rbind(c(1200, 1300), c(3600, 2600), c(5400, 4200))
x <- c(rnorm(70, clusters[1, 1], 350), rnorm(50, clusters[2, 1], 250),
       rnorm(30, clusters[3, 1], 450), runif(30, 0, 6400))
y <- c(rnorm(70, clusters[1, 2], 350), rnorm(50, clusters[2, 2], 250),
       rnorm(30, clusters[3, 2], 450), runif(30, 0, 6400))
x <- round((x - 100) / 200) * 200 + 100
y <- round((y - 100) / 200) * 200 + 100
at <- unique(data.frame(x = x, y = y))
at <- at[inside.owin(at$x, at$y, area), ]
points <- ppp(at$x, at$y, window = area)
write.csv(at, "points.csv", row.names = FALSE)

rows <- function(image) format(image$v[nrow(image$v):1, ] * 1e6, digits = 8) # north first
save <- function(image, name) {
  write.table(trimws(rows(image)), paste0(name, ".csv"), sep = ",", quote = FALSE,
              row.names = FALSE, col.names = FALSE)
}
write.table(1 * area$m[nrow(area$m):1, ], "mask.csv", sep = ",", row.names = FALSE,
            col.names = FALSE)
for (kernel in c("gaussian", "epanechnikov", "quartic", "disc")) {
  save(density(points, 600, kernel = kernel, edge = TRUE, diggle = FALSE),
       paste0("uniform_", kernel))
  save(density(points, 600, kernel = kernel, edge = TRUE, diggle = TRUE),
       paste0("diggle_", kernel))
}

# Abramson: pilot and global sd 600 m; bandwidths from exact densities at the points.
pilot <- density(points, 600, at = "points", leaveoneout = FALSE, edge = FALSE)
inverse <- as.numeric(pilot)^(-1 / 2)
sd <- 600 * pmin(inverse / exp(mean(log(inverse))), 5)
write.csv(data.frame(x = at$x, y = at$y, sd_m = sd), "abramson.csv", row.names = FALSE)
# densityAdaptiveKernel takes the points in groups, and even in groups of one it gives each a
# bandwidth between its own and its neighbour's in order of size; so the sum of density.ppp
# over single points is carried too.
adaptive <- function(...) densityAdaptiveKernel(points, bw = sd, ngroups = Inf, ...)
each <- function(...) Reduce(`+`, lapply(seq_len(npoints(points)), function(i)
  density(points[i], sd[i], ...)))
save(adaptive(edge = FALSE), "adaptive")
save(each(edge = FALSE), "adaptive_each")

# Bandwidth rules, on points that are not rounded; sd in metres.
fine <- ppp(x = c(rnorm(150, 1200, 350), rnorm(100, 3600, 250), runif(50, 0, 6400)),
            y = c(rnorm(150, 1300, 350), rnorm(100, 2600, 250), runif(50, 0, 6400)),
            window = square(c(-1000, 7400)), check = FALSE)
write.csv(data.frame(x = fine$x, y = fine$y), "scattered.csv", row.names = FALSE)
range <- c(40, 900)
rules <- c(
  "likelihood" = bw.ppl(fine, srange = range, ns = 400, edge = FALSE, shortcut = TRUE),
  "cronie-van-lieshout" = bw.CvL(fine, srange = c(300, 6000), ns = 400),
  "berman-diggle" = bw.diggle(fine, correction = "none", nr = 2048)
)
write.csv(data.frame(rule = sub("\\.sigma$", "", names(rules)), sd_m = as.numeric(rules),
                     area_m2 = area.owin(Window(fine))), "bandwidths.csv", row.names = FALSE)
