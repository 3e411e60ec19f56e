# Values of R spdep for a made-up map of 7 x 8 cells; see README.md beside this file.
# Run in this folder: Rscript hotspots.R
suppressMessages(library(spdep))
options(digits = 17)

n <- 56
nb <- cell2nb(7, 8, type = "queen")
i <- seq_len(n)
# Counts and people by arithmetic, so that any program can make them again.
count <- (i * 37 + (i * i) %% 23) %% 17
count[c(18, 19, 25, 26)] <- count[c(18, 19, 25, 26)] + 30
people <- 1000 + (i * 131) %% 977

edges <- do.call(rbind, lapply(i, function(k) cbind(from = k, to = nb[[k]])))
write.csv(edges[edges[, 1] < edges[, 2], ], "hotspots_edges.csv", row.names = FALSE)

binary <- nb2listw(nb, style = "B")
rows <- nb2listw(nb, style = "W")
star_b <- nb2listw(include.self(nb), style = "B")
star_w <- nb2listw(include.self(nb), style = "W")
# Inverse distance over the same links, the area itself weighing as much as its nearest.
at <- cbind((i - 1) %% 7, (i - 1) %/% 7)
inverse <- lapply(i, function(k) 1 / sqrt(colSums((t(at[nb[[k]], , drop = FALSE]) - at[k, ])^2)))
nb_self <- include.self(nb)
inverse_self <- lapply(i, function(k) {
  w <- inverse[[k]]
  out <- numeric(length(nb_self[[k]]))
  out[nb_self[[k]] != k] <- w
  out[nb_self[[k]] == k] <- max(w)
  out
})
general <- nb2listw(nb, glist = inverse, style = "B")
star_g <- nb2listw(nb_self, glist = inverse_self, style = "B")

# The same map with the last cell cut off from its neighbours.
nb_island <- nb
for (k in nb[[n]]) nb_island[[k]] <- setdiff(nb_island[[k]], n)
nb_island[[n]] <- 0L
island <- nb2listw(nb_island, style = "B", zero.policy = TRUE)
star_island <- nb2listw(include.self(nb_island), style = "B", zero.policy = TRUE)

z <- function(w) as.numeric(localG(count, w, zero.policy = TRUE))
p <- 2 * pnorm(abs(z(star_b)), lower.tail = FALSE)
moran <- localmoran(count, rows)
moran_b <- localmoran(count, binary)
quadrant <- attr(moran, "quadr")$mean
eb <- EBest(count, people)
ebl <- EBlocal(count, people, nb)

# Conditional permutation by base R: the value at k stays, its neighbours are dealt others without
# replacement. (localG_perm of spdep 1.2-7 deals with replacement, and the value at k too.)
set.seed(1)
permuted <- sapply(i, function(k) {
  lag <- sum(count[nb[[k]]])
  dealt <- replicate(20000, sum(sample(count[-k], length(nb[[k]]))))
  (c(sum(dealt >= lag), sum(dealt <= lag)) + 1) / 20001
})

write.csv(data.frame(
  count, people,
  gi_b = z(binary), gi_w = z(rows), gi_g = z(general),
  gistar_b = z(star_b), gistar_w = z(star_w), gistar_g = z(star_g),
  gi_island = z(island), gistar_island = z(star_island),
  p, p_bh = p.adjust(p, "BH"), p_by = p.adjust(p, "BY"),
  p_bonferroni = p.adjust(p, "bonferroni"), p_holm = p.adjust(p, "holm"),
  moran_i = moran[, 1], moran_e = moran[, 2], moran_v = moran[, 3],
  moran_z = moran[, 4], moran_p = moran[, 5], quadrant,
  moran_b_i = moran_b[, 1], moran_b_z = moran_b[, 4],
  perm_greater = permuted[1, ], perm_less = permuted[2, ],
  eb = eb$estmm, eb_local = ebl$est
), "hotspots_areas.csv", row.names = FALSE)

m <- moran.test(count, rows, alternative = "two.sided")
mn <- moran.test(count, rows, randomisation = FALSE, alternative = "two.sided")
g <- globalG.test(count, binary, alternative = "two.sided")
mi <- moran.test(count, binary, alternative = "two.sided")
row <- function(name, test) data.frame(
  name, statistic = test$estimate[1], expected = test$estimate[2],
  variance = test$estimate[3], z_score = as.numeric(test$statistic), p_value = test$p.value
)
write.csv(rbind(
  row("moran_w", m), row("moran_w_normal", mn), row("moran_b", mi), row("g_b", g)
), "hotspots_global.csv", row.names = FALSE)
