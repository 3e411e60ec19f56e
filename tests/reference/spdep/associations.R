# Local associations of R spdep on the map of hotspots.R; see README.md beside this file.
# Run in this folder: Rscript associations.R
suppressMessages(library(spdep))
options(digits = 17)

n <- 56
rows <- nb2listw(cell2nb(7, 8, type = "queen"), style = "W")
i <- seq_len(n)
count <- (i * 37 + (i * i) %% 23) %% 17
count[c(18, 19, 25, 26)] <- count[c(18, 19, 25, 26)] + 30
people <- 1000 + (i * 131) %% 977

losh <- LOSH(count, rows)
set.seed(1)
write.csv(data.frame(
  geary = as.numeric(localC(count, rows)),
  lee = lee(count, people, rows, n)$localL,
  moran = as.numeric(localmoran_bv(count, people, rows, nsim = 9)[, "Ibvi"]),
  losh = losh[, "Hi"],
  losh_variance = losh[, "Var.Hi"]
), "associations_areas.csv", row.names = FALSE)
cat(as.character(packageVersion("spdep")), R.version.string, "\n")
