# Knox tables of R surveillance for made-up incidents: one call of knox() for each band.
# Run in this folder: Rscript knox.R
suppressPackageStartupMessages(library(surveillance))

set.seed(20261129)
n <- 240
centres <- cbind(runif(30, 0, 3000), runif(30, 0, 3000))
of <- sample(30, n, replace = TRUE)
x <- round(centres[of, 1] + rnorm(n, 0, 150), 1)
y <- round(centres[of, 2] + rnorm(n, 0, 150), 1)
day <- sample(0:119, n, replace = TRUE)
# Every fourth incident repeats the one before it, near and soon; every twelfth at its very place.
for (i in seq(4, n, 4)) {
  x[i] <- x[i - 1] + if (i %% 12 == 0) 0 else round(rnorm(1, 0, 40), 1)
  y[i] <- y[i - 1] + if (i %% 12 == 0) 0 else round(rnorm(1, 0, 40), 1)
  day[i] <- min(day[i - 1] + sample(0:6, 1), 119)
}
write.csv(data.frame(x = x, y = y, day = day), "incidents.csv", row.names = FALSE)

pairs <- lower.tri(matrix(0, n, n))
ds <- as.matrix(dist(cbind(x, y)))[pairs]
dt <- as.matrix(dist(day))[pairs]
upper_m <- c(100, 200, 400)
upper_days <- c(1, 8, 15, 29)
rows <- list()
for (s in seq_along(upper_m)) for (t in seq_along(upper_days)) {
  low_m <- if (s == 1) 0 else upper_m[s - 1]
  low_days <- if (t == 1) 0 else upper_days[t - 1]
  test <- knox(dt = dt >= low_days & dt < upper_days[t],
               ds = ds >= low_m & ds < upper_m[s], simulate.p.value = FALSE)
  # p by random orders of the days (knox() itself shuffles the pairs).
  permuted <- replicate(4999, {
    d <- as.matrix(dist(sample(day)))[pairs]
    sum(d >= low_days & d < upper_days[t] & ds >= low_m & ds < upper_m[s])
  })
  rows[[length(rows) + 1]] <- data.frame(
    to_m = upper_m[s], to_days = upper_days[t], observed = unname(test$statistic),
    expected = unname(test$null.value), p_poisson = test$p.value,
    p_permuted = (sum(permuted >= test$statistic) + 1) / 5000
  )
}
write.csv(do.call(rbind, rows), "knox.csv", row.names = FALSE)
